/** The `.cd` text of code, without its first line: what a construct stands for. */
import { inMemoryOrder, printIndex, printRoutine, visitAssigns } from '../../compiler/index.ts';
import type { Code } from '../../dsl/index.ts';

export function linesOf(code: Code): string {
  return routineText(code).split('\n').slice(1).map(unindented).join('\n').trimEnd();
}

/** With its name and symbols on the first line. */
export function routineText(code: Code): string {
  const { routine } = code.settle({ dtype: 'f32', keep: [], name: undefined });
  return printRoutine(routine).trimEnd();
}

function unindented(line: string): string {
  return line.replace(/^ {2}/, '');
}

/** The loops of each assignment, and what they subscript: `b < 10, o < 4: [b, o] [o, i] [b, i]`. */
export function loopsOf(code: Code): readonly string[] {
  const { routine } = code.settle({ dtype: 'f32', keep: [], name: undefined });
  const lines: string[] = [];
  visitAssigns(routine.body, ({ projections: { axes, slots } }) => {
    const loops = axes.map(({ loop, extent }) => `${loop} < ${extent}`).join(', ');
    const subscripts = slots.map(
      rows =>
        `[${inMemoryOrder(rows)
          .map(index => printIndex(index))
          .join(', ')}]`,
    );
    lines.push(`${loops}: ${subscripts.join(' ')}`);
  });
  return lines;
}
