import {
  at,
  digitOf,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  Names,
  type ProductAxis,
  type Projections,
  type StaticSymbol,
  sumOf,
} from '../../compiler/index.ts';
import { type Axis, type MadeOf, rootOf } from './axis.ts';
import type { RowKind } from './row.ts';

/** Gives each class of axes its loop, in the order of first use; axes of size 1 need none. */
export class Subscripts {
  readonly #names = new Names();
  readonly #known = new Map<Axis | StaticSymbol, LoopVar>();
  readonly #axes: ProductAxis[] = [];
  readonly #symbols = new Map<LoopVar, StaticSymbol>();
  readonly #dynamics = new Map<LoopVar, number>();

  of(axis: Axis, kind: RowKind): Index {
    const root = rootOf(axis);
    if (typeof root.fixed === 'number') return fixed(root.fixed);
    if (root.fixed) return at(this.#symbol(root.fixed));
    if (root.position !== undefined) return at(this.#dynamic(root.position));
    if (root.made) return this.#made(root.made, kind);
    if (root.size === 1) return fixed(0);
    return at(this.#loop(root, kind));
  }

  found(): Pick<Projections, 'axes' | 'symbols' | 'dynamics'> {
    return { axes: this.#axes, symbols: this.#symbols, dynamics: this.#dynamics };
  }

  #made({ terms, offset, digit }: MadeOf, kind: RowKind): Index {
    const inner = terms.map(({ coeff, axis }) => [coeff, this.of(axis, kind)] as const);
    const sum = sumOf([...inner, [1, fixed(offset)]]);
    return digit ? digitOf({ of: sum, ...digit }) : sum;
  }

  #loop(root: Axis, kind: RowKind): LoopVar {
    const known = this.#known.get(root);
    if (known !== undefined) return known;
    const loop = loopVar(this.#names.fresh(root.hint ?? kind.charAt(0)));
    this.#known.set(root, loop);
    this.#axes.push({ loop, extent: root.size });
    return loop;
  }

  #dynamic(order: number): LoopVar {
    const known = [...this.#dynamics].find(([, other]) => other === order)?.[0];
    if (known !== undefined) return known;
    const name = loopVar(this.#names.fresh('at'));
    this.#dynamics.set(name, order);
    return name;
  }

  #symbol(symbol: StaticSymbol): LoopVar {
    const known = this.#known.get(symbol);
    if (known !== undefined) return known;
    const loop = loopVar(this.#names.fresh(symbol.name));
    this.#known.set(symbol, loop);
    this.#symbols.set(loop, symbol);
    return loop;
  }
}
