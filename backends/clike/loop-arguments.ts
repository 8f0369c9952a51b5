/** The variables of the surrounding program that a loop uses, as the arguments of a function that holds the loop. */
import {
  type For,
  givenArrays,
  localsOf,
  type Program,
  type TensorNode,
  writtenIn,
} from '../../compiler/index.ts';
import { overlap } from '../../compiler/loop/arena.ts';
import { declaredIn, loopsNamedIn, usedIn } from '../../compiler/loop/facts.ts';
import type { Scratch } from '../../compiler/loop/ir.ts';
import { type Argument, arrayArgument, indexArgument, numberArgument } from './arguments.ts';
import type { ExprEmitter } from './expr.ts';

export class LoopArguments {
  readonly #program: Program;
  readonly #exprs: ExprEmitter;
  readonly #written: ReadonlySet<TensorNode>;
  /** The arrays from outside and those that are declared, with their places in these lists. */
  readonly #given: ReadonlyMap<TensorNode, number>;
  readonly #locals: ReadonlyMap<TensorNode, number>;
  readonly #places: ReadonlyMap<TensorNode, Scratch>;

  constructor(program: Program, exprs: ExprEmitter) {
    this.#program = program;
    this.#exprs = exprs;
    this.#written = writtenIn(program.body);
    this.#given = placesIn(givenArrays(program));
    this.#locals = placesIn(localsOf(program));
    this.#places = new Map(program.scratch.map(place => [place.node, place]));
  }

  /** Arrays, scalars, static indices, variables of surrounding loops. */
  of(loop: For, around: readonly For[] = []): readonly Argument[] {
    const { symbols } = this.#program;
    const used = usedIn(loop.body);
    const named = loopsNamedIn(loop.body);
    return [
      ...amongst(used, this.#given).map(node =>
        this.#array(node, loop, used, !this.#written.has(node)),
      ),
      ...this.localsIn(loop).map(node =>
        node.dims.length === 0
          ? numberArgument(node, this.#exprs)
          : this.#array(node, loop, used, false),
      ),
      ...[...symbols, ...around]
        .filter(index => named.has(index.loop))
        .map(index => indexArgument(index.loop, this.#exprs)),
    ];
  }

  /**
   * Conditions on index arguments that never hold, from their ranges. If a subscript might overflow for all the
   * compiler knows, each one costs an addition and a conversion of its own in the innermost loop.
   */
  beyond(loop: For, around: readonly For[] = []): readonly string[] {
    const { dialect, identifiers } = this.#exprs;
    const named = loopsNamedIn(loop.body);
    const symbols = this.#program.symbols.map(of => ({ loop: of.loop, extent: of.range }));
    return [...symbols, ...around].flatMap(({ loop: index, extent }) => {
      if (!dialect.parallel || extent === undefined || !named.has(index)) return [];
      const name = identifiers.ofLoop(index);
      return [`${name} < 0`, `${name} >= ${extent}`];
    });
  }

  /** The arrays and scalars that are declared around the loop. */
  localsIn(loop: For): readonly TensorNode[] {
    const own = declaredIn(loop.body);
    return amongst(usedIn(loop.body), this.#locals).filter(node => !own.has(node));
  }

  #array(node: TensorNode, loop: For, used: ReadonlySet<TensorNode>, isConst: boolean): Argument {
    const isWritten = writtenIn(loop.body).has(node);
    const isAlone =
      !this.#places.has(node) || (loop.mode === 'parallel' && this.#isAlone(node, used));
    return arrayArgument(node, { isConst, isWritten, isAlone }, this.#exprs);
  }

  /** The arrays that a parallel loop uses do not overlap, except for a result in the place of an operand. */
  #isAlone(node: TensorNode, used: ReadonlySet<TensorNode>): boolean {
    const place = this.#places.get(node);
    return ![...used].some(other => {
      const otherPlace = other === node ? undefined : this.#places.get(other);
      return place && otherPlace && overlap(place, otherPlace);
    });
  }
}

function placesIn(nodes: readonly TensorNode[]): ReadonlyMap<TensorNode, number> {
  return new Map(nodes.map((node, place) => [node, place]));
}

/** Those of the arrays that have a place, in the order of their places: a loop uses few of a long program's arrays. */
function amongst(
  nodes: ReadonlySet<TensorNode>,
  places: ReadonlyMap<TensorNode, number>,
): readonly TensorNode[] {
  const placeOf = (node: TensorNode): number => places.get(node) ?? 0;
  const own = [...nodes].filter(node => places.has(node));
  return own.toSorted((a, b) => placeOf(a) - placeOf(b));
}
