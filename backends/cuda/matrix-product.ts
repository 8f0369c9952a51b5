/**
 * Products of matrices by warps: the factors of a step come from shared memory to the registers of all
 * lanes, and each lane keeps the sums of its cells.
 *
 *     const int lane = threadIdx.x % 32;
 *     unsigned left[4][4];
 *     for (int m = 0; m < 4; ++m) einc_load_matrices(left[m], &x_rows[…]);
 *     unsigned right[4][2];
 *     for (int n = 0; n < 4; ++n) einc_load_matrices_transposed(right[n], &w_columns[…]);
 *     for m, n: einc_mma_m16n8k16_bf16(*(float (*)[4])&s_tile[…], left[m], right[n]);
 */
import { type For, type LoopVar, loopVar, type Writer } from '../../compiler/index.ts';
import { fixed, substitute } from '../../compiler/core/index-expr.ts';
import type { Factor, MatrixProduct } from '../../compiler/loop/matrix-product.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { callOf, type Intrinsic } from './intrinsics.ts';
import { type Cell, pieceOf, wordsOf } from './matrix-cells.ts';

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
        const [left, right] = this.#load(loopVar('lane'));
        const first = new Map([half, next].map(loop => [loop, fixed(0)] as const));
        const cell = sum.index.map(ix => substitute(ix, first));
        this.#over(rows, m =>
          this.#over(columns, n => {
            const sums = `*(float (*)[4])&${this.#exprs.cell(sum.node, cell)}`;
            w.statement(`${this.#call(products[kind])}(${sums}, ${left}[${m}], ${right}[${n}]);`);
          }),
        );
      });
    });
    w.line('}');
  }

  /** The names of the factors in registers. */
  #load(lane: LoopVar): readonly [string, string] {
    const { kind, rows, columns, left, right } = this.#p;
    const cells = kind === 'tf32' ? wordsOf(this.#p, lane) : pieceOf(this.#p, lane);
    return [
      this.#factor('left', rows, left, cells.left),
      this.#factor('right', columns, right, cells.right),
    ];
  }

  /** Either all registers by one instruction, or one by one. */
  #factor(hint: string, pieces: For, factor: Factor, cells: readonly Cell[]): string {
    const { exprs, w } = { exprs: this.#exprs, w: this.#w };
    const name = exprs.identifiers.fresh(hint);
    const registers = factor === this.#p.left ? 4 : 2;
    w.line(`unsigned ${name}[${pieces.extent}][${registers}];`);
    this.#over(pieces, piece => {
      cells.forEach((cell, register) => {
        const index = factor.index.map(ix => substitute(ix, cell));
        const from = exprs.cell(factor.node, index);
        if (this.#p.kind === 'tf32') {
          w.statement(`${name}[${piece}][${register}] = ${this.#call('einc_tf32')}(${from});`);
        } else {
          const load = factor.isAlongTerms ? 'einc_load_matrices' : 'einc_load_matrices_transposed';
          w.statement(`${this.#call(load)}(${name}[${piece}], &${from});`);
        }
      });
    });
    return name;
  }

  #over({ loop, extent }: For, body: (turn: string) => void): void {
    this.#w.line(this.#exprs.dialect.unroll(extent));
    this.#exprs.identifiers.within(loop, i => {
      this.#w.block(`for (int ${i} = 0; ${i} < ${extent}; ++${i})`, () => body(i));
    });
  }

  #call(name: Intrinsic): string {
    return this.#exprs.need(callOf(name));
  }
}
