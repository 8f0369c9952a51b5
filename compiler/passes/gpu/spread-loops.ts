/**
 * Moves independent loops outside the dependent ones, so that each thread gets a cell with its whole sum. Exact: the terms
 * of each cell keep their order.
 *
 *   before   for i < 64 { for o < 10 { for b < 512 { y.grad[b, o] += x[b, o, i]; } } }
 *   after    for o < 10 { for b < 512 { for i < 64 { y.grad[b, o] += x[b, o, i]; } } }
 *
 * Must run before sums move to scalars, so that each scalar becomes the sum of one cell.
 *
 * In the input gradient of a convolution, whose pixels add to the same cells, the loops over taps are outside by now
 * (`interchange`). They stay there if the other loops alone keep the GPU busy.
 */
import { isIndependent } from '../../loop/independent.ts';
import { type For, forLoop, forLoops, type Stmt, statementsOf } from '../../loop/ir.ts';
import { rewriteOutermost } from '../../loop/traverse.ts';
import { product } from '../../support/list.ts';
import { type Pass, withBody } from '../pipeline.ts';

export const spreadLoops: Pass = {
  name: 'spread-loops',
  run: (program, note) => {
    const body = rewriteOutermost(program.body, s => {
      if (s.kind !== 'for' || !isPlain(s)) return undefined;
      const nest = nestedIn(s);
      const order = orderOf(nest);
      const moved = order.filter((loop, i) => loop !== nest.loops[i]).map(l => l.loop);
      if (moved.length === 0) return s;
      const after = forLoops(order, nest.body);
      const step = { kind: 'interchange', moved } as const;
      note?.({ about: 'nest', step, before: [s], after });
      return after;
    });
    return withBody(program, body);
  },
};

interface Loops {
  /** Outermost first; each holds nothing but the next. */
  readonly loops: readonly For[];
  readonly body: Stmt;
}

function nestedIn(outermost: For): Loops {
  const loops = [outermost];
  let { body } = outermost;
  while (body.kind === 'for') {
    loops.push(body);
    body = body.body;
  }
  return { loops, body };
}

/** Whether its loops hold no other nest. */
function isPlain(outermost: For): boolean {
  const { loops, body } = nestedIn(outermost);
  const isSerial = loops.every(({ mode }) => mode === 'serial');
  return isSerial && statementsOf(body).every(s => s.kind !== 'for');
}

/** So many turns keep a GPU busy. */
const manyTurns = 2 ** 14;

/**
 * Loops that are free first. Where their turns are few, and more loops are free while the first of the
 * others stand still, these go outside of all: what they hold is launched in each of their turns.
 */
function orderOf(nest: Loops): readonly For[] {
  const free = nest.loops.filter(loop => isFree(loop, nest));
  const waiting = nest.loops.filter(loop => !free.includes(loop));
  let [order, most] = [[...free, ...waiting], 1];
  if (product(free.map(l => l.extent)) >= manyTurns) return order;
  for (let count = 1; count < waiting.length; count++) {
    const [still, others] = [waiting.slice(0, count), waiting.slice(count)];
    const inside = { loops: [...free, ...others], body: nest.body };
    const freed = others.filter(loop => isFree(loop, inside));
    const turns = product(freed.map(l => l.extent));
    if (turns < fewestFreed * most) continue;
    most = turns;
    order = [...still, ...free, ...freed, ...others.filter(loop => !freed.includes(loop))];
  }
  return order;
}

/** For fewer times the turns it is not worth to launch more than once. */
const fewestFreed = 16;

/** Whether the turns of a loop need nothing of each other, whatever the others stand at. */
function isFree(loop: For, { loops, body }: Loops): boolean {
  const others = loops.filter(other => other !== loop);
  return isIndependent(forLoop(loop.loop, loop.extent, forLoops(others, body)));
}
