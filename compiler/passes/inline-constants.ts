/**
 * Puts constants in the place of local arrays whose every cell is that constant.
 *
 *   before   fill g, 1;                       after   for i < 4 { x[i] := 0.5 * y[i]; }
 *            h[0] := g[0] / 2;
 *            for i < 4 { x[i] := h[0] * y[i]; }
 *
 * Goes forward and simplifies on its way, so that a chain of constants becomes one. Exact.
 */
import { Names } from '../core/names.ts';
import { groupByNode, localsOf, type Site, sitesIn } from '../loop/facts.ts';
import type { Program } from '../loop/ir.ts';
import type { Note } from './decision.ts';
import { definitionOf, readersOf } from './inline/definition.ts';
import { inlineDefinition } from './inline/rewrite.ts';
import { type Pass, withBody } from './pipeline.ts';
import { simplify } from './simplify.ts';

export const inlineConstants: Pass = {
  name: 'inline-constants',
  run: (program, note) => {
    const after = inlineAll(simplify.run(program), note);
    // Simplifying the readers of a constant may have made constants of them.
    return after === program ? program : inlineConstants.run(after, note);
  },
};

function inlineAll(program: Program, note: Note | undefined): Program {
  const sites = groupByNode(sitesIn(program));
  return localsOf(program).reduce((current, node) => {
    const own = sites.get(node) ?? [];
    const definition = isSetOnce(own) ? definitionOf(own) : undefined;
    if (!definition || typeof definition.value === 'object') return current;
    const because = `each of its cells is ${definition.value}`;
    note?.({ about: 'array', node, fate: 'inlined', because, readers: readersOf(definition) });
    return withBody(current, inlineDefinition(current.body, definition, new Names()));
  }, program);
}

/** Whether all that is stored is one number: what most arrays fail at once. */
function isSetOnce(sites: readonly Site[]): boolean {
  const [store, ...others] = sites.filter(site => site.kind !== 'read');
  if (store === undefined || others.length > 0) return false;
  return (
    store.leaf.kind === 'fill' || (store.leaf.kind === 'write' && store.leaf.value.kind === 'const')
  );
}
