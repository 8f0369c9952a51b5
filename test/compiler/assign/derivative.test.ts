import { describe, expect, test } from 'vitest';
import { partials } from '../../../compiler/assign/derivative.ts';
import { access, type Scalar, scalarApply, scalarConst } from '../../../compiler/assign/ir.ts';
import { negate, times } from '../../../compiler/assign/scalar-algebra.ts';
import { evaluate, infoOf, type Op, ops } from '../../../compiler/core/op.ts';
import { tuples } from '../../support/edge-values.ts';

type Operands = readonly number[];
type Name = 'out' | 'a' | 'b' | 'c';

const [out, a, b, c] = [
  access<Name>('out', 0),
  access<Name>('a', 0),
  access<Name>('b', 0),
  access<Name>('c', 0),
];
const zero = scalarConst(0);

function named(scalar: Scalar<Name> | undefined): Scalar<Name> {
  if (scalar === undefined) throw new Error('no scalar');
  return scalar;
}

function partialsOf(op: Op): readonly (Scalar<Name> | undefined)[] {
  return partials[op]<Name>(out, a, b, c);
}

/** In doubles, rounding nothing besides. */
function valueOf(scalar: Scalar<Name>, values: ReadonlyMap<Name, number>): number {
  switch (scalar.kind) {
    case 'const':
      return scalar.value;
    case 'symbol':
    case 'position':
      throw new Error('no symbols and positions here');
    case 'access':
      return values.get(scalar.node) ?? NaN;
    case 'apply': {
      const [x = NaN, y = NaN, z = NaN] = scalar.args.map(arg => valueOf(arg, values));
      return ops[scalar.op].apply(x, y, z);
    }
  }
}

function applied(op: Op, [x = NaN, y = NaN, z = NaN]: Operands): number {
  return evaluate(op, 'f64', x, y, z);
}

/** The partials of `op` at a point; one that is undefined is 0. */
function slopesAt(op: Op, at: Operands): readonly number[] {
  const [x = NaN, y = NaN, z = NaN] = at;
  const values = new Map<Name, number>([
    ['out', applied(op, at)],
    ['a', x],
    ['b', y],
    ['c', z],
  ]);
  const slopes = at.map((_, i) => partialsOf(op)[i]);
  return slopes.map(slope => (slope === undefined ? 0 : valueOf(slope, values)));
}

function differenceQuotient(op: Op, at: Operands, operand: number): number {
  const h = 1e-5;
  const moved = (by: number): number =>
    applied(
      op,
      at.map((x, i) => (i === operand ? x + by : x)),
    );
  return (moved(h) - moved(-h)) / (2 * h);
}

/** Numbers of no particular kind: no step, tie or corner of an op is near them or their quotients. */
const generic = [-2.37, -0.71, 0.29, 0.63, 1.73, 4.19];

/** Where an op is defined around, among all combinations of those. */
function smoothPoints(op: Op): readonly Operands[] {
  const apart = (x: number, i: number): number => x + 0.137 * i;
  const all = tuples(generic, infoOf(op).arity).map(at => at.map(apart));
  return all.filter(
    at => Number.isFinite(applied(op, at)) && at.every((_, i) => isDefinedAround(op, at, i)),
  );
}

function isDefinedAround(op: Op, at: Operands, operand: number): boolean {
  return Number.isFinite(differenceQuotient(op, at, operand));
}

const points = (Object.keys(ops) as Op[])
  .filter(op => op !== 'stop_gradient' && !infoOf(op).fromBits)
  .flatMap(op => smoothPoints(op).map(at => [op, at] as const));

test.each(points)('the slopes of %s at %j are its difference quotients', (op, at) => {
  slopesAt(op, at).forEach((slope, operand) => {
    const quotient = differenceQuotient(op, at, operand);
    expect(Math.abs(slope - quotient)).toBeLessThan(1e-6 * Math.max(1, Math.abs(quotient)));
  });
});

test.each(Object.keys(ops) as Op[])('%s is defined around some of the points', op => {
  expect(smoothPoints(op)).not.toEqual([]);
});

test('nothing flows through these', () => {
  const flat = (Object.keys(ops) as Op[]).filter(op => partialsOf(op).every(p => p === undefined));
  expect(flat.join(' ')).toMatchInlineSnapshot(
    `"sign stop_gradient lt le eq ne and or not floor ceil trunc round bit_and bit_or bit_xor shift_left shift_right threefry2x32 threefry4x32_crypto_first threefry4x32_crypto_second threefry4x32_light_first threefry4x32_light_second unit signed_unit"`,
  );
});

test.each(Object.keys(ops) as Op[])('%s has no more partials than operands', op => {
  expect(partialsOf(op).length).toBeLessThanOrEqual(Math.max(2, infoOf(op).arity));
});

