import type { Span, UserError } from '../compiler/index.ts';
import { tensorGiven, wrong } from './arguments.ts';
import { describe } from './elaborate/hole.ts';
import { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { opAt } from './op.ts';

/** The key of a seed, a whole number from 0. Throws EINC0318. */
function key(seed: number): Tensor {
  const call = callSite(key);
  if (typeof seed === 'number') return opAt(call)`key(${seed})`;
  throw notWanted('the seed of `random.key` is a number', seed, call);
}

/** A key of its own for each number, as JAX has it. */
function foldIn(base: Tensor, data: Tensor | number): Tensor {
  const call = callSite(foldIn);
  const given = keyGiven(base, 'foldIn', call);
  const isData = data instanceof Tensor || typeof data === 'number';
  if (isData) return opAt(call)`fold_in(${given}, ${data})`;
  throw notWanted('the data of `random.foldIn` is a tensor or a number', data, call);
}

/** The first `count` of them. */
function split(base: Tensor, count: number): readonly Tensor[] {
  const call = callSite(split);
  const given = keyGiven(base, 'split', call);
  if (!Number.isInteger(count) || count < 0) {
    const message = `\`random.split\` takes how many keys to make, not ${shown(count)}`;
    throw wrong('EINC0318', message, call);
  }
  return Array.from({ length: count }, (_, i) => opAt(call)`fold_in(${given}, ${i})`);
}

/**
 * Keys of random tensors, from JavaScript. A key is a scalar of u64; what is drawn with it, `op` says:
 *
 *   const [first, second] = random.split(random.key(42), 2);
 *   const noisy = op`${x} + 0.1 *. normal(${first})`;
 */
export const random = { key, foldIn, split } as const;

function notWanted(what: string, value: unknown, span: Span): UserError {
  return wrong('EINC0318', `${what}, not ${describe(value)}`, span);
}

function keyGiven(value: unknown, call: string, span: Span): Tensor {
  if (typeof value !== 'number') return tensorGiven(value, `random.${call}`, span);
  const message = `\`random.${call}\` takes a key, not the number ${value}`;
  throw wrong('EINC0318', message, span, [`make one: random.key(${value})`]);
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : describe(value);
}
