/** Gradients in stages: what is done after each, and how often ranks meet. */
import { expect, test, vi } from 'vitest';
import { cd, op, tensor, type Tensor, World } from '../../../dsl/einc.ts';
import { inOrderOfEnd, stagesOf } from '../../../dsl/graph/stages.ts';
import { dataParallel, sgdOne } from '../../../dsl/train/index.ts';
import { inProcess } from '../../../runtime/index.ts';
import { perceptron } from './models.ts';

function gradientOf(loss: Tensor) {
  return cd`~~("g"; ${loss}.forward; ${loss}.zero_grads; ${loss.grad} =: 1; ${loss}.backprop)`.tree;
}

const numbers = (...output: readonly number[]): Tensor =>
  tensor(new Float32Array(output.reduce((all, size) => all * size)), { label: 'x', output });

function threeLayers() {
  const x = numbers(4);
  const loss = op`loss = ({ w3 } * relu({ w2; o = [3] } * relu({ w1; o = [3] } * ${x}))) ++ "i => 0"`;
  const { w1, w2, w3 } = loss.params as Record<'w1' | 'w2' | 'w3', Tensor>;
  return { loss, w1, w2, w3 };
}

test('the last layer is done first', () => {
  const { loss, w1, w2, w3 } = threeLayers();
  const order = inOrderOfEnd(gradientOf(loss), [w1.grad, w3.grad, w2.grad]);
  expect(order).toEqual([w3.grad, w2.grad, w1.grad]);
});

test('a stage settles without the later ones, which read what it hands on', () => {
  const { loss, w1, w2, w3 } = threeLayers();
  const stages = stagesOf(gradientOf(loss), [[w3.grad], [w2.grad], [w1.grad]], 'loss gradient');
  const handed = stages.map(({ hands }) => hands.map(({ hint }) => hint));
  expect(handed.map(names => names.length > 0)).toEqual([true, true, false]);
  const writes = stages.map(({ tree }) => (tree.kind === 'stage' ? namesIn(tree.code) : []));
  expect(writes.map(names => names.filter(name => /^w\d\.grad$/.test(name)))).toEqual([
    // Zeroed, and added to.
    ['w3.grad', 'w3.grad'],
    ['w2.grad', 'w2.grad'],
    ['w1.grad', 'w1.grad'],
  ]);
});

test('a parameter that is used twice is done when both uses have added to it', () => {
  const x = numbers(3);
  const loss = op`loss = (w * relu({ w; o = [3]; i = [3] } * relu({ first; o = [3]; i = [3] } * ${x}))) ++ "i => 0"`;
  const { w, first } = loss.params as Record<'w' | 'first', Tensor>;
  const stages = stagesOf(gradientOf(loss), [[w.grad], [first.grad]], 'loss gradient');
  const writes = stages.map(({ tree }) => (tree.kind === 'stage' ? namesIn(tree.code) : []));
  expect(writes.map(names => names.filter(name => name === 'w.grad').length)).toEqual([3, 0]);
});

function namesIn(
  code: Extract<ReturnType<typeof gradientOf>, { kind: 'stage' }>['code'],
): string[] {
  if (code.kind === 'assign') return [code.target.node.hint];
  return code.kind === 'sequence' ? code.body.flatMap(namesIn) : namesIn(code.body);
}

test.each([
  ['one bucket, at the end', Infinity, 1],
  ['a bucket for each layer', 1, 5],
  ['buckets of 100 bytes at least', 100, 3],
])('%s', async (_, bucketBytes, buckets) => {
  const calls = await Promise.all(
    inProcess(2).map(async (ranks, localRank) => {
      const allReduce = vi.spyOn(World.prototype, 'allReduce');
      const { shard, loss } = perceptron();
      const world = new World(ranks, { localRank });
      using training = await dataParallel({
        ...{ backend: 'interp', devices: 1, batch: 2, bucketBytes, world, shard, loss, seed: 1 },
        update: p => sgdOne(p, { learningRate: 0.1 }),
      });
      await training.step({ x: [1, 2, 3, 4], label: [1, -1] });
      return allReduce.mock.contexts.filter(context => context === world).length;
    }),
  );
  expect(calls).toEqual([buckets, buckets]);
  vi.restoreAllMocks();
});