describe('at a corner', () => {
  test.each<[title: string, op: Op, at: Operands, slopes: Operands]>([
    ['relu is flat at 0', 'relu', [0], [0]],
    ['abs is flat at 0', 'abs', [0], [0]],
    ['a tie of max is shared', 'max', [2, 2], [0.5, 0.5]],
    ['a tie of min is shared', 'min', [2, 2], [0.5, 0.5]],
    ['a power of 0 does not move with its exponent', 'pow', [0, 3], [0, 0]],
    ['a power of a negative number does not either', 'pow', [-2, 3], [12, 0]],
    ['the chosen arm has it all, whatever the other', 'where', [1, Infinity, NaN], [0, 1, 0]],
    ['fma is linear in each', 'fma', [2, 3, 4], [3, 2, 1]],
    ['sat01 is flat at 0', 'sat01', [0], [0]],
    ['sat01 is flat at 1', 'sat01', [1], [0]],
    ['a gate is open inside only', 'sat01_gate', [1, 5], [0, 0]],
    ['a gate is closed at 0', 'relu_gate', [0, 5], [0, 0]],
    ['mod stays on its step', 'mod', [5, 2], [1, -2]],
    ['sigmoid stays finite far out', 'sigmoid', [-1000], [0]],
    ['softplus stays finite far out', 'softplus', [1000], [1]],
    ['nothing passes stop_gradient', 'stop_gradient', [3], [0]],
  ])('%s', (_, op, at, slopes) => {
    expect(slopesAt(op, at)).toEqual(slopes);
  });

  test('the square of an operand of asinh may overflow', () => {
    expect((slopesAt('asinh', [1e200])[0] ?? NaN) * 1e200).toBeCloseTo(1, 12);
  });

  test.each<[exponent: number, slope: number]>([
    [0, 0],
    [1, 1],
    [2, 0],
    [3, 0],
  ])('the slope of 0 ** %d is %d', (exponent, slope) => {
    const [first] = partials.pow<Name>(out, a, scalarConst(exponent), zero);
    const atZero = new Map<Name, number>([
      ['a', 0],
      ['out', 0 ** exponent],
    ]);
    // The power rule multiplies by the exponent: -0 is as good.
    expect(valueOf(named(first), atZero) + 0).toBe(slope);
  });
});

test('a constant exponent costs no second power where it can', () => {
  const first = (exponent: number): Scalar<Name> | undefined =>
    partials.pow<Name>(out, a, scalarConst(exponent), zero)[0];
  expect(first(1)).toEqual(scalarConst(1));
  expect(first(2)).toEqual(scalarApply('mul', scalarConst(2), a));
  expect(first(3)).toEqual(
    scalarApply('mul', scalarConst(3), scalarApply('pow', a, scalarConst(2))),
  );
});

describe('a gradient times a partial', () => {
  const g = access<Name>('c', 0);
  const [x, y] = [access<Name>('a', 0), access<Name>('b', 0)];
  const masked = scalarApply('where', y, scalarConst(1), zero);

  test.each<[title: string, gradient: Scalar<Name>, partial: Scalar<Name>, result: Scalar<Name>]>([
    ['of 0 is 0', g, zero, zero],
    ['of 1 is the gradient', g, scalarConst(1), g],
    ['of -1 is its negation', g, scalarConst(-1), scalarApply('neg', g)],
    ['of 2 is a product', g, scalarConst(2), scalarApply('mul', g, scalarConst(2))],
    ['1 times a partial is that partial', scalarConst(1), x, x],
    ['keeps a sign outside', g, scalarApply('neg', x), negate(times(g, x))],
    ['divides', g, scalarApply('div', scalarConst(1), x), scalarApply('div', g, x)],
    ['divides last', g, scalarApply('div', x, y), scalarApply('div', scalarApply('mul', g, x), y)],
    ['chooses instead of multiplying by a mask', g, masked, scalarApply('where', y, g, zero)],
    ['of anything else is a product', g, x, scalarApply('mul', g, x)],
  ])('%s', (_, gradient, partial, result) => {
    expect(times(gradient, partial)).toEqual(result);
  });

  test('an infinite one under a zero mask is 0', () => {
    const values = new Map<Name, number>([
      ['c', Infinity],
      ['b', 0],
    ]);
    expect(valueOf(times(g, masked), values)).toBe(0);
  });
});

test.each<[title: string, x: Scalar<Name>, result: Scalar<Name>]>([
  ['a number', scalarConst(2), scalarConst(-2)],
  ['a negation', scalarApply('neg', a), a],
  ['anything else', a, scalarApply('neg', a)],
])('negation of %s', (_, x, result) => {
  expect(negate(x)).toEqual(result);
});
