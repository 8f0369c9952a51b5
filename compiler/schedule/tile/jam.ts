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
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { InternalError, invariant } from '../../support/errors.ts';
import {
  type Accumulate,
  accumulate,
  block,
  declare,
  type Expr,
  type For,
  forLoop,
  type LoopMode,
  read,
  type Stmt,
  statementsOf,
  type When,
  when,
  type Write,
  write,
} from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { rewriteExpr, substituteLoops, substituteLoopsIn } from '../../loop/traverse.ts';
import { apartAtEdges, sumUnderConditionsAt, underConditions } from './conditions.ts';
import { oneByOne } from './strided-store.ts';
import { type TileVectors, vectorsOf } from './pieces.ts';

/** How many turns of a loop are taken at once, and which. */
export interface Turns {
  readonly loop: LoopVar;
  /** The first of them. */
  readonly start: Index;
  readonly count: number;
}

export interface Jam {
  /** What the other loops around are here. */
  readonly binding: ReadonlyMap<LoopVar, Index>;
  readonly rows: Turns | undefined;
  /** Of a third loop. */
  readonly taps?: Turns | undefined;
  /** The innermost loop of a sum, all of whose terms each row takes at once. */
  readonly ofTerms?: LoopVar | undefined;
  /** Where `count` is no multiple of the lanes, some turns are in two vectors. */
  readonly columns: Turns;
  /** 1 where the columns are so few that they are scalars. */
  readonly lanes: number;
  /** Statements that are for all the turns as they are. */
  readonly shared?: ReadonlySet<Stmt>;
}

export function jam(body: readonly Stmt[], plan: Jam, names: Names): Stmt {
  return block(new Jammer(plan, names).all(body));
}

/** What is put around the stores of one turn. */
type AroundTurn = (all: Stmt, turn: Index) => Stmt;

function asItIs(all: Stmt): Stmt {
  return all;
}

/** Whether conditions on the terms in a loop hang on the tap. */
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

/** More vectors than that are no tile in registers, but a row in memory. */
const mostUnrolled = 16;

class Jammer {
  readonly #plan: Jam;
  readonly #names: Names;
  readonly #binding: Map<LoopVar, Index>;
  readonly #tiles = new Map<TensorNode, TensorNode>();

  constructor(plan: Jam, names: Names) {
    this.#plan = plan;
    this.#names = names;
    this.#binding = new Map(plan.binding);
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
        return declare(this.#tileFor(s.node));
      case 'for':
        return this.#for(s);
      case 'write':
      case 'accumulate':
        return this.#spread(s);
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
        const turn = this.#over(s.loop, tiles, s.mode);
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
    return this.#spread(leaf, asItIs, (terms, tap) => {
      const { taps } = this.#plan;
      const binding = new Map(this.#binding);
      if (taps) binding.set(taps.loop, plus(taps.start, tap));
      const here = conditions.map(c => conditionAt(c, binding));
      return underConditions([], here, terms);
    });
  }

