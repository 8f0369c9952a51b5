/**
 * How many cells a thread of a grid has. With one cell each, a thread requests 4 bytes of an f32 array, or 2 of an f16
 * one: from all concurrent threads together, hardly enough to keep memory busy. Neighbouring cells are loaded as one
 * vector of up to 16 bytes.
 */
import { bytesOf } from '../../core/dtype.ts';
import { withoutDigits } from '../../core/digits.ts';
import type { Index } from '../../core/index-expr.ts';
import { type Site, sitesUnder } from '../../loop/facts.ts';
import { type For, type Stmt, statementsOf } from '../../loop/ir.ts';
import { chainAt } from '../../loop/kernel.ts';
import { areMultiples, strideOf } from '../../loop/stride.ts';

/** Bytes that one instruction loads or stores at most. */
const widest = 16;

/** How many turns of the innermost loop make one vector in all arrays that it traverses, or 1. */
export function neighboursOf(kernel: For): number {
  const { loops, body } = chainAt(kernel);
  const { loop, extent } = loops.at(-1) ?? kernel;
  if (!statementsOf(body).every(isPlain)) return 1;
  const sites = sitesUnder(body).filter(({ node }) => node.dims.length > 0);
  const walks = sites.map(site => walkOf(site));
  const strides = walks.map(walk => walk && strideOf(walk, walk.index, loop));
  const isWalked = (_: unknown, i: number): boolean => strides[i] !== 0;
  const walked = sites.filter(isWalked);
  const isStored = walked.some(({ kind }) => kind !== 'read');
  if (!isStored || !strides.every(stride => stride === 0 || stride === 1)) return 1;
  const cells = widest / Math.max(...walked.map(({ node }) => bytesOf[node.dtype]));
  const isWhole = walks
    .filter(isWalked)
    .every(walk => walk && areMultiples(walk, walk.index, [loop], cells));
  return isWhole && extent % cells === 0 ? cells : 1;
}

interface Walk {
  readonly dims: readonly number[];
  readonly index: readonly Index[];
}

/** The cells it touches; digits of one number that are one place in memory are that number. */
function walkOf({ node, index }: Site): Walk | undefined {
  return index && { dims: node.dims, index: withoutDigits(index, node.dims) };
}

function isPlain({ kind }: Stmt): boolean {
  return kind === 'write' || kind === 'accumulate' || kind === 'declare' || kind === 'comment';
}
