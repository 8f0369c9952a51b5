/**
 * Random tensors, functions of a key: the same key gives the same bits on every backend. They take
 * the shape of their use, as parameters do, or the sizes given after their operands. The
 * bits, and the numbers derived from them, are those of JAX for the same key and shape; no gradient flows
 * to keys, but to all other operands.
 */
import { kindOf, type Scalar, scalarApply, scalarConst, UserError } from '../../compiler/index.ts';
import { demand } from '../dtype/dtype-var.ts';
import { constantTensor } from '../graph/make.ts';
import type { Slot } from '../graph/operation.ts';
import type { Tensor } from '../graph/tensor.ts';
import { type Application, type Construction, sizeIn } from './construction.ts';
import { argsort, extremePlace, type Indexing } from './indexing.ts';
import { conversionTo, elementwise } from './operations.ts';
import {
  bits,
  bitsOriginal,
  folded,
  foldedOriginal,
  ofBits,
  oneWord,
} from './random-operations.ts';

/** By name. Each is described in `dsl/README.md`. */
export const randomFunctions: ReadonlyMap<string, Indexing> = new Map(
  Object.entries({
    key: { arity: 1, build: (made, seed) => [conversionTo('u64'), keyed(made, seed)] },
    fold_in: { arity: 2, build: (made, key, data) => [fold, keyed(made, key), data] },
    /** `split_key(key, n)`: `n` keys along a new last output axis, the `i`-th `fold_in(key, i)`. */
    split_key: {
      arity: 2,
      build: (made, key, n) => [folded(sizeIn(made, n)), keyed(made, key)],
    },
    split_key_original: {
      arity: 2,
      build: (made, key, n) => [foldedOriginal(sizeIn(made, n)), keyed(made, key), n],
    },
    /** 32 bits per cell, as u32. */
    random_bits: { ...drawing(1), build: (made, key) => [u32, word(made, drawn(made, key, 1))] },
    random_bits_original: {
      arity: 2,
      build: (made, key, n) => [u32, made.step(bitsOriginal(sizeIn(made, n)), keyed(made, key), n)],
    },
    uniform: { ...drawing(1), build: (made, key) => [uniform, drawn(made, key, 1)] },
    normal: { ...drawing(1), build: (made, key) => [normal, drawn(made, key, 1)] },
    truncated_normal: { ...drawing(3), build: truncatedNormal },
    exponential: { ...drawing(1), build: (made, key) => [exponential, drawn(made, key, 1)] },
    gumbel: { ...drawing(1), build: (made, key) => [gumbel, drawn(made, key, 1)] },
    /** `bernoulli(key, p)`: 1 with probability `p`, else 0. */
    bernoulli: {
      ...drawing(2),
      build: (made, key, p) => [lt, made.step(uniform, drawn(made, key, 2)), p],
    },
    randint: { ...drawing(3), build: randint },
    /** `categorical(key, logits)`: an index along the last output axis of the logits. */
    categorical: {
      arity: 2,
      build: (made, key, logits) => {
        const noise = made.step(gumbel, made.step(bits([]), keyed(made, key)));
        return extremePlace(made, made.step(add, noise, logits), 'max');
      },
    },
    /** `permutation(key, n)`: the numbers below `n` in random order. */
    permutation: {
      arity: 2,
      build: (made, key, n) => {
        const own = made.step(fold, keyed(made, key), number(made, 1));
        return argsort(made, word(made, made.step(bits([sizeIn(made, n)]), own)));
      },
    },
  } satisfies Readonly<Record<string, Indexing>>),
);

/** Sizes may follow the operands. */
function drawing(arity: number): Pick<Indexing, 'arity' | 'more'> {
  return { arity, more: true };
}

/** The bits of each cell; sizes follow the first `count` operands. */
function drawn(made: Construction, key: Tensor, count: number): Tensor {
  const sizes = made.operands.slice(count).map(size => sizeIn(made, size));
  return made.step(bits(sizes), keyed(made, key));
}