  /** Those of a sum that each row takes at once, if their conditions hold in it. */
  #terms({ extent, body }: For, loop: LoopVar): Stmt {
    const sum = sumUnderConditionsAt(body);
    invariant(sum?.loops.length === 0, () => `${loop} holds more than terms`);
    const { leaf, conditions } = sum;
    return this.#spread(leaf, (terms, row) => {
      const { rows } = this.#plan;
      const binding = new Map(this.#binding);
      if (rows) binding.set(rows.loop, plus(rows.start, row));
      const here = conditions.map(c => conditionAt(c, binding));
      return forLoop(loop, extent, underConditions([], here, terms), 'unrolled');
    });
  }

  /** Of a loop around, which is the same for all turns that are taken at once. */
  #when({ index, below, body }: When): Stmt {
    const { rows, taps, columns } = this.#plan;
    const own = [rows, taps, columns].flatMap(turns => (turns ? [turns.loop] : []));
    const isOfOne = loopsIn(index).some(loop => own.includes(loop));
    invariant(!isOfOne, () => 'a condition of one turn in a jam');
    return when(substitute(index, this.#binding), below, this.#stmt(body));
  }

  #tileFor(node: TensorNode): TensorNode {
    const { rows, taps, columns, lanes } = this.#plan;
    const name = this.#names.fresh(`${node.name}_tile`);
    const cells = Math.ceil(columns.count / lanes) * lanes;
    const outer = [rows, taps].flatMap(turns => (turns ? [turns.count] : []));
    const tile = tensorNode(name, node.dtype, [...outer, cells]);
    this.#tiles.set(node, tile);
    return tile;
  }

  /** A store, for all the turns, with something around it in each row, and in each tap. */
  #spread(s: Write | Accumulate, inRow: AroundTurn = asItIs, inTap: AroundTurn = asItIs): Stmt {
    const { rows, taps, columns, lanes } = this.#plan;
    const row = this.#over(rows?.loop ?? 'row', rows?.count ?? 1, 'unrolled');
    const tap = taps && this.#over(taps.loop, taps.count, 'unrolled');
    const at = { row: row.index, tap: tap?.index };
    const all = block(vectorsOf(columns.count, lanes).map(of => this.#onVectors(s, of, at)));
    return row.around(inRow(tap ? tap.around(inTap(all, tap.index)) : all, row.index));
  }

  #onVectors(
    s: Write | Accumulate,
    { start, place, vectors }: TileVectors,
    { row, tap }: { readonly row: Index; readonly tap: Index | undefined },
  ): Stmt {
    const { rows, taps, columns, lanes } = this.#plan;
    const vector = this.#over('v', vectors, vectors > mostUnrolled ? 'serial' : 'unrolled');
    const isApart = lanes > 1 && this.#liesApart(s);
    const lane = this.#over('l', lanes, 'vector');
    const column = sumOf([
      [lanes, vector.index],
      [1, lane.index],
    ]);
    const first = plus(columns.start, fixed(start));
    const binding = new Map(this.#binding).set(columns.loop, plus(first, column));
    if (rows) binding.set(rows.loop, plus(rows.start, row));
    if (taps && tap) binding.set(taps.loop, plus(taps.start, tap));
    const kept = plus(fixed(place), column);
    const cell = [...(rows ? [row] : []), ...(tap ? [tap] : []), kept];
    const stored = this.#stored(s, cell, binding);
    const tiles = new Set(this.#tiles.values());
    const all = isApart
      ? oneByOne(stored, lane.loop, lanes, tiles, this.#names)
      : lane.around(stored);
    return vector.around(all);
  }

  /** Whether neighbouring columns are stored to cells that are no neighbours. */
  #liesApart({ node, index }: Write | Accumulate): boolean {
    const stride = strideOf(node, index, this.#plan.columns.loop);
    return !this.#tiles.has(node) && stride !== 0 && stride !== 1;
  }

  /** A loop around something, and its value there. One turn needs no loop. */
  #over(
    name: string,
    count: number,
    mode: LoopMode,
  ): {
    readonly loop: LoopVar;
    readonly index: Index;
    readonly around: (s: Stmt) => Stmt;
  } {
    const loop = loopVar(this.#names.fresh(name));
    if (count === 1) return { loop, index: fixed(0), around: s => s };
    return { loop, index: at(loop), around: s => forLoop(loop, count, s, mode) };
  }

  #stored(
    s: Write | Accumulate,
    cell: readonly Index[],
    binding: ReadonlyMap<LoopVar, Index>,
  ): Write | Accumulate {
    const tile = this.#tiles.get(s.node);
    const index = tile ? cell : s.index.map(ix => substitute(ix, binding));
    const value = substituteLoops(this.#fromTiles(s.value, cell), binding);
    const node = tile ?? s.node;
    return s.kind === 'write'
      ? write(node, index, value, s.origins)
      : accumulate(s.op, node, index, value, s.origins);
  }

  #fromTiles(value: Expr, cell: readonly Index[]): Expr {
    return rewriteExpr(value, e => {
      const tile = e.kind === 'read' ? this.#tiles.get(e.node) : undefined;
      return tile && read(tile, cell, e.origins);
    });
  }
}
