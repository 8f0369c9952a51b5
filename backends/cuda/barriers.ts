/**
 * Places barriers for the threads of a block: before a thread loop that needs what another one has
 * stored since the last barrier, and nowhere else. Where only the first warp continues, it does not wait for other warps.
 */
import type { For, TensorNode, Writer } from '../../compiler/index.ts';
import { sitesUnder } from '../../compiler/loop/facts.ts';
import { chainAt, turnsOfChain, warp } from '../../compiler/loop/kernel.ts';

export class Barriers {
  readonly #w: Writer;
  /** Arrays of which each thread has a part. */
  readonly #own: ReadonlyMap<TensorNode, number>;
  /** What all threads execute before a barrier. */
  readonly #announce: (() => void) | undefined;
  /** The thread loops since the last block-wide barrier. */
  #running: For[] = [];
  /** The thread loops of the first warp since its last barrier. */
  #inWarp: For[] = [];
  /** For each enclosing loop whose iteration has had no barrier so far, the thread loops of that iteration. */
  #sinceTurns: For[][] = [];

  constructor(w: Writer, own: ReadonlyMap<TensorNode, number>, announce?: () => void) {
    this.#w = w;
    this.#own = own;
    this.#announce = announce;
  }

  /** Emitted before loops that are independent of each other. */
  before(next: readonly For[]): void {
    const isOfWarp = (loop: For): boolean => turnsOfChain(chainAt(loop)) <= warp;
    const before = this.#running.filter(loop => next.some(s => this.#meet(loop, s)));
    if (before.some(loop => !isOfWarp(loop)) || (before.length > 0 && !next.every(isOfWarp)))
      this.wait();
    else if (before.some(loop => this.#inWarp.includes(loop))) {
      this.#w.line('__syncwarp();');
      this.#inWarp = [];
    }
    this.#running.push(...next);
    this.#sinceTurns.forEach(loops => loops.push(...next));
    this.#inWarp.push(...next.filter(isOfWarp));
  }

  /**
   * Around a loop iteration: the next one begins where this one ends, with the loops that precede its first barrier.
   */
  inTurn(turn: () => void): void {
    const first: For[] = [];
    this.#sinceTurns.push(first);
    turn();
    if (first.some(next => this.#running.some(loop => this.#meet(loop, next)))) this.wait();
    this.#sinceTurns = this.#sinceTurns.filter(loops => loops !== first);
  }

  /** `stores`: whether threads have stored something before it. */
  wait(stores = true): void {
    if (stores) this.#announce?.();
    this.#w.line('__syncthreads();');
    this.forget();
    this.#sinceTurns = [];
  }

  /** Nothing executed so far has to be waited for any more. */
  forget(): void {
    this.#running = [];
    this.#inWarp = [];
  }

  /** Whether a thread of one stores what a thread of the other uses. */
  #meet(a: For, b: For): boolean {
    const [x, y] = [a, b].map(loop => sitesUnder(loop).filter(({ node }) => !this.#own.has(node)));
    return (x ?? []).some(s =>
      (y ?? []).some(t => s.node === t.node && (s.kind !== 'read' || t.kind !== 'read')),
    );
  }
}
