/**
 * Shares out the rows of an array that is scattered to, such as the gradient of an embedding, where few threads
 * would go through all turns. Exact: a row gets what it did, in the order it did, and nothing is atomic.
 *
 *   before   for o < 128 { for b < 4096 { w.grad[at(ids[b]), o] += v[b, o]; } }
 *
 *   after    for row < 256 { for o < 128 { for b < 4096 {
 *              w.grad[at(where(ids[b] - floor(ids[b] * 0.00390625) * 256 == row, ids[b], -1)), o] += v[b, o];
 *            } } }
 *
 * A thread looks at all turns, which costs a few steps each, and adds what is its own: a store to memory that it has
 * to wait for. Rows are dealt out like cards, so that those with small numbers, of frequent words, are not
 * together.
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { inShares, scatterNestAt, sharesFor } from '../schedule/scatter-shares.ts';
import { type Pass, withBody } from './pipeline.ts';

export const shareScatters: Pass = {
  name: 'share-scatters',
  run: (program, note) => {
    const names = new Names(namesIn(program));
    const body = rewriteOutermost(program.body, s => {
      const nest = s.kind === 'for' ? scatterNestAt(s) : undefined;
      const shares = nest ? sharesFor(nest) : 1;
      const after = nest && shares > 1 ? inShares(nest, shares, names) : undefined;
      if (!after) return undefined;
      const array = nest?.leaf.node.name ?? '';
      note?.({ about: 'nest', step: { kind: 'share', array, shares }, before: [s], after });
      return after;
    });
    return withBody(program, body);
  },
};
