/**
 * Divides the rows of an array that is scattered to, such as the gradient of an embedding, among threads, if otherwise
 * few threads would go through all turns. Exact and without atomics: each row gets its terms in the same order.
 *
 *   before   for o < 128 { for b < 4096 { w.grad[at(ids[b]), o] += v[b, o]; } }
 *
 *   after    for row < 256 { for o < 128 { for b < 4096 {
 *              w.grad[at(where(ids[b] - floor(ids[b] * 0.00390625) * 256 == row, ids[b], -1)), o] += v[b, o];
 *            } } }
 *
 * Each thread looks at all turns, which is cheap, and adds those of its own rows, which waits for memory. Rows are
 * interleaved, since low row numbers are often those of frequent words.
 */
import { Names } from '../../core/names.ts';
import { namesIn } from '../../loop/facts.ts';
import { rewriteOutermost } from '../../loop/traverse.ts';
import { inShares, scatterNestAt, sharesFor } from '../../schedule/gpu/scatter-shares.ts';
import { type Pass, withBody } from '../pipeline.ts';

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
