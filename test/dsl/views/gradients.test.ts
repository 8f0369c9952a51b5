/** What moves cells passes gradients back to where the cells came from. */
import { describe, expect, test } from 'vitest';
import { grad, jvp, op, split, symbol, tensor, type Tensor } from '../../../dsl/einc.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes, total, weighted } from '../../support/gradients.ts';

const values = [0.5, -1.25, 2, 0.75, 1.5, -0.5];
const n = symbol('n', 2);

/** Of a parameter of 2 by 3 cells. */
const views: readonly (readonly [what: string, y: (x: Tensor) => Tensor])[] = [
  ['a cell', x => op`${x}[1, -1]`],
  ['a row', x => op`${x}[1]`],
  ['a row by a symbol', x => op`${x}[!@${n}]`],
  ['a slice', x => op`${x}[:, 1:]`],
  ['a stride backwards', x => op`${x}[::-1, ::-2]`],
  ['overlapping slices', x => op`${x}[:, :2] *. ${x}[:, 1:]`],
  ['a new axis', x => op`${x}[0, _] *. ${x}[1, :, _]`],
  ['reshape by a common refinement', x => op`reshape(${x}; o = [6])`],
  ['reshape by digits', x => op`reshape(${x}; o = [3, 2])`],
  ['reshape twice', x => op`reshape(reshape(${x}; o = [3, 2]); o = [2, 3]) *. ${x}`],
  ['flatten', x => op`flatten(${x})[::2]`],
  ['flip', x => op`flip(${x}, 1) *. ${x}`],
  ['roll', x => op`roll(${x}, 1, 1) *. ${x}`],
  ['pad', x => op`pad(${x}, 1, 2, 3, 1)`],
  ['concat', x => op`concat(${x}, ${x} *. ${x})`],
  ['repeat', x => op`repeat(${x}, 2)`],
  ['tile', x => op`tile(${x}, 2, 1)`],
  [
    'split',
    x => {
      const [a, b, c] = split(x, 3, 1) as [Tensor, Tensor, Tensor];
      return op`${a} *. ${b} - ${c}`;
    },
  ],
];

const x = (): Tensor => op`{ x = ${values}; o = [2, 3] }`;
describe.each(views)('%s', (_, y) => {
  test('first derivatives', async () => {
    await expectSlopes(weighted(y(x())), { n: 1 });
  });

  test('second derivatives', async () => {
    const a = x();
    const [slope] = grad(weighted(y(a)), [a]);
    await expectSlopes(weighted(slope ?? a), { n: 1 });
  });

  test('forwards as backwards', async () => {
    const [a, change] = [
      x(),
      tensor(
        [
          [1, -2, 0.5],
          [3, 0.25, -1],
        ],
        { label: 'change' },
      ),
    ];
    const loss = weighted(y(a));
    const [slope] = grad(loss, [a]);
    const forwards = jvp(loss, new Map([[a, change]]));
    const backwards = total(op`${slope ?? a} *. ${change}`);
    expect(await valueOf(forwards, { n: 1 })).toBeCloseTo(
      (await valueOf(backwards, { n: 1 })) as number,
      9,
    );
  });
});

test('jvp takes cells where they are', async () => {
  const t = tensor([1, 2, 3], { label: 't' });
  const dt = tensor([10, 20, 30], { label: 'dt' });
  expect(await valueOf(jvp(op`${t}[::-1]`, new Map([[t, dt]])))).toEqual([30, 20, 10]);
  expect(await valueOf(jvp(op`pad(${t}, 1, 1, 5)`, new Map([[t, dt]])))).toEqual([
    0, 10, 20, 30, 0,
  ]);
});
