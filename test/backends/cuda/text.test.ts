/** The CUDA of small programs, as a reader sees it. `npm run golden` rewrites the goldens. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { cudaOf, groupPrograms, smallPrograms } from './programs.ts';

const all = [
  ...Object.entries(smallPrograms).map(entry => [...entry, undefined] as const),
  ...groupPrograms,
];

test.each(all)('%s', async (name, text, target) => {
  const source = cudaOf(parseProgram(text), target);
  await expect(source.text).toMatchFileSnapshot(`../../golden/cuda/${name}.cu`);
  const steps = `${JSON.stringify(source.steps, withoutOrigins, 2)}\n`;
  await expect(steps).toMatchFileSnapshot(`../../golden/cuda/${name}.json`);
});

/** Of programs that are written as loops there are none. */
function withoutOrigins(key: string, value: unknown): unknown {
  return key === 'origins' ? undefined : value;
}

test('the step of moons', async () => {
  const name = 'scalar_loss_gradient_then_gd_update';
  const unoptimized = readFileSync(`test/golden/moons/${name}-unoptimized.ll`, 'utf8');
  const { text, steps } = cudaOf(parseProgram(unoptimized));
  await expect(text).toMatchFileSnapshot('../../golden/cuda/moons.cu');
  expect(steps).toMatchObject([{ kind: 'launch', grid: [1, 1, 1] }]);
});
