/** What is computed again rather than kept; and that it is the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import {
  accumulate,
  block,
  declare,
  type Expr,
  fill,
  forLoops,
  type Program,
  read,
  type Stmt,
} from '../../../compiler/loop/ir.ts';
import { localsOf } from '../../../compiler/loop/facts.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { recompute, recomputeAbove } from '../../../compiler/passes/recompute.ts';
import { choices } from '../../support/choices.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';
import { randomRoutine } from '../../support/random-routine.ts';
import { difference, outputsOf } from '../../support/run-program.ts';

const setting: Setting = { device: 'x: f32[4], y: f32[4], s: f32, n: i32[4]' };
const run = through(recomputeAbove(0, 0), setting);

const locals = 'local e: f32[4]; local p: f32[4]; local t: f32[2, 4];';
const e = 'for i < 4 { e[i] := exp(x[i]); }';
/** Needs more than all else. */
const peak = 'zero_out t; t[1, 2] += x[0];';
const reader = 'for k < 4 { y[k] := p[k] * 2; }';

function body(p: string, between = '', after = 's += e[0];'): string {
  return `${locals} ${e} ${p} s := p[1]; ${peak} x[1] := t[1, 2]; ${between} ${reader} ${after}`;
}

test('what is cheap, from what is kept anyway', () => {
  expect(run(body('for j < 4 { p[j] := e[j] / 3; }'))).toBe(
    laidOut(
      `${locals} ${e} for j < 4 { p[j] := e[j] / 3; } s := p[1]; ${peak} x[1] := t[1, 2];
       local p2: f32[4]; for j < 4 { p2[j] := e[j] / 3; } for k < 4 { y[k] := p2[k] * 2; } s += e[0];`,
      setting,
    ),
  );
});

test('all readers behind the first have it, too', () => {
  const after = 's += p[3]; for k < 4 { s += e[k] * p[k]; }';
  const text = run(body('for j < 4 { p[j] := e[j] / 3; }', '', after));
  expect(text.match(/\bp\[/g)).toHaveLength(2);
  expect(text.match(/\bp2\[/g)).toHaveLength(4);
});

test('from the host’s arrays', () => {
  expect(run(body('for j < 4 { p[j] := y[j] * y[3]; }', '', ''))).toContain(
    'p2[j] := y[j] * y[3];',
  );
});

test('a chain, from its end: what its links are computed from is needed longer then', () => {
  const text = run(
    `local d: f32[4]; local e: f32[4]; local p: f32[4]; local t: f32[2, 4];
     for i < 4 { d[i] := exp(x[i]); } for i < 4 { e[i] := d[i] + 1; } for i < 4 { p[i] := e[i] * 2; }
     s := d[0] + e[0] + p[0]; ${peak} x[1] := t[1, 2];
     for i < 4 { y[i] := p[i]; } for i < 4 { y[i] += e[i]; } for i < 4 { y[i] += d[i]; }`,
  );
  expect(text).toContain('e2[i] := d[i] + 1;');
  expect(text).toContain('p2[i] := e2[i] * 2;');
});

describe('left alone', () => {
  const cheap = 'for j < 4 { p[j] := e[j] / 3; }';
  test.each<[title: string, body: string]>([
    ['what takes long', body('for j < 4 { p[j] := exp(e[j]); }')],
    ['a sum', body('zero_out p; for j < 4 { for k < 4 { p[j] += e[k]; } }')],
    ['what has two formulas', body('for j < 2 { p[j] := e[j]; } for j < 2 { p[j + 2] := e[j]; }')],
    ['what is changed later', body(cheap, 'p[0] := 1;')],
    ['what nothing kept could give', body(cheap, '', '')],
    ['what has other inputs by now', body(cheap, 'e[2] := 5;')],
    [
      'what has other inputs by now, from the host',
      body('for j < 4 { p[j] := x[j] / 3; }', 'x[2] := 5;'),
    ],
    [
      'what the peak itself needs',
      body(cheap).replace('zero_out t;', 'for r < 4 { t[0, r] := p[r]; }'),
    ],
    ['what a gather picks from', body(cheap, 's += p[at(n[0])];')],
    ['what is not needed before the peak', body(cheap).replace('s := p[1];', '')],
    ['what is not needed after it', body(cheap).replace(reader, '')],
    ['what lives in a loop', `for r < 2 { ${body(cheap)} }`],
  ])('%s', (_, text) => {
    expect(run(text)).toBe(laidOut(text, setting));
  });

  test('small arrays, and programs that need little', () => {
    const text = body(cheap);
    for (const pass of [recompute, recomputeAbove(64, 0), recomputeAbove(0, 16)]) {
      expect(through(pass, setting)(text)).toBe(laidOut(text, setting));
    }
    expect(through(recomputeAbove(63, 15), setting)(text)).not.toBe(laidOut(text, setting));
  });
});

/** Then much is needed; and then all arrays again, the last ones first. */
function withPeak(program: Program): Program {
  const [a] = program.params;
  if (!a) throw new Error('no array');
  const add = (value: Expr): Stmt => accumulate('add', a, [fixed(0)], value);
  const big = tensorNode('big', a.dtype, [999]);
  const again = localsOf(program).map(node => {
    const loops = node.dims.map((extent, i) => ({ loop: loopVar(`${node.name}_${i}`), extent }));
    const cell = loops.map(({ loop }) => at(loop));
    return forLoops(loops, add(read(node, cell)));
  });
  const peak = [declare(big), fill(big, 2), add(read(big, [fixed(9)]))];
  return { ...program, body: block([program.body, ...peak, ...again.toReversed()]) };
}

describe('random routines', () => {
  const pass = recomputeAbove(0, 0);
  const answers = choices(250);

  test('keep every bit', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = withPeak(lower(randomRoutine(a)));
        const after = runPipeline([pass], program);
        const wrong = difference(outputsOf(program), outputsOf(after));
        expect(wrong, `${printProgram(program)}\n${printProgram(after)}`).toBeUndefined();
        expect(pass.run(after)).toBe(after);
      }),
      { numRuns: Number(process.env['EINC_RUNS'] ?? 300) },
    );
  });

  /** Else the property above would hold for any pass. */
  test('are changed, many of them', () => {
    const given = fc.sample(answers, { numRuns: 300, seed: 1 });
    const programs = given.map(a => withPeak(lower(randomRoutine(a))));
    expect(programs.filter(p => pass.run(p) !== p).length).toBeGreaterThan(30);
  });
});
