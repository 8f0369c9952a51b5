/** Every assignment of `cd`, in C and by definition, beside a plain loop over the values. */
import { expect, test } from 'vitest';
import { cd, context, tensor, type Tensor } from '../../dsl/einc.ts';

type Step = (cell: number, value: number) => number;

interface Accumulation {
  readonly sign: string;
  readonly step: Step;
  readonly neutral: number;
}

const accumulations: readonly Accumulation[] = [
  { sign: '+', step: (y, x) => y + x, neutral: 0 },
  { sign: '-', step: (y, x) => y - x, neutral: 0 },
  { sign: '*', step: (y, x) => y * x, neutral: 1 },
  { sign: '/', step: (y, x) => y / x, neutral: 1 },
  { sign: '**', step: (y, x) => y ** x, neutral: 1 },
  { sign: '?/', step: (y, x) => (y > 0 ? x : 0), neutral: 1 },
  { sign: '?^', step: (y, x) => (y > 0 && y < 1 ? x : 0), neutral: 0.5 },
  { sign: '||', step: (y, x) => Number(y !== 0 || x !== 0), neutral: 0 },
  { sign: '&&', step: (y, x) => Number(y !== 0 && x !== 0), neutral: 1 },
  { sign: '@^', step: (y, x) => Math.max(y, x), neutral: -Infinity },
  { sign: '@-', step: (y, x) => Math.min(y, x), neutral: Infinity },
];

/** The cell of a row is reached three times, in this order. */
const rows = [
  [0.5, 2, -1],
  [0, 3, 0.25],
  [2, 0.5, 2],
  [-1.5, 0.75, 0.5],
];
const start = [2, 0.5, 1, 0];
const x = tensor(rows, { label: 'x' });

type Code = ReturnType<typeof cd>;

/** A template for each sign: their text is not a value. */
const onAxis: Readonly<
  Record<string, readonly [keeping: (y: Tensor) => Code, reset: (y: Tensor) => Code]>
> = {
  '+': [y => cd`${y} =+ ${x} ~logic:"ij => i"`, y => cd`${y} =:+ ${x} ~logic:"ij => i"`],
  '-': [y => cd`${y} =- ${x} ~logic:"ij => i"`, y => cd`${y} =:- ${x} ~logic:"ij => i"`],
  '*': [y => cd`${y} =* ${x} ~logic:"ij => i"`, y => cd`${y} =:* ${x} ~logic:"ij => i"`],
  '/': [y => cd`${y} =/ ${x} ~logic:"ij => i"`, y => cd`${y} =:/ ${x} ~logic:"ij => i"`],
  '**': [y => cd`${y} =** ${x} ~logic:"ij => i"`, y => cd`${y} =:** ${x} ~logic:"ij => i"`],
  '?/': [y => cd`${y} =?/ ${x} ~logic:"ij => i"`, y => cd`${y} =:?/ ${x} ~logic:"ij => i"`],
  '?^': [y => cd`${y} =?^ ${x} ~logic:"ij => i"`, y => cd`${y} =:?^ ${x} ~logic:"ij => i"`],
  '||': [y => cd`${y} =|| ${x} ~logic:"ij => i"`, y => cd`${y} =:|| ${x} ~logic:"ij => i"`],
  '&&': [y => cd`${y} =&& ${x} ~logic:"ij => i"`, y => cd`${y} =:&& ${x} ~logic:"ij => i"`],
  '@^': [y => cd`${y} =@^ ${x} ~logic:"ij => i"`, y => cd`${y} =:@^ ${x} ~logic:"ij => i"`],
  '@-': [y => cd`${y} =@- ${x} ~logic:"ij => i"`, y => cd`${y} =:@- ${x} ~logic:"ij => i"`],
};

const first = tensor(
  rows.map(row => row[0] ?? NaN),
  { label: 'first' },
);
const onCells: typeof onAxis = {
  '+': [y => cd`${y} =+ ${first}`, y => cd`${y} =:+ ${first}`],
  '-': [y => cd`${y} =- ${first}`, y => cd`${y} =:- ${first}`],
  '*': [y => cd`${y} =* ${first}`, y => cd`${y} =:* ${first}`],
  '/': [y => cd`${y} =/ ${first}`, y => cd`${y} =:/ ${first}`],
  '**': [y => cd`${y} =** ${first}`, y => cd`${y} =:** ${first}`],
  '?/': [y => cd`${y} =?/ ${first}`, y => cd`${y} =:?/ ${first}`],
  '?^': [y => cd`${y} =?^ ${first}`, y => cd`${y} =:?^ ${first}`],
  '||': [y => cd`${y} =|| ${first}`, y => cd`${y} =:|| ${first}`],
  '&&': [y => cd`${y} =&& ${first}`, y => cd`${y} =:&& ${first}`],
  '@^': [y => cd`${y} =@^ ${first}`, y => cd`${y} =:@^ ${first}`],
  '@-': [y => cd`${y} =@- ${first}`, y => cd`${y} =:@- ${first}`],
};

const ways = (['cc', 'interp'] as const).flatMap(backend =>
  ['keeping', 'reset'].flatMap((way, i) => [
    { backend, way, i, templates: onAxis, values: rows, over: 'an axis' },
    {
      backend,
      way,
      i,
      templates: onCells,
      values: rows.map(row => row.slice(0, 1)),
      over: 'cells',
    },
  ]),
);

test.each(ways.flatMap(way => accumulations.map(a => ({ ...way, ...a }))))(
  '$sign over $over, $way, through $backend',
  async ({ backend, i, templates, values, sign, step, neutral }) => {
    const y = tensor(start, { label: 'y' });
    using ctx = await context({ backend, dtype: 'f64' });
    const code = templates[sign]?.[i]?.(y);
    if (!code) throw new Error(sign);
    (await ctx.compile(code, { keep: [y] })).runSync();
    const expected = values.map((row, cell) =>
      row.reduce(step, i === 0 ? (start[cell] ?? NaN) : neutral),
    );
    Array.from(ctx.readSync(y).data).forEach((value, cell) => {
      const wanted = expected[cell] ?? NaN;
      const close = Object.is(value + 0, wanted + 0) || Math.abs(value - wanted) < 1e-12;
      expect(close, `cell ${cell} is ${value}, not ${wanted}`).toBe(true);
    });
  },
);