/** A key must be an integer: a conversion from anything else would lose most bits. */
function keyed({ name, operands, places, solver }: Construction, key: Tensor): Tensor {
  const span = places[operands.indexOf(key)];
  const help = ['a key is a whole number from 0, or made of one: key(42), fold_in(k, 1)'];
  const { source } = key;
  if (source.kind === 'constant') {
    const { value } = source;
    if (Number.isSafeInteger(value) && value >= 0) return key;
    const message = `the key of \`${name}\` is a whole number from 0, not ${value}`;
    throw new UserError({ code: 'EINC0318', message, labels: span ? [{ span }] : [], help });
  }
  const refusal = {
    code: 'EINC0318',
    message: (dtype: string) => `the key of \`${name}\` is of integers, not of ${dtype}`,
    span,
    help: () => help,
  } as const;
  demand(key.dtypeVar, { accepts: dtype => kindOf(dtype) === 'integer', refusal }, solver);
  return key;
}

function word(made: Construction, of: Tensor): Tensor {
  return made.step(toWord, of);
}

function number({ span }: Construction, value: number): Tensor {
  return constantTensor(value, [span]);
}

/** A normal distribution truncated to `low` … `high`, by the inverse of its cumulative distribution. */
function truncatedNormal(made: Construction, key: Tensor, low: Tensor, high: Tensor): Application {
  const { step } = made;
  const root = number(made, Math.SQRT2);
  const below = (x: Tensor): Tensor => step(erf, step(div, x, root));
  const from = below(low);
  const share = step(mul, step(uniform, drawn(made, key, 3)), step(sub, below(high), from));
  const x = step(mul, step(erfInv, step(add, share, from)), root);
  return [min, step(max, x, low), high];
}

/** Two words, since with one word some results would be more likely than others. */
function randint(made: Construction, key: Tensor, low: Tensor, high: Tensor): Application {
  const { step } = made;
  const [from, to] = [step(i32, low), step(i32, high)];
  // Without a number between them it is `low`, as if there were one. The difference alone may be negative: it wraps.
  const between = step(mul, step(sub, to, from), step(lt, from, to));
  const span = step(max, step(u32, between), number(made, 1));
  const half = (i: number): Tensor => {
    const own = step(fold, keyed(made, key), number(made, i));
    return step(mod, step(u32, word(made, drawn(made, own, 3))), span);
  };
  const root = step(mod, number(made, 2 ** 16), span);
  const factor = step(mod, step(mul, root, root), span);
  const sum = step(add, step(mul, half(0), factor), half(1));
  return [add, from, step(i32, step(mod, sum, span))];
}

const unit = (x: Scalar<Slot>): Scalar<Slot> => scalarApply('unit', x);
const log = (x: Scalar<Slot>): Scalar<Slot> => scalarApply('log', x);
const negated = (x: Scalar<Slot>): Scalar<Slot> => scalarApply('neg', x);

/** The smallest normal f32, so that no logarithm is infinite. */
const tiny = scalarConst(2 ** -126);

const uniform = ofBits('uniform', unit);
const normal = ofBits('normal', x =>
  scalarApply(
    'mul',
    scalarApply('erf_inv', scalarApply('signed_unit', x)),
    scalarConst(Math.SQRT2),
  ),
);
const exponential = ofBits('exponential', x => negated(scalarApply('log1p', negated(unit(x)))));
const gumbel = ofBits('gumbel', x => negated(log(negated(log(scalarApply('max', unit(x), tiny))))));
const toWord = ofBits('random_bits', oneWord);
const fold = { ...elementwise('threefry2x32'), hint: 'key' };
const [u32, i32] = [conversionTo('u32'), conversionTo('i32')];
const [add, sub, mul, div] = [
  elementwise('add'),
  elementwise('sub'),
  elementwise('mul'),
  elementwise('div'),
];
const [min, max, mod, lt] = [
  elementwise('min'),
  elementwise('max'),
  elementwise('mod'),
  elementwise('lt'),
];
const [erf, erfInv] = [elementwise('erf'), elementwise('erf_inv')];
