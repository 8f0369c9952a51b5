/** The CUDA of small programs, as a reader sees it. `npm run golden` rewrites the goldens. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { smallPrograms, cudaOf } from './programs.ts';

test.each(Object.entries(smallPrograms))('%s', async (name, text) => {
  const source = cudaOf(parseProgram(text));
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
