/** Literals and layers that are wrong, by their whole messages. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('parts of different lengths', async () => {
  expect(await messageOf('op`[[1, 2], [3]]`;')).toMatchInlineSnapshot();
});

test('parts along different axes', async () => {
  expect(await messageOf('op`[[1, 2], (3, 4)]`;')).toMatchInlineSnapshot();
});

test('brackets in another order than memory', async () => {
  expect(await messageOf('op`([1, 2], [3, 4])`;')).toMatchInlineSnapshot();
});

test('a stack of tensors of different shapes', async () => {
  const lines = [
    `const a = tensor([1, 2], { label: 'a' });`,
    `const b = tensor([1, 2, 3], { label: 'b' });`,
    'op`[${a}, ${b}]`;',
  ];
  expect(await messageOf(...lines)).toMatchInlineSnapshot();
});

const layer = 'const layer = op`layer(~hid)(x) = relu({ w } * x + { b; o = [hid] })`;';

test('a setting that the layer does not have', async () => {
  expect(await messageOf(layer, 'layer({ hidd: 4 });')).toMatchInlineSnapshot();
});

test('a setting that is missing', async () => {
  expect(await messageOf(layer, 'layer({});')).toMatchInlineSnapshot();
});

test('a setting of the wrong kind', async () => {
  expect(await messageOf(layer, `layer({ hid: '4' });`)).toMatchInlineSnapshot();
});

test('a label that cannot be part of a name', async () => {
  expect(
    await messageOf(layer, `layer({ hid: 4, label: 'first layer' });`),
  ).toMatchInlineSnapshot();
});

test('a list of sizes used as a tensor', async () => {
  const lines = [
    'const layer = op`layer(~sizes)(x) = { w; o = [sizes] } * x + sizes`;',
    `layer({ sizes: [4, 5] })(tensor([1], { label: 'x' }));`,
  ];
  expect(await messageOf(...lines)).toMatchInlineSnapshot();
});

test('a layer used without its settings', async () => {
  const lines = [layer, `const x = tensor([1], { label: 'x' });`, 'op`${layer}(${x})`;'];
  expect(await messageOf(...lines)).toMatchInlineSnapshot();
});

test('a size that is no setting', async () => {
  expect(
    await messageOf('op`layer(~hid)(x) = { w; o = [hidden] } * x`({ hid: 2 });'),
  ).toMatchInlineSnapshot();
});
