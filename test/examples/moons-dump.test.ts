/** What the compiler makes of the half-moons step, in full. `npm run golden` rewrites the goldens. */
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cellsOf } from '../../compiler/core/tensor-node.ts';
import { localsOf } from '../../compiler/loop/facts.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { placeWith } from '../cli/support.ts';

const { einc, files, read } = placeWith({});
const name = 'scalar_loss_gradient_then_gd_update';
const dumped = await einc(['dump', resolve('examples/moons.ts'), '--out', 'out']);

test('a dump has four files for each of the three routines', () => {
  expect(dumped).toMatchObject({ code: 0, stderr: '' });
  expect(files('out')).toEqual(
    ['mlp_plane_forward', 'mlp_points_forward', name].flatMap(routine =>
      ['-unoptimized.ll', '.c', '.cd', '.ll'].map(ending => routine + ending),
    ),
  );
});

test.each(['.cd', '-unoptimized.ll', '.ll', '.c'])('the step, %s', async ending => {
  const path = `../golden/moons/${name}${ending}`;
  await expect(read(`out/${name}${ending}`)).toMatchFileSnapshot(path);
});

/** The arrays of one run that the C of the slides has too, by our names for them. */
const ofTheSlides = [
  'relu',
  'relu2',
  'margin_loss',
  'mlp_moons_input.grad',
  'add2.grad',
  'add.grad',
];
const ofContext = [
  'b1',
  'b2',
  'learning_rate',
  'moons_classes',
  'moons_flat',
  'scalar_loss',
  'w1',
  'w2',
  'w3',
];

test('the step has no array that the C of the slides does not have', () => {
  const program = parseProgram(read(`out/${name}.ll`));
  expect(program.params.map(node => node.name)).toEqual(ofContext);
  expect(program.scratch).toEqual([]);
  const arrays = localsOf(program).filter(node => cellsOf(node) > 1);
  expect(arrays.map(node => node.name).filter(array => !ofTheSlides.includes(array))).toEqual([]);
});

test('before the passes it has many more', () => {
  const program = parseProgram(read(`out/${name}-unoptimized.ll`));
  const arrays = localsOf(program).filter(node => cellsOf(node) > 1);
  expect(arrays.length).toBeGreaterThan(25);
});
