/** Where cells are in memory, as C text: subscripts, and what the text needs before the program. */
import {
  cellsOf,
  givenArrays,
  type Index,
  type Program,
  type TensorNode,
} from '../../compiler/index.ts';
import { withoutDigits } from '../../compiler/core/digits.ts';
import { type CallText, type Dialect, precedence } from './dialect.ts';
import type { Identifiers } from './names.ts';
import { restAfter, type Start } from './starts.ts';
import { subscriptText } from './subscript.ts';

/** The counts and subscripts that an `i32` can hold. */
export const largestInt = 2 ** 31 - 1;

export class CellEmitter {
  readonly dialect: Dialect;
  readonly identifiers: Identifiers;
  /** The arrays that come with the arguments, as pointers: even a scalar among them is `name[0]`. */
  readonly #pointers: ReadonlySet<TensorNode>;
  readonly #needs = new Set<string>();
  /** How many leading axes of an array only select the thread's own part, and are not written. */
  readonly #ownAxes = new Map<TensorNode, number>();
  /** For arrays that are not laid out row-major: the function from offset to place. */
  readonly #moved = new Map<TensorNode, CallText>();
  /** The pointers to where the loop that is being emitted starts to read. */
  #starts: readonly (Start & { readonly name: string })[] = [];

  constructor(dialect: Dialect, identifiers: Identifiers, program: Program) {
    this.dialect = dialect;
    this.identifiers = identifiers;
    this.#pointers = new Set(givenArrays(program));
  }

  /** The lines that the text emitted so far needs before the program. */
  needs(): readonly string[] {
    return [...this.#needs];
  }

  /** Whether an array comes with the arguments. */
  isGiven(node: TensorNode): boolean {
    return this.#pointers.has(node);
  }

  /** From here on the leading axes of an array are left out: each thread has an array of the others. */
  leaveOut(node: TensorNode, axes: number): void {
    this.#ownAxes.set(node, axes);
  }

  /** From here on a function of its offset says where a cell of the array is. */
  move(node: TensorNode, place: CallText): void {
    this.#moved.set(node, place);
  }

  isMoved(node: TensorNode): boolean {
    return this.#moved.has(node);
  }

  /** Cells that can be reached from there are, while `body` runs, which gets the declarations of the pointers. */
  reachedFrom(starts: readonly Start[], body: (declarations: readonly string[]) => void): void {
    const named = starts
      .filter(({ node }) => !this.#ownAxes.has(node) && !this.#moved.has(node))
      .map(start => {
        const name = this.identifiers.fresh(`${this.identifiers.ofNode(start.node)}_from`);
        const type = this.dialect.typeName[start.node.dtype];
        const cell = this.cell(start.node, start.index);
        return { ...start, name, declaration: `const ${type} *const ${name} = &${cell};` };
      });
    const around = this.#starts;
    this.#starts = [...named, ...around];
    body(named.map(({ declaration }) => declaration));
    this.#starts = around;
  }

  /** The name of a function; the lines it needs come before the program. */
  need({ name, needs }: CallText): string {
    needs.forEach(line => this.#needs.add(line));
    return name;
  }

  /**
   * Row-major: `a[i, j]` of a 2x3 array is `a[i * 3 + j]`; a declared scalar is a variable. A subscript may be given as
   * the name of a variable.
   */
  cell(node: TensorNode, all: readonly (Index | string)[]): string {
    const reached = this.#reached(node, all);
    if (reached !== undefined) return reached;
    const name = this.identifiers.ofNode(node);
    const ownAxes = this.#ownAxes.get(node) ?? 0;
    const [index, dims] = [all.slice(ownAxes), node.dims.slice(ownAxes)];
    if (index.length === 0 && !this.#pointers.has(node)) return name;
    const offset = this.#offset(index, dims, cellsOf(node) > largestInt);
    const moved = this.#moved.get(node);
    return `${name}[${moved ? `${this.need(moved)}(${offset})` : offset}]`;
  }

  /** The cell as one after a pointer that is there. */
  #reached(node: TensorNode, all: readonly (Index | string)[]): string | undefined {
    for (const start of this.#starts) {
      const index = all.filter(ix => typeof ix !== 'string');
      if (start.node !== node || index.length < all.length) continue;
      const rest = restAfter(start, index);
      if (!rest) continue;
      return `${start.name}[${this.#offset(rest, node.dims, cellsOf(node) > largestInt)}]`;
    }
    return undefined;
  }

  #offset(index: readonly (Index | string)[], dims: readonly number[], isWide: boolean): string {
    const known = index.filter(ix => typeof ix !== 'string');
    const places = known.length === index.length ? withoutDigits(known, dims) : index;
    return places.reduce<string>((text, ix, axis) => {
      const own = typeof ix === 'string' ? ix : this.index(ix, precedence.sum, isWide);
      if (axis === 0 || isZero(text)) return own;
      if (dims[axis] === 1) return text;
      const row = /^\w+$/.test(text) ? text : `(${text})`;
      return isZero(own) ? `${row} * ${dims[axis]}` : `${row} * ${dims[axis]} + ${own}`;
    }, '0');
  }

  /** An affine index. */
  index(index: Index, level: number, isWide = false): string {
    const { counter, wideInteger } = this.dialect;
    const wide = isWide ? `(${wideInteger})` : '';
    const ofLoop = counter === wideInteger ? '' : wide;
    return subscriptText(index, level, loop => ofLoop + this.identifiers.ofLoop(loop), wide);
  }
}

function isZero(offset: string): boolean {
  return /^(\(\w+\))?0$/.test(offset);
}
