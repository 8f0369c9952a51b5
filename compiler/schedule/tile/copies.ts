/**
 * Copies that a panel holds one after the other, each in an array of its own.
 *
 *   before   for i < 8 {
 *              local w_panel: f32[64, 48];
 *              for k < 64 { for o < 48 { w_panel[k, o] := w[k, 48*i + o]; } }
 *              … w_panel[k, o] …
 *            }
 *   after    for i < 8 { for k < 64 { for o < 48 { w_panels[i, k, o] := w[k, 48*i + o]; } } }
 *            for i < 8 { … w_panels[i, k, o] … }
 */
import { at, type Index, type LoopVar, loopsIn, printIndex } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { isLeaf, sitesUnder, usedIn, writtenIn } from '../../loop/facts.ts';
import { block, type For, forLoops, read, type Stmt, statementsOf, write } from '../../loop/ir.ts';
import { mapParts, rewriteExprsIn, rewriteStmts, visitStmts } from '../../loop/traverse.ts';
import { withFreshLoops } from '../clone.ts';

/** A statement without its copying loops, and those loops separately. */
export interface Apart {
  readonly rest: Stmt;
  readonly copies: readonly Copy[];
}

/** An array of panels: one for each iteration of the loops that determine the contents of a panel. */
export interface Copy {
  readonly array: TensorNode;
  readonly stmt: Stmt;
}

/**
 * What a panel that is declared in the statement is filled with, copied by itself. `outer`: loops around of which each
 * turn keeps copies of its own. Undefined where it is filled with anything else than copies, or where it does not show which
 * of them is read.
 */
export function copiesApart(
  s: Stmt,
  panel: TensorNode,
  outer: readonly For[],
  names: Names,
): Apart | undefined {
  const taking = new Taking(panel, outer, names);
  const rest = taking.without(s);
  return taking.isDone() ? { rest, copies: taking.copies } : undefined;
}

class Taking {
  readonly #panel: TensorNode;
  readonly #outer: readonly For[];
  readonly #names: Names;
  readonly #forms = new Set<string>();
  #hasFailed = false;
  readonly copies: Copy[] = [];

  constructor(panel: TensorNode, outer: readonly For[], names: Names) {
    this.#panel = panel;
    this.#outer = outer;
    this.#names = names;
  }

  /** Whether all copies fill the same cells; otherwise stale cells might be read. */
  isDone(): boolean {
    return !this.#hasFailed && this.#forms.size === 1;
  }

  without(s: Stmt): Stmt {
    return this.#in(s, [], undefined);
  }

  /** `holds`: what reads of the panel are now. `around`: the loops inside the statement that it started from. */
  #in(s: Stmt, around: readonly For[], holds: Reading | undefined): Stmt {
    if (!usedIn(s).has(this.#panel) && s.kind !== 'block' && s.kind !== 'declare') return s;
    if (s.kind === 'for') {
      if (this.#isCopy(s)) return this.#inBlock([s], around, holds);
      // A later iteration starts with what the previous one has copied.
      const first = writtenIn(s).has(this.#panel) ? undefined : holds;
      const inner = this.#inBlock(statementsOf(s.body), [...around, s], first);
      return mapParts(s, { expr: e => e, stmt: () => inner });
    }
    if (s.kind === 'block') return this.#inBlock(s.body, around, holds);
    if (s.kind === 'declare') return s.node === this.#panel ? block([]) : s;
    if (!isLeaf(s) || writtenIn(s).has(this.#panel) || !holds) {
      this.#hasFailed = true;
      return s;
    }
    const rest = rewriteExprsIn(s, e =>
      e.kind === 'read' && e.node === this.#panel
        ? read(holds.array, [...holds.turns, ...e.index], e.origins)
        : undefined,
    );
    this.#hasFailed ||= usedIn(rest).has(this.#panel);
    return rest;
  }

  #inBlock(body: readonly Stmt[], around: readonly For[], before: Reading | undefined): Stmt {
    let holds = before;
    const rest: Stmt[] = [];
    for (let i = 0; i < body.length; i++) {
      const end = body.findIndex((s, at) => at >= i && !this.#isCopy(s));
      const group = body.slice(i, end < 0 ? body.length : end);
      const s = body[i];
      if (group.length > 0) {
        holds = this.#taken(group, around);
        i += group.length - 1;
      } else if (s) {
        rest.push(this.#in(s, around, holds));
        if (writtenIn(s).has(this.#panel)) holds = undefined;
      }
    }
    return block(rest);
  }

  #isCopy(s: Stmt): boolean {
    if (s.kind !== 'for' && s.kind !== 'write') return false;
    if (!writtenIn(s).has(this.#panel)) return false;
    const others: Stmt[] = [];
    visitStmts(s, part => {
      if (part.kind !== 'block' && part.kind !== 'for' && !this.#isCellCopy(part))
        others.push(part);
    });
    return others.length === 0;
  }

  #isCellCopy(s: Stmt): boolean {
    if (s.kind !== 'write' || s.node !== this.#panel) return false;
    return s.value.kind === 'read' && s.value.node !== this.#panel;
  }

  #taken(group: readonly Stmt[], around: readonly For[]): Reading {
    const stmt = block(group);
    this.#forms.add(formOf(stmt));
    const used = loopsUsedIn(stmt);
    const loops = [...this.#outer, ...around.filter(l => used.has(l.loop))];
    const { name, dtype, dims } = this.#panel;
    const all = [...loops.map(l => l.extent), ...dims];
    const array = tensorNode(this.#names.fresh(`${name}s`), dtype, all);
    const turns = loops.map(l => at(l.loop));
    const kept = rewriteStmts(stmt, part =>
      part.kind === 'write'
        ? write(array, [...turns, ...part.index], part.value, part.origins)
        : undefined,
    );
    const own = loops.filter(l => !this.#outer.includes(l));
    this.copies.push({ array, stmt: withFreshLoops(forLoops(own, kept), this.#names) });
    return { array, turns };
  }
}

interface Reading {
  readonly array: TensorNode;
  /** The first of its subscripts. */
  readonly turns: readonly Index[];
}

/** The order in which it stores to which cells, as text. */
function formOf(s: Stmt): string {
  const places = new Map<LoopVar, string>();
  const lines: string[] = [];
  visitStmts(s, part => {
    if (part.kind === 'for') {
      places.set(part.loop, `${places.size}<${part.extent}`);
      lines.push(part.mode);
    }
    if (part.kind !== 'write') return;
    lines.push(part.index.map(ix => printIndex(ix, loop => places.get(loop) ?? loop)).join());
  });
  return lines.join('\n');
}

/** The loops that say where it reads and stores. */
export function loopsUsedIn(s: Stmt): ReadonlySet<LoopVar> {
  return new Set(sitesUnder(s).flatMap(({ index }) => (index ?? []).flatMap(loopsIn)));
}
