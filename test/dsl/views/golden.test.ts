/** What the compiler makes of views, from assignments to C. `npm run golden` rewrites the goldens. */
import { expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { compile } from '../../../compiler/compile.ts';
import { printRoutine } from '../../../compiler/assign/print.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { type ArrayRef, cd, op, tensor, type Tensor } from '../../../dsl/einc.ts';
import { gradUpdate } from '../../../dsl/train/index.ts';
import type { Code } from '../../../dsl/index.ts';

const data = (label: string, ...output: readonly number[]): Tensor =>
  tensor(new Float32Array(output.reduce((a, b) => a * b, 1)), { label, output });

const programs: Readonly<Record<string, () => readonly [Code, readonly (Tensor | ArrayRef)[]]>> = {
  slice: () => {
    const w = op`{ w = 0.5; o = [6] }`;
    const loss = op`loss = (${w}[1:] - ${w}[:-1]) *. ${w}[::-1][:5] ++ "i => "`;
    return [gradUpdate(loss), [loss.param('w').grad]];
  },
  reshape: () => {
    const x = data('x', 4, 6);
    const y = op`y = reshape(${x}; o = [8, 3])`;
    const z = op`z = reshape(${x}; o = [3, 8]) + 1`;
    return [cd`~~("reshape"; ${y}.forward; ${z}.forward)`, [y, z]];
  },
  concat: () => {
    const y = op`y = concat(${data('x', 6)}[1:], pad(${data('v', 4)}, 1, 2, 0.5))`;
    return [cd`~~("concat"; ${y}.forward)`, [y]];
  },
};

const endings = ['.cd', '.ll', '.c'] as const;

test.each(Object.keys(programs).flatMap(name => endings.map(ending => [name, ending] as const)))(
  '%s%s',
  async (name, ending) => {
    const [code, keep] = programs[name]?.() ?? [cd``, []];
    const { routine } = code.settle({ dtype: 'f32', keep, name: undefined });
    const { program } = compile(routine);
    const texts = {
      '.cd': () => printRoutine(routine),
      '.ll': () => printProgram(program),
      '.c': () => emit(program, c99),
    };
    expect(printProgram(parseProgram(printProgram(program)))).toBe(printProgram(program));
    await expect(texts[ending]()).toMatchFileSnapshot(`../../golden/views/${name}${ending}`);
  },
);
