import type { Projections } from '../../compiler/index.ts';
import type { Block } from '../shape/blocks.ts';
import { closeShapes } from '../shape/close.ts';
import type { Use } from '../shape/row.ts';
import type { Logic } from '../shape/logic.ts';
import { projectionsOf } from '../shape/projections.ts';
import type { Shape } from '../shape/row.ts';

/** How the operands of an assignment hang together, before and after their shapes are settled. */
export class OpenProjections {
  readonly logic: Logic;
  /** The result's shape, then the operands'; the slots of accesses count along these. */
  readonly slots: readonly Shape[];
  readonly use: Use;
  readonly #block: Block | undefined;
  readonly #blocks = new Map<Block, OpenProjections>();
  #settled: Projections | undefined;

  constructor(logic: Logic, slots: readonly Shape[], use: Use, block?: Block) {
    this.logic = logic;
    this.slots = slots;
    this.use = use;
    this.#block = block;
  }

  /** Of one block, where the operation is several. */
  of(block: Block | undefined): OpenProjections {
    if (!block) return this;
    const known = this.#blocks.get(block);
    if (known) return known;
    const made = new OpenProjections(this.logic, this.slots, this.use, block);
    this.#blocks.set(block, made);
    return made;
  }

  /** Closes the shapes it concerns, if they still are open. */
  settle(): Projections {
    if (!this.#settled) {
      closeShapes(this.slots);
      this.#settled = projectionsOf(this.logic, this.slots, this.use, this.#block);
    }
    return this.#settled;
  }
}
