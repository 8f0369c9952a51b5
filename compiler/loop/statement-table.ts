/** An index of a program by array: which top-level statements use it, and where. */
import type { TensorNode } from '../core/tensor-node.ts';
import { declaredIn, loopsBoundIn } from './facts.ts';
import { usedIn } from './footprint.ts';
import { block, isEmpty, type Program, type Stmt, statementsOf } from './ir.ts';
import { groupsUnder, type Site } from './sites.ts';

/**
 * The sites of single arrays, collected only from the top-level statements that use them. Cheaper than `sitesIn` for few
 * arrays of many similar programs, whose statements are cached.
 */
export function sitesByNode({ body }: Program): (node: TensorNode) => readonly Site[] {
  const table = new StatementTable(body);
  return node => table.sitesOf(node);
}

/** Updated as statements are rewritten: rewriting changes few statements of a long program at a time. */
export class StatementTable {
  /** The whole program, unless statements have been rewritten since. */
  #body: Stmt | undefined;
  /** A removed statement leaves an empty block, so that the others keep their positions. */
  readonly #statements: Stmt[];
  /** The positions of the statements that declare or use an array. */
  readonly #users = new Map<TensorNode, Set<number>>();
  readonly #sites = new Map<TensorNode, readonly Site[]>();
  readonly #names = new Set<string>();

  constructor(body: Stmt) {
    this.#body = body;
    this.#statements = [...statementsOf(body)];
    this.#statements.forEach((s, at) => this.#add(s, at));
  }

  body(): Stmt {
    return (this.#body ??= block(this.#statements));
  }

  /** Whether a loop or a declared array has this name. */
  binds(name: string): boolean {
    return this.#names.has(name);
  }

  /** All sites of an array, in execution order. */
  sitesOf(node: TensorNode): readonly Site[] {
    const known =
      this.#sites.get(node) ?? this.#usersOf(node).flatMap(at => this.#sitesAt(at, node));
    this.#sites.set(node, known);
    return known;
  }

  /** Rewrites the statements that declare or use an array. Returns the table of the result, which may be this one, updated. */
  rewritten(node: TensorNode, rule: (s: Stmt) => Stmt): StatementTable {
    let isFlat = this.#statements.length !== 1;
    for (const at of this.#usersOf(node)) {
      const after = rule(this.#statements[at] ?? block([]));
      this.#remove(at);
      this.#statements[at] = after;
      this.#add(after, at);
      isFlat &&= after.kind !== 'block' || isEmpty(after);
    }
    this.#body = undefined;
    return isFlat ? this : new StatementTable(this.body());
  }

  #usersOf(node: TensorNode): readonly number[] {
    return [...(this.#users.get(node) ?? [])].toSorted((a, b) => a - b);
  }

  #sitesAt(at: number, node: TensorNode): readonly Site[] {
    const s = this.#statements[at];
    const own = (s && groupsUnder(s).get(node)) ?? [];
    return s === this.#body ? own : own.map(site => ({ ...site, path: [at, ...site.path] }));
  }

  #add(s: Stmt, at: number): void {
    for (const node of nodesOf(s)) {
      const users = this.#users.get(node);
      if (users) users.add(at);
      else this.#users.set(node, new Set([at]));
      this.#sites.delete(node);
    }
    for (const name of namesBoundIn(s)) this.#names.add(name);
  }

  #remove(at: number): void {
    const s = this.#statements[at];
    if (!s) return;
    for (const node of nodesOf(s)) {
      this.#users.get(node)?.delete(at);
      this.#sites.delete(node);
    }
    for (const name of namesBoundIn(s)) this.#names.delete(name);
  }
}

function nodesOf(s: Stmt): readonly TensorNode[] {
  return [...declaredIn(s), ...usedIn(s)];
}

function namesBoundIn(s: Stmt): readonly string[] {
  return [...loopsBoundIn(s), ...[...declaredIn(s)].map(node => node.name)];
}
