import { inMemoryOrder, loopsIn, type Projections } from '../../compiler/index.ts';
import type { Block } from '../shape/blocks.ts';
import { closeShapes } from '../shape/close.ts';
import type { Use } from '../shape/row.ts';
import type { SlotAxes } from './operation.ts';
import type { Logic } from '../shape/logic.ts';
import { projectionsOf } from '../shape/projections.ts';
import type { Shape } from '../shape/row.ts';

/** Which axes of an assignment's operands correspond, before and after their shapes are settled. */
export class OpenProjections {
  readonly logic: Logic;
  /** The result's shape, then the operands'; the slots of accesses are numbered in this order. */
  readonly slots: readonly Shape[];
  readonly use: Use;
  readonly #block: Block | undefined;
  readonly #blocks = new Map<Block, OpenProjections>();
  /** The slots whose axes are looped over; all of them if undefined. */
  readonly #only: readonly number[] | undefined;
  #settled: Projections | undefined;

  constructor(
    logic: Logic,
    slots: readonly Shape[],
    use: Use,
    { block, only }: { readonly block?: Block; readonly only?: readonly number[] } = {},
  ) {
    this.logic = logic;
    this.slots = slots;
    this.use = use;
    this.#block = block;
    this.#only = only;
  }

  /** For one block, if the operation has several; or without the loops that only other slots have. */
  of(block: Block | SlotAxes | undefined): OpenProjections {
    if (!block) return this;
    if ('slots' in block) {
      return new OpenProjections(this.logic, this.slots, this.use, { only: block.slots });
    }
    const known = this.#blocks.get(block);
    if (known) return known;
    const made = new OpenProjections(this.logic, this.slots, this.use, { block });
    this.#blocks.set(block, made);
    return made;
  }

  /** Closes the shapes it uses, if they are still open. */
  settle(): Projections {
    if (!this.#settled) {
      closeShapes(this.slots);
      const all = projectionsOf(this.logic, this.slots, this.use, this.#block);
      this.#settled = this.#only ? loopsOf(all, this.#only) : all;
    }
    return this.#settled;
  }
}

function loopsOf(projections: Projections, slots: readonly number[]): Projections {
  const subscripts = slots.flatMap(slot => {
    const rows = projections.slots[slot];
    return rows ? inMemoryOrder(rows) : [];
  });
  const used = new Set(subscripts.flatMap(loopsIn));
  return { ...projections, axes: projections.axes.filter(({ loop }) => used.has(loop)) };
}
