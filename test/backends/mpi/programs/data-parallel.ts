/**
 * Trains three small models by `dataParallel`, this rank's share of each batch on one device. The first rank prints
 * the losses, and whether all ranks have found the same.
 */
import { joinWorld } from 'einc';
import { dataParallel, sgdOne } from 'einc/train';
import { convNet, perceptron, transformer } from '../../../dsl/train/models.ts';
import { generator } from '../../../support/generator.ts';

const world = await joinWorld();
const [batch, steps] = [10, 12];
const draw = generator(5);
const losses: Record<string, number[]> = {};
let isAlike = true;
for (const [name, make] of Object.entries({ perceptron, convNet, transformer })) {
  const model = make();
  const { classes, learningRate, shard } = model;
  using training = await dataParallel({
    devices: 1,
    world,
    // A few gradients at a time.
    bucketBytes: 512,
    batch,
    shard,
    loss: model.loss,
    update: p => sgdOne(p, { learningRate: learningRate / 2 }),
    seed: 3,
  });
  const values = (of: 'x' | 'label', count: number, isId: boolean): Float32Array => {
    const { batch: own = [], output = [] } = shard[of];
    const cells = [...own, ...output].reduce<number>((all, size) => all * Number(size), count);
    const sign = (): number => (classes === 1 ? 2 * draw(2) - 1 : draw(classes));
    return Float32Array.from({ length: cells }, () => (isId ? sign() : draw(1000) / 500 - 1));
  };
  const own = (losses[name] = [] as number[]);
  for (let n = 0; n < steps; n++) {
    // The last batch of an epoch has fewer examples: one rank has none.
    const count = n % 4 === 3 ? 3 : batch;
    const x = values('x', count, shard.x.batch !== undefined);
    own.push((await training.step({ x, label: values('label', count, true) })).loss);
  }
  const [least] = await world.allReduceValues([own.at(-1) ?? NaN], { op: 'min' });
  isAlike &&= least === own.at(-1);
}
if (world.isFirst) console.log(JSON.stringify({ ranks: world.size, isAlike, losses }));
