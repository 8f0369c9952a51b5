/**
 * Unroll-and-jam: some turns of two loops of a nest at once, statement by statement, rows by lanes.
 * Since these turns do not need each other, each keeps its own order, and every bit.
 *
 *   before   for b < 128 { for o < 512 {
 *              local s: f32 := 0;
 *              for i < 784 { s += x[b, i] * w[i, o]; }
 *              y[b, o] := relu(s);
 *            } }
 *
 *   after    … local s: f32[8, 32];
 *            for b < 8 unrolled { for v < 2 unrolled { for l < 16 vector { s[b, 16*v + l] := 0; } } }
 *            for i < 784 {
 *              for b … { for v … { for l … { s[b, 16*v + l] += x[8*b2 + b, i] * w[i, …]; } } }
 *            }
 *            for b … { for v … { for l … { y[…] := relu(s[b, 16*v + l]); } } }
 *
 * What a turn had in a scalar lies in a tile, which stays in registers. Of columns that are no multiple of
 * the lanes the last vector does some once more, with sums of its own: 24 are `o` and `o + 8` by 16.
 */
import {
  at,
  fixed,
  type Index,
  loopsIn,
  type LoopVar,
  loopVar,
  plus,
  substitute,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import {
  block,
  declare,
  type For,
  forLoop,
  type Stmt,
  statementsOf,
  type When,
  when,
} from '../../loop/ir.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import { InternalError, invariant } from '../../support/errors.ts';
import { apartAtEdges, sumUnderConditionsAt, underConditions } from './conditions.ts';
import { around, type Jam, TileStores, type Turns } from './tile-stores.ts';

export function jam(body: readonly Stmt[], plan: Jam, names: Names): Stmt {
  return block(new Jammer(plan, names).all(body));
}

/** Whether conditions on the terms in a loop depend on the tap. */
function areOfTaps({ body }: For, taps: Turns): boolean {
  const term = sumUnderConditionsAt(body);
  if (term?.loops.length !== 0) return false;
  return term.conditions.some(({ index }) => loopsIn(index).includes(taps.loop));
}

function conditionAt(
  { index, below }: When,
  binding: ReadonlyMap<LoopVar, Index>,
): Pick<When, 'index' | 'below'> {
  return { index: substitute(index, binding), below };
}

class Jammer {
  readonly #plan: Jam;
  readonly #names: Names;
  readonly #binding: Map<LoopVar, Index>;
  readonly #stores: TileStores;

  constructor(plan: Jam, names: Names) {
    this.#plan = plan;
    this.#names = names;
    this.#binding = new Map(plan.binding);
    this.#stores = new TileStores(plan, names);
  }

  all(body: readonly Stmt[]): readonly Stmt[] {
    return body.map(s => this.#stmt(s));
  }

  #stmt(s: Stmt): Stmt {
    if (this.#plan.shared?.has(s)) return substituteLoopsIn(s, this.#binding);
    switch (s.kind) {
      case 'comment':
        return s;
      case 'block':
        return block(this.all(s.body));
      case 'declare':
        return declare(this.#stores.tileFor(s.node));
      case 'for':
        return this.#for(s);
      case 'write':
      case 'accumulate':
        return this.#stores.spread(s, this.#binding);
      case 'when':
        return this.#when(s);
      case 'prefetch':
      case 'fill':
      case 'scatter':
        throw new InternalError(`${s.kind} in a jam`);
    }
  }

  #for(s: For): Stmt {
    if (this.#plan.taps && areOfTaps(s, this.#plan.taps)) return this.#apart(s, this.#plan.taps);
    const loop = loopVar(this.#names.fresh(s.loop));
    this.#binding.set(s.loop, at(loop));
    if (s.loop === this.#plan.ofTerms) return this.#terms(s, loop);
    return forLoop(loop, s.extent, block(this.all(statementsOf(s.body))), s.mode);
  }

  /** Terms that not all taps have apart from the others. */
  #apart(s: For, taps: Turns): Stmt {
    const all = { start: 0, tiles: s.extent, count: 1, lanes: 1 };
    const pieces = apartAtEdges(all, fixed(0), s, [s.body], [[taps.loop, taps.count]]);
    return block(
      pieces.map(({ piece: { start, tiles }, body }) => {
        const turn = around(s.loop, tiles, s.mode, this.#names);
        this.#binding.set(s.loop, plus(fixed(start), turn.index));
        return turn.around(this.#ofTaps(block(body)));
      }),
    );
  }

  /** A term that each tap adds if its conditions hold for it. */
  #ofTaps(term: Stmt): Stmt {
    const sum = sumUnderConditionsAt(term);
    invariant(sum?.loops.length === 0, () => 'conditions of taps around more than terms');
    const { leaf, conditions } = sum;
    return this.#stores.spread(leaf, this.#binding, {
      inTap: (terms, tap) => {
        const { taps } = this.#plan;
        const binding = new Map(this.#binding);
        if (taps) binding.set(taps.loop, plus(taps.start, tap));
        const here = conditions.map(c => conditionAt(c, binding));
        return underConditions([], here, terms);
      },
    });
  }

  /** The terms of a sum that each row adds together, if their conditions hold for it. */
  #terms({ extent, body }: For, loop: LoopVar): Stmt {
    const sum = sumUnderConditionsAt(body);
    invariant(sum?.loops.length === 0, () => `${loop} holds more than terms`);
    const { leaf, conditions } = sum;
    return this.#stores.spread(leaf, this.#binding, {
      inRow: (terms, row) => {
        const { rows } = this.#plan;
        const binding = new Map(this.#binding);
        if (rows) binding.set(rows.loop, plus(rows.start, row));
        const here = conditions.map(c => conditionAt(c, binding));
        return forLoop(loop, extent, underConditions([], here, terms), 'unrolled');
      },
    });
  }

  /** A condition on an outer loop, which is the same for all unrolled iterations. */
  #when({ index, below, body }: When): Stmt {
    const { rows, taps, columns } = this.#plan;
    const own = [rows, taps, columns].flatMap(turns => (turns ? [turns.loop] : []));
    const isOfOne = loopsIn(index).some(loop => own.includes(loop));
    invariant(!isOfOne, () => 'a condition of one turn in a jam');
    return when(substitute(index, this.#binding), below, this.#stmt(body));
  }
}
