import { type Appearance, type Group, markOf } from './appearance.ts';
import { cellOf, centreOf } from './axis.ts';
import { Canvas } from './canvas.ts';
import { checkScatterPlot } from './check-plot.ts';
import { assemble, type Axes, type Layout, layoutOf } from './layout.ts';

/** Points drawn with one mark; with a `label` they get a legend. */
export interface PointGroup {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly mark?: string;
  readonly label?: string;
}

/**
 * How a classifier divides the plane: asked at the centre of every cell, or answered beforehand for
 * `cellCentres`. True and numbers above 0 are inside; NaN is neither and leaves a blank.
 */
export type Boundary = ((x: number, y: number) => boolean) | ArrayLike<number | boolean>;

/** Groups of points, later ones on top, over a boundary. Axes are shown when one has a label. */
export interface ScatterPlot extends Appearance {
  readonly points: readonly PointGroup[];
  readonly boundary?: Boundary;
  /** The marks inside and outside the boundary, `*` and `.` unless told. */
  readonly background?: readonly [inside: string, outside: string];
}

interface Cell {
  readonly column: number;
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

/** Points that are not finite are left out. */
export function scatterPlot(plot: ScatterPlot): string {
  checkScatterPlot('scatterPlot', plot);
  const groups = plot.points.map((group, i) => ({
    ...group,
    mark: markOf(group.mark, i, '#%ox+@'),
  }));
  const layout = layoutOfScatter(plot);
  const canvas = new Canvas(layout.width, layout.height);
  if (layout.axes !== undefined) {
    drawBoundary(canvas, layout.axes, plot);
    for (const group of groups) drawPoints(canvas, layout.axes, group);
  }
  return assemble(plot, layout, canvas, groups);
}

/**
 * The points at which `scatterPlot` wants to know the boundary, two coordinates each, row by row
 * from the top left: for a classifier that answers many points at once, or only later.
 */
export function cellCentres(plot: ScatterPlot): Float32Array {
  checkScatterPlot('cellCentres', plot);
  const { axes } = layoutOfScatter(plot);
  return Float32Array.from(axes === undefined ? [] : cellsOf(axes).flatMap(({ x, y }) => [x, y]));
}

function layoutOfScatter(plot: ScatterPlot): Layout {
  const showAxes = plot.xLabel !== undefined || plot.yLabel !== undefined;
  return layoutOf(plot, plot.points, showAxes);
}

function cellsOf({ x, y }: Axes): Cell[] {
  return Array.from({ length: x.cells * y.cells }, (_, i) => {
    const column = i % x.cells;
    const row = y.cells - 1 - Math.floor(i / x.cells);
    return { column, row, x: centreOf(x, column), y: centreOf(y, row) };
  });
}

function drawBoundary(canvas: Canvas, axes: Axes, plot: ScatterPlot): void {
  const { boundary, background = ['*', '.'] } = plot;
  if (boundary === undefined) return;
  const [inside, outside] = background.map(mark => markOf(mark, 0, ''));
  const cells = cellsOf(axes);
  if (typeof boundary !== 'function' && boundary.length !== cells.length)
    throw new RangeError(
      `the boundary has ${boundary.length} answers for ${axes.x.cells} x ${axes.y.cells} cells: ` +
        'ask cellCentres, with the same points and size, for which',
    );
  cells.forEach(({ column, row, x, y }, i) => {
    const score = Number(typeof boundary === 'function' ? boundary(x, y) : boundary[i]);
    const mark = score > 0 ? inside : outside;
    if (!Number.isNaN(score) && mark !== undefined) canvas.put(column, row, mark);
  });
}

function drawPoints(canvas: Canvas, axes: Axes, { x, y, mark }: Group): void {
  for (let i = 0; i < x.length; i++) {
    const [xi, yi] = [x[i] ?? NaN, y[i] ?? NaN];
    if (!Number.isFinite(xi) || !Number.isFinite(yi)) continue;
    canvas.put(cellOf(axes.x, xi), cellOf(axes.y, yi), mark);
  }
}
