import { type Appearance, type Group, heightOf, widthOf } from './appearance.ts';
import { type Axis, columnsOver, rowsOver } from './axis.ts';
import { type Canvas } from './canvas.ts';
import { footerOf, framed, gutterOf } from './frame.ts';

/** The layout, determined before anything is drawn. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** None where there is nothing to draw. */
  readonly axes: Axes | undefined;
  /** The column of text left of the picture, where the axes are shown. */
  readonly gutter: readonly string[] | undefined;
}

export interface Axes {
  readonly x: Axis;
  readonly y: Axis;
}

export function layoutOf(
  plot: Appearance,
  groups: readonly Pick<Group, 'x' | 'y'>[],
  showAxes: boolean,
): Layout {
  for (const { x, y } of groups)
    if (x.length !== y.length)
      throw new RangeError(`x has ${x.length} values and y has ${y.length}`);
  const height = heightOf(plot);
  const y = rowsOver(
    groups.map(group => group.y),
    height,
  );
  const gutter = showAxes ? gutterOf(y, plot.yLabel, height) : undefined;
  const width = widthOf(plot, gutter === undefined ? 2 : widthOfText(gutter) + 3);
  const x = columnsOver(
    groups.map(group => group.x),
    width,
  );
  return { width, height, axes: x && y && { x, y }, gutter };
}

/** Title, frame and legend around a picture, one below the other. */
export function assemble(
  plot: Appearance,
  { width, axes, gutter }: Layout,
  canvas: Canvas,
  groups: readonly Group[],
): string {
  if (canvas.isBlank()) canvas.write('no data');
  const lines = plot.title === undefined ? [] : [plot.title];
  if (gutter === undefined) lines.push(...framed([canvas.lines().map(line => [line])]));
  else {
    const picture = canvas.lines().map((line, row) => [gutter[row] ?? '', line]);
    const corner = ' '.repeat(widthOfText(gutter));
    const footer = footerOf(axes?.x, plot.xLabel, width).map(line => [corner, line]);
    lines.push(...framed([picture, footer]));
  }
  const legend = groups.flatMap(({ mark, label }) =>
    label === undefined ? [] : `${mark} ${label}`,
  );
  if (legend.length > 0) lines.push(` ${legend.join('   ')}`);
  return lines.join('\n');
}

function widthOfText(lines: readonly string[]): number {
  return lines[0]?.length ?? 0;
}
