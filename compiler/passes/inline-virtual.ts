/**
 * Computes cheap local arrays where they are read, instead of storing them.
 *
 *   before   for b < 10 { for i < 2 { x[b, i] := data[batch, b, i]; } }
 *            zero_out m;
 *            for b2 < 10 { for o < 16 { for i2 < 2 { m[b2, o] += w[o, i2] * x[b2, i2]; } } }
 *            for b3 < 10 { for o2 < 16 { y[b3, o2] := relu(m[b3, o2]); } }
 *
 *   after    for b3 < 10 { for o2 < 16 {
 *              local m: f32;
 *              m := 0;
 *              for i2 < 2 { m += w[o2, i2] * data[batch, b3, i2]; }
 *              y[b3, o2] := relu(m);
 *            } }
 *
 * A node qualifies when one formula holds for all its cells, its inputs are the same at every read
 * (`inline/hazards.ts`) and recomputing costs less than storing (`inline/placement.ts`). Later
 * definitions go first, so that a chain ends up in its last reader and a reduction is met last.
 * Exact: every cell is computed by the same operations in the same order.
 */
import { Names } from '../core/names.ts';
import { localsOf, namesIn, type Site, sitesByNode } from '../loop/facts.ts';
import type { Program } from '../loop/ir.ts';
import type { Note } from './decision.ts';
import { type Definition, isDefinition, readersOf, soleFormula } from './inline/definition.ts';
import { placementOf } from './inline/placement.ts';
import { inlineDefinition } from './inline/rewrite.ts';
import { type Pass, withBody } from './pipeline.ts';

export const inlineVirtual: Pass = {
  name: 'inline-virtual',
  run: (program, note) => {
    const { program: after } = localsOf(program)
      .toReversed()
      .reduce((table, node) => inlineNode(table, node, note), tableOf(program));
    // A node that has lost readers may now be cheap.
    return after === program ? program : inlineVirtual.run(after, note);
  },
};

/** A program and where it uses which array. */
interface Table {
  readonly program: Program;
  readonly sitesOf: (node: Definition['node']) => readonly Site[];
}

function tableOf(program: Program): Table {
  return { program, sitesOf: sitesByNode(program) };
}

function inlineNode(table: Table, node: Definition['node'], note: Note | undefined): Table {
  const { program, sitesOf } = table;
  const definition = soleFormula(sitesOf(node));
  const { mode, because, costs } = placementOf(definition, sitesOf);
  if (mode !== 'virtual' || !isDefinition(definition)) {
    note?.({ about: 'array', node, fate: 'kept', because, costs });
    return table;
  }
  const readers = readersOf(definition);
  note?.({ about: 'array', node, fate: 'inlined', because, costs, readers });
  const body = inlineDefinition(program.body, definition, namesFor(definition, program));
  return tableOf(withBody(program, body));
}

/** Only the copies of a reduction have names of their own. */
function namesFor(definition: Definition, program: Program): Names {
  if (definition.reduction === undefined) return new Names();
  const free = freed(definition);
  return new Names(namesIn(program).filter(name => !free.has(name)));
}

/** The names that go with the definition and may be used by its copies. */
function freed({ node, reduction }: Definition): ReadonlySet<string> {
  return new Set([node.name, ...(reduction?.loops ?? []).map(l => l.loop)]);
}
