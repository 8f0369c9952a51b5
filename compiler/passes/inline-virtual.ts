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
import type { TensorNode } from '../core/tensor-node.ts';
import { givenArrays, localsOf, type Site } from '../loop/facts.ts';
import type { Program } from '../loop/ir.ts';
import { StatementTable } from '../loop/statement-table.ts';
import type { Note } from './decision.ts';
import { type Definition, isDefinition, readersOf, soleFormula } from './inline/definition.ts';
import { placementOf } from './inline/placement.ts';
import { inlineIn } from './inline/rewrite.ts';
import { type Pass, withBody } from './pipeline.ts';

export const inlineVirtual: Pass = {
  name: 'inline-virtual',
  run: (program, note) => {
    const inlining = new Inlining(program, note);
    localsOf(program)
      .toReversed()
      .forEach(node => inlining.visit(node));
    const after = inlining.program();
    // A node that has lost readers may now be cheap.
    return after === program ? program : inlineVirtual.run(after, note);
  },
};

class Inlining {
  readonly #before: Program;
  readonly #note: Note | undefined;
  /** The names of what comes with the arguments. */
  readonly #given: readonly string[];
  #table: StatementTable;

  constructor(program: Program, note: Note | undefined) {
    this.#before = program;
    this.#note = note;
    this.#given = [...program.symbols.map(s => s.loop), ...givenArrays(program).map(n => n.name)];
    this.#table = new StatementTable(program.body);
  }

  program(): Program {
    return withBody(this.#before, this.#table.body());
  }

  /** Inlines an array, if that is cheaper. */
  visit(node: TensorNode): void {
    const table = this.#table;
    const sitesOf = (other: TensorNode): readonly Site[] => table.sitesOf(other);
    const definition = soleFormula(sitesOf(node));
    const { mode, because, costs } = placementOf(definition, sitesOf);
    if (mode !== 'virtual' || !isDefinition(definition)) {
      this.#note?.({ about: 'array', node, fate: 'kept', because, costs });
      return;
    }
    const readers = readersOf(definition);
    this.#note?.({ about: 'array', node, fate: 'inlined', because, costs, readers });
    const names = this.#namesFor(definition);
    this.#table = table.rewritten(node, s => inlineIn(s, definition, names));
  }

  /** Only the copies of a reduction have names of their own. */
  #namesFor(definition: Definition): Names {
    if (definition.reduction === undefined) return new Names();
    const [table, free] = [this.#table, freed(definition)];
    return new Names(this.#given, name => table.binds(name) && !free.has(name));
  }
}

/** The names that go with the definition and may be used by its copies. */
function freed({ node, reduction }: Definition): ReadonlySet<string> {
  return new Set([node.name, ...(reduction?.loops ?? []).map(l => l.loop)]);
}
