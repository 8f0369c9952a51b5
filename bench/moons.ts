/** A training step of the half-moons network: called batch by batch, and an epoch at a time. */
import { cd, context } from 'einc';
import { type Benchmark, type Case, lossTolerance, type Subject } from './benchmark.ts';
import { batches, moonsNetwork } from './moons-network.ts';
import { training } from './subjects.ts';

type Way = 'one call a step' | 'routine.loop' | 'for in cd';

export const moons: Benchmark = {
  name: 'moons',
  about: 'training step 2-16-16-1, hinge loss, batch 10, SGD',
  cases: [caseOf('one call a step'), caseOf('routine.loop'), caseOf('for in cd')],
};

function caseOf(way: Way): Case {
  return {
    name: way,
    settings: { batches },
    c: 'moons.c',
    steps: batches,
    within: lossTolerance,
    prepare: dtype => prepare(dtype, way),
  };
}

/** A call is an epoch, in each of the ways to run one. */
async function prepare(dtype: 'f32' | 'f64', way: Way): Promise<Subject> {
  const { batch, loss, update } = moonsNetwork();
  const ctx = await context({ dtype });
  const step = await ctx.compile(update);
  const epoch = await ctx.compile(cd`~~("epoch"; for i in ${batch} (${update}))`, { keep: [loss] });
  const ways: Record<Way, () => void> = {
    'one call a step': () => {
      for (let b = 0; b < batches; b++) {
        step.runSync({ batch: b });
        ctx.item(loss);
      }
    },
    'routine.loop': () => {
      step.loop(batch);
      ctx.wait();
    },
    'for in cd': () => epoch.runSync(),
  };
  const first = await firstLosses(dtype);
  return {
    call: ways[way],
    // The last loss of an epoch tells whether the way itself is right.
    outcome: () => {
      ways[way]();
      return [...first, ctx.item(loss)];
    },
    [Symbol.dispose]: () => ctx[Symbol.dispose](),
  };
}

async function firstLosses(dtype: 'f32' | 'f64'): Promise<readonly number[]> {
  using subject = await training(dtype, moonsNetwork());
  return subject.outcome?.() ?? [];
}
