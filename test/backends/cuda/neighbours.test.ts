/** What a thread of a block stores at once, and what it does not; that values are the same, and where vectors begin, the emulator says. */
import { beforeEach, expect, test } from 'vitest';
import { cudaSource } from '../../../backends/cuda/source.ts';
import { parseProgram } from '../../../compiler/index.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { compileAll } from '../../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';

interface Stores {
  readonly dtype?: string;
  /** Of a row. */
  readonly cells?: number;
  readonly lanes?: number;
  /** Of a row, and of the cell of a lane in it. */
  readonly cell?: string;
  readonly value?: string;
  readonly when?: string;
  readonly says?: RegExp;
}

const cases: Readonly<Record<string, Stores>> = {
  'two of f32': { says: /\*\(float2 \*\)&y\[b \* 64 \+ 2 \* t\] = make_float2\(/ },
  'four of f32': { lanes: 4, cell: '4*t + j', says: /make_float4/ },
  'two of f64': { dtype: 'f64', says: /make_double2/ },
  'two of i32': { dtype: 'i32', says: /make_int2/ },
  'two of bf16': { dtype: 'bf16', says: /make_ushort2/ },
  'four of f16': { dtype: 'f16', lanes: 4, cell: '4*t + j', says: /make_ushort4/ },
  'under a condition that holds for both or for none': {
    ...{ when: 'when 2*t + j < 30', says: /if \(2 \* t < 30\) \{\s+\*\(float2 \*\)/ },
  },
  'under a condition of the row': { when: 'when b < 5', says: /if \(b < 5\) \{\s+\*\(float2 \*\)/ },
  // One by one:
  'four of f64, which are 32 bytes': { dtype: 'f64', lanes: 4, cell: '4*t + j' },
  'three of f32': { lanes: 3, cell: '3*t + j' },
  'rows of odd length': { cells: 63 },
  'from the second cell on': { cell: '2*t + j + 1', cells: 66 },
  'not side by side': { cell: 't + 32*j' },
  'under a condition that holds for one of two': { when: 'when 2*t + j < 29' },
  'of what is stored there before': { value: 'y[b, 2*t] + x[b, 2*t + j]' },
};

function textOf({
  dtype = 'f32',
  cells = 64,
  lanes = 2,
  cell = '2*t + j',
  value = `x[b, ${cell}] * 2`,
  when = '',
}: Stores): string {
  const turns = Math.floor(64 / lanes) - (cells < 64 || lanes === 3 ? 1 : 0);
  const isNarrow = dtype === 'f16' || dtype === 'bf16';
  const stored = `y[b, ${cell}] := ${isNarrow ? `${dtype}(f32(x[b, ${cell}]) + 1)` : value};`;
  return `stores(): device x: ${dtype}[9, ${cells}], y: ${dtype}[9, ${cells}];
    for b < 9 block { for t < ${turns} thread { for j < ${lanes} unrolled {
      ${when === '' ? stored : `${when} { ${stored} }`}
    } } }`;
}

const all = Object.entries(cases).map(([name, one]) => {
  return { name, says: one.says, program: parseProgram(textOf(one)) };
});
const runs = await compileAll(
  all.map(({ program }) => program),
  undefined,
  'cuda-emulator',
);
beforeEach(needCppCompiler);

test.each(all.map((one, i) => ({ ...one, run: runs[i] })))('$name', ({ program, says, run }) => {
  const { text } = cudaSource(program);
  if (says) expect(text).toMatch(says);
  else expect(text).not.toContain('make_');
  const expected = outputsOf(program, 0, thirdsFor);
  expect(difference(expected, run?.(0, thirdsFor) ?? new Map())).toBeUndefined();
});
