import { type Appearance, type Group, markOf } from './appearance.ts';
import { cellOf } from './axis.ts';
import { Canvas } from './canvas.ts';
import { checkLinePlot } from './check-plot.ts';
import { assemble, type Axes, layoutOf } from './layout.ts';

/** One line. Without `x` the values stand at 0, 1, 2, …; with a `label` it gets a legend. */
export interface Series {
  readonly x?: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly mark?: string;
  readonly label?: string;
}

/** One series, or several over the same axes, later ones on top. */
export type LinePlot = Appearance & (Series | { readonly series: readonly Series[] });

/** Where a value is drawn, and the value itself. */
interface Point {
  readonly column: number;
  readonly y: number;
}

/**
 * Every value as a mark, and the columns between two neighbours filled in along the straight line.
 * A value that is not finite has no mark and leaves a gap; its `x` still counts, so that a run that
 * ends in NaN is seen to go on without values.
 */
export function linePlot(plot: LinePlot): string {
  checkLinePlot(plot);
  const groups = ('series' in plot ? plot.series : [plot]).map(groupOf);
  const layout = layoutOf(plot, groups, true);
  const canvas = new Canvas(layout.width, layout.height);
  if (layout.axes !== undefined) for (const group of groups) draw(canvas, layout.axes, group);
  return assemble(plot, layout, canvas, groups);
}

function groupOf(series: Series, index: number): Group {
  const x = series.x ?? Array.from({ length: series.y.length }, (_, i) => i);
  return { ...series, x, mark: markOf(series.mark, index, '-+ox*#') };
}

function draw(canvas: Canvas, axes: Axes, { x, y, mark }: Group): void {
  const put = (point: Point) => canvas.put(point.column, cellOf(axes.y, point.y), mark);
  let last: Point | undefined;
  for (let i = 0; i < y.length; i++) {
    const [xi, yi] = [x[i] ?? NaN, y[i] ?? NaN];
    const drawn = Number.isFinite(xi) && Number.isFinite(yi);
    const point = drawn ? { column: cellOf(axes.x, xi), y: yi } : undefined;
    if (point !== undefined) [...between(last, point), point].forEach(put);
    last = point;
  }
}

/** One point for each column strictly between two points. */
function between(from: Point | undefined, to: Point): readonly Point[] {
  const columns = from === undefined ? 0 : to.column - from.column;
  if (from === undefined || Math.abs(columns) < 2) return [];
  return Array.from({ length: Math.abs(columns) - 1 }, (_, i) => {
    const along = (i + 1) / Math.abs(columns);
    const column = from.column + (i + 1) * Math.sign(columns);
    return { column, y: from.y * (1 - along) + to.y * along };
  });
}
