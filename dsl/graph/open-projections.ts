import type { Projections } from '../../compiler/index.ts';
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
  #settled: Projections | undefined;

  constructor(logic: Logic, slots: readonly Shape[], use: Use) {
    this.logic = logic;
    this.slots = slots;
    this.use = use;
  }

  /** Closes the shapes it concerns, if they still are open. */
  settle(): Projections {
    if (!this.#settled) {
      closeShapes(this.slots);
      this.#settled = projectionsOf(this.logic, this.slots, this.use);
    }
    return this.#settled;
  }
}
