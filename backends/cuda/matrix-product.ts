/**
 * Warp-level matrix products on tensor cores: the factors of a step are loaded from shared memory to the registers of all
 * lanes, and each lane holds the sums of its cells.
 *
 *     const int lane = threadIdx.x % 32;
 *     unsigned left[4][4];
 *     for (int m = 0; m < 4; ++m) einc_load_matrices(left[m], &x_rows[…]);
 *     unsigned right[2][4];
 *     for (int pair = 0; pair < 2; ++pair) einc_load_matrices_transposed(right[pair], &w_columns[…]);
 *     for m, n: einc_mma_m16n8k16_bf16(*(float (*)[4])&s_tile[…], left[m], *(unsigned (*)[2])&right[n / 2][n % 2 * 2]);
 */
import { type For, type LoopVar, loopVar, type Writer } from '../../compiler/index.ts';
import { fixed, substitute } from '../../compiler/core/index-expr.ts';
import type { Factor, MatrixProduct } from '../../compiler/loop/matrix-product.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { callOf, type Intrinsic } from './intrinsics.ts';
import { type Cell, pairOf, pieceOf, wordsOf } from './matrix-cells.ts';

const products = {
  f16: 'einc_mma_m16n8k16_f16',
  bf16: 'einc_mma_m16n8k16_bf16',
  tf32: 'einc_mma_m16n8k8_tf32',
} as const;

export function emitMatrixProduct(p: MatrixProduct, w: Writer, exprs: ExprEmitter): void {
  new Emitter(p, w, exprs).emit();
}

class Emitter {
  readonly #p: MatrixProduct;
  readonly #w: Writer;
  readonly #exprs: ExprEmitter;

  constructor(p: MatrixProduct, w: Writer, exprs: ExprEmitter) {
    this.#p = p;
    this.#w = w;
    this.#exprs = exprs;
  }

  emit(): void {
    const { rows, columns, half, next, sum, kind } = this.#p;
    const { identifiers } = this.#exprs;
    const w = this.#w;
    w.line('{').indented(() => {
      identifiers.within(loopVar('lane'), lane => {
        w.line(`const int ${lane} = threadIdx.x % 32;`);
        const { left, right } = this.#load(loopVar('lane'));
        const first = new Map([half, next].map(loop => [loop, fixed(0)] as const));
        const cell = sum.index.map(ix => substitute(ix, first));
        this.#over(rows, m =>
          this.#over(columns, n => {
            const sums = `*(float (*)[4])&${this.#exprs.cell(sum.node, cell)}`;
            w.statement(`${this.#call(products[kind])}(${sums}, ${left}[${m}], ${right(n)});`);
          }),
        );
      });
    });
    w.line('}');
  }

  /** The names of the factors in registers: the left one, and the right one for each column of pieces. */
  #load(lane: LoopVar): { readonly left: string; readonly right: (n: string) => string } {
    const { kind, rows, columns, left, right } = this.#p;
    const cells = kind === 'tf32' ? wordsOf(this.#p, lane) : pieceOf(this.#p, lane);
    const name = this.#factor('left', rows, left, cells.left);
    if (kind !== 'tf32' && columns.extent % 2 === 0) {
      const pairs = this.#pairs(lane);
      return { left: name, right: n => `*(unsigned (*)[2])&${pairs}[${n} / 2][${n} % 2 * 2]` };
    }
    const each = this.#factor('right', columns, right, cells.right);
    return { left: name, right: n => `${each}[${n}]` };
  }

  /** Loads two pieces of the right factor by one instruction, which have as many cells as one of the left. */
  #pairs(lane: LoopVar): string {
    const { columns, right } = this.#p;
    const pair = loopVar('pair');
    const cell = pairOf(this.#p, lane, pair);
    const name = this.#exprs.identifiers.fresh('right');
    const extent = columns.extent / 2;
    this.#w.line(`unsigned ${name}[${extent}][4];`);
    this.#over({ loop: pair, extent }, i => this.#loadMatrices(right, cell, `${name}[${i}]`));
    return name;
  }

  #loadMatrices({ node, index, isAlongTerms }: Factor, cell: Cell, to: string): void {
    const from = this.#exprs.cell(
      node,
      index.map(ix => substitute(ix, cell)),
    );
    const load = isAlongTerms ? 'einc_load_matrices' : 'einc_load_matrices_transposed';
    this.#w.statement(`${this.#call(load)}(${to}, &${from});`);
  }

  /** Loads all registers by one instruction, or one by one. */
  #factor(hint: string, pieces: For, factor: Factor, cells: readonly Cell[]): string {
    const { exprs, w } = { exprs: this.#exprs, w: this.#w };
    const name = exprs.identifiers.fresh(hint);
    const registers = factor === this.#p.left ? 4 : 2;
    w.line(`unsigned ${name}[${pieces.extent}][${registers}];`);
    this.#over(pieces, piece => {
      cells.forEach((cell, register) => {
        if (this.#p.kind !== 'tf32') return this.#loadMatrices(factor, cell, `${name}[${piece}]`);
        const index = factor.index.map(ix => substitute(ix, cell));
        const from = exprs.cell(factor.node, index);
        w.statement(`${name}[${piece}][${register}] = ${this.#call('einc_tf32')}(${from});`);
      });
    });
    return name;
  }

  #over({ loop, extent }: Pick<For, 'loop' | 'extent'>, body: (turn: string) => void): void {
    this.#w.line(this.#exprs.dialect.unroll(extent));
    this.#exprs.identifiers.within(loop, i => {
      this.#w.block(`for (int ${i} = 0; ${i} < ${extent}; ++${i})`, () => body(i));
    });
  }

  #call(name: Intrinsic): string {
    return this.#exprs.need(callOf(name));
  }
}
