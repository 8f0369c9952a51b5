import { expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { optimise } from '../../../compiler/passes/index.ts';
import { type Pass, runPipeline, withBody } from '../../../compiler/passes/pipeline.ts';
import { InternalError } from '../../../compiler/support/errors.ts';
import { bodyOf, programOf } from '../../support/loop-text.ts';

const program = programOf('x: f32[4]', 'x[0] := 1;');
const [other, broken] = [programOf('x: f32[4]', 'x[1] := 1;'), undeclared()];

const idle: Pass = { name: 'idle', run: p => p };
const rename: Pass = { name: 'rename', run: p => (p === program ? other : p) };
const undeclare: Pass = { name: 'undeclare', run: () => broken };

/** `program` without its array. */
function undeclared(): Program {
  return { ...program, params: [] };
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('passes run in order, each on what the one before left', () => {
  const seen: string[] = [];
  const after = runPipeline([idle, rename, rename], program, {
    observe: (pass, { body }, changed) => {
      seen.push(`${pass.name}: ${bodyOf({ ...program, body })} ${changed}`);
    },
  });
  expect(after).toBe(other);
  expect(seen).toEqual([
    'idle: x[0] := 1; false',
    'rename: x[1] := 1; true',
    'rename: x[1] := 1; false',
  ]);
});

test('a pass that breaks the program is named, and what is wrong is the cause', () => {
  const seen: string[] = [];
  const run = (): Program =>
    runPipeline([rename, undeclare, idle], program, { observe: ({ name }) => seen.push(name) });
  const error = thrownBy(run);
  expect(error).toEqual(new InternalError('pass undeclare broke the program'));
  expect(error).toMatchObject({
    name: 'InternalError',
    cause: { message: 'ill-formed loop IR\n- x is not declared here\n\np():\n  x[0] := 1;\n' },
  });
  expect(seen).toEqual(['rename']);
});

test('a pass that throws is not blamed for what it says itself', () => {
  const failing: Pass = {
    name: 'failing',
    run: () => {
      throw new InternalError('its own words');
    },
  };
  expect(() => runPipeline([failing], program)).toThrow(new InternalError('its own words'));
});

test('a program that a pass leaves alone is not checked again', () => {
  expect(runPipeline([idle], broken)).toBe(broken);
});

test('checks are left out when asked', () => {
  expect(runPipeline([undeclare], program, { verify: false })).toBe(broken);
});

test('without passes a program stays what it is', () => {
  expect(runPipeline([], program)).toBe(program);
});

test('the same body gives the same program', () => {
  expect(withBody(program, program.body)).toBe(program);
  expect(withBody(program, other.body)).toEqual({ ...program, body: other.body });
});

test('passes are called by their own names, which say what they do', () => {
  expect(optimise.map(pass => pass.name)).toEqual([
    'drop-dead',
    'inline-constants',
    'gather-one-hot',
    'inline-virtual',
    'simplify',
    'drop-dead',
    'recompute',
    'accumulate-in-registers',
    'contract-fma',
    'place-locals',
    'parallelise',
    'plan-memory',
  ]);
});
