/** Bulk copies: what hardware can do, and that they mean their loops in order. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { copyInBulk } from '../../../compiler/passes/gpu/copy-in-bulk.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu, withBulkCopies, withGroups } from '../../../compiler/schedule/target.ts';
import { complaintsOf } from '../../support/complaints.ts';
import { groupTiles } from '../../support/group-tiles.ts';
import { outputsOf } from '../../support/run-program.ts';

const target = withBulkCopies(withGroups(gpu)).gpu ?? gpu.gpu;

function inBulk(text: string): string {
  return printProgram(runPipeline([copyInBulk(target)], parseProgram(text)));
}

const bulk = inBulk(groupTiles);

test('the text reads back, and means the loops in order', () => {
  expect(bulk.match(/bulk/g)).toHaveLength(4);
  const program = parseProgram(bulk);
  verify(program);
  expect(printProgram(program)).toBe(bulk);
  const serial = parseProgram(bulk.replaceAll(/ (bulk|pipelined|matrix) /g, ' '));
  expect(outputsOf(program, 0)).toEqual(outputsOf(serial, 0));
  expect(outputsOf(program, 0)).toEqual(outputsOf(parseProgram(groupTiles), 0));
});

test.each([
  [
    'reads backwards',
    [['64*i + lane]', '64*i + -1*lane + 63]']],
    'bulk cell: no rows of 128 bytes',
  ],
  [
    'stores something else outside',
    [['x_rows[cell, lane] := 0', 'x_rows[cell, lane] := 1']],
    'bulk cell: more than a copy, with zeros for what is outside',
  ],
  [
    'stores zeros inside',
    [
      ['128*b + cell < 66', '128*b + cell < 60'],
      ['-1*cell < -65', '-1*cell < -59'],
    ],
    'bulk cell: more than a copy, with zeros for what is outside',
  ],
  [
    'leaves some cells as they are',
    [['-1*cell < -65', '-1*cell < -99']],
    'bulk cell: more than a copy, with zeros for what is outside',
  ],
  [
    'changes what it copies',
    [['w[64*i + term, 64*o + lane]', 'bf16(f32(w[64*i + term, 64*o + lane]) * 2)']],
    'bulk term: more than a copy, with zeros for what is outside',
  ],
  [
    'is of an array with one axis',
    [
      ['w: bf16[128, 64]', 'w: bf16[8192]'],
      ['w[64*i + term, 64*o + lane]', 'w[4096*i + 64*term + 64*o + lane]'],
    ],
    'bulk term: an array of 1 axes',
  ],
  [
    'is of rows that begin between 16 bytes',
    [['w: bf16[128, 64]', 'w: bf16[128, 68]']],
    'bulk term: rows that are no multiples of 16 bytes',
  ],
  [
    'begins between eight rows',
    [
      ['w_columns: bf16[1, 64, 64]', 'w_columns: bf16[1, 68, 64]'],
      ['w_columns[0, term, lane]', 'w_columns[0, term + 4, lane]'],
    ],
    'bulk term: boxes that begin within 8 rows',
  ],
  [
    'comes again and again',
    [['for o < 1 block', 'for o < 1']],
    'bulk cell: not once for a block with a launch of its own',
  ],
  [
    'is for nobody',
    [
      ['      local w_columns', '      local z: bf16[64, 64];\n        local w_columns'],
      ['w_columns[0, term, lane] :=', 'z[term, lane] :='],
    ],
    'bulk term: z is no factor of warpgroups',
  ],
  [
    'stands alone',
    [['for i < 2 pipelined', 'for i < 2']],
    'bulk cell stands outside of pipelined loops',
  ],
] as const)('one that %s', (_, changes, complaint) => {
  const text = changes.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, to);
  }, bulk);
  expect(complaintsOf(() => verify(parseProgram(text)))).toContainEqual(complaint);
});

test('kernels that share a launch keep the copies of their threads', () => {
  const [head = '', ...body] = groupTiles.split('\n').filter(line => line.trim() !== '');
  const [device = '', ...kernel] = body;
  const shared = [head, device, 'for together < 1 launch {', ...kernel, '}'].join('\n');
  expect(inBulk(shared)).toBe(printProgram(parseProgram(shared)));
});

test('so do kernels with more arguments than a launch takes', () => {
  const few = copyInBulk({ ...target, mostArguments: 34 });
  const before = parseProgram(groupTiles);
  expect(printProgram(runPipeline([few], before))).toBe(printProgram(before));
  const enough = copyInBulk({ ...target, mostArguments: 38 });
  expect(printProgram(runPipeline([enough], before))).toBe(bulk);
});

const inside = 'x_rows[cell, 8*term + lane] := x[128*b + cell, 64*i + 8*term + lane];';
test.each([
  [
    'conditions in conditions',
    [
      ['when 128*b + cell < 66 {', 'when 8*term < 32 { when 128*b + cell < 66 {'],
      [`${inside}\n            } }`, `${inside}\n            } } }`],
    ],
  ],
  ['anything else', [[inside, `${inside} prefetch x[128*b + cell, 64*i + 8*term + lane];`]]],
  ['more than one store to a cell', [[inside, `${inside} ${inside}`]]],
] as const)('and copies with %s', (_, changes) => {
  const text = changes.reduce<string>((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, to);
  }, groupTiles);
  const after = inBulk(text);
  expect(after.match(/bulk/g)).toHaveLength(2);
  expect(after).toContain('for cell < 128 thread');
});
