/** Plots for a terminal, as text: `einc/plot`. */
export { type Appearance } from './appearance.ts';
export { linePlot, type LinePlot, type Series } from './line-plot.ts';
export { significant } from './number.ts';
export {
  type Boundary,
  cellCentres,
  type PointGroup,
  scatterPlot,
  type ScatterPlot,
} from './scatter-plot.ts';
