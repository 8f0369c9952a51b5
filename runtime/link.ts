/** Compiled code tied to the arrays of a context, which it uses after those who used them before. */
import type { DeviceArray } from '../compiler/index.ts';
import type { DeviceBuffer, Plan, Stream } from './backend.ts';
import type { CompiledCode } from './compiled-code.ts';
import type { DeviceStream, Sharing } from './device-stream.ts';
import type { HeldArray } from './held-array.ts';
import type { Memory } from './memory.ts';
import { Run } from './run.ts';

/** An argument: an array of the context, or the current contents of a merge buffer at each run. */
interface Argument {
  readonly array: DeviceArray;
  readonly held: HeldArray | undefined;
  readonly isWritten: boolean;
  /** The number of the part, if it is not the whole array. */
  readonly part: number | undefined;
}

/** A queued use of an array: a read, or also a write. */
export interface Use {
  readonly held: HeldArray;
  readonly isWritten: boolean;
}

export interface RecordedRun {
  readonly stream: DeviceStream;
  readonly plan: Plan;
  readonly uses: readonly Use[];
}

export class Link implements Disposable {
  readonly #code: CompiledCode;
  readonly #stream: DeviceStream;
  readonly #queue: Stream;
  readonly #sharing: Sharing;
  readonly #memory: Memory;
  readonly #arguments: readonly Argument[];
  readonly #arena: DeviceBuffer | undefined;
  /** The plan of code that reads no merge buffers. */
  readonly #fixed: Plan | undefined;
  /** The latest plan, and those for all contents that merge buffers have had. */
  #plan: Plan | undefined;
  #held: readonly HeldArray[] = [];
  #hasRun = false;
  #plans: readonly { readonly held: readonly HeldArray[]; readonly plan: Plan }[] = [];

  /** Throws a `BackendError` when there is no room for arrays that the context does not have yet. */
  constructor(code: CompiledCode, stream: DeviceStream, memory: Memory) {
    const { arrays, inputs, outputs, parts } = code.linkable;
    this.#code = code;
    this.#stream = stream;
    this.#queue = stream.queue;
    this.#sharing = stream.sharing;
    this.#memory = memory;
    this.#arguments = arrays.map(array => {
      const isMerge = array.initial.kind === 'sent';
      const held = isMerge ? undefined : memory.arrayOf(array);
      return { array, held, isWritten: outputs.has(array), part: parts?.get(array) };
    });
    this.#arena = stream.arenas.of(code.arenaBytes);
    const isFixed = this.#arguments.every(({ held }) => held !== undefined);
    this.#fixed = isFixed ? this.#take(this.#argumentsNow()) : undefined;
    for (const { held, isWritten } of this.#arguments) {
      if (!held || !isWritten) continue;
      if (!held.isFilled) held.awaits = code.name;
      held.isFilled = true;
    }
    memory.noteUse(inputs, outputs);
  }

  /** For a run that is queued with others: its plan, its stream and the arrays that it uses. */
  recorded(): RecordedRun {
    const plan = this.#fixed ?? this.#take(this.#argumentsNow());
    this.#noteRun();
    const uses: Use[] = [];
    this.#eachUse((held, isWritten) => uses.push({ held, isWritten }));
    return { stream: this.#stream, plan, uses };
  }

  /** Queues a run. */
  launch(indices: readonly number[]): Run {
    this.#queue.launch(this.#ready(), indices);
    return this.#queued();
  }

  /** On the calling thread, after all that is queued here and all that it depends on elsewhere. */
  run(indices: readonly number[]): void {
    // Most runs of all are of this kind, and some of them take no longer than to get here.
    if (!this.#hasRun) this.#noteRun();
    if (this.#fixed && !this.#sharing.isActive) {
      this.#queue.run(this.#fixed, indices);
      return;
    }
    this.#queue.run(this.#ready(), indices);
    if (!this.#sharing.isActive) return;
    this.#eachUse((held, isWritten) => {
      if (isWritten) held.settle();
    });
  }

  loop(count: number, indices: readonly number[], steps: readonly number[]): Run {
    this.#queue.loop(this.#ready(), count, indices, steps);
    return this.#queued();
  }

  /** The plan for what merge buffers hold, whose turn comes after those it depends on. */
  #ready(): Plan {
    const plan = this.#fixed ?? this.#take(this.#argumentsNow());
    if (!this.#hasRun) this.#noteRun();
    if (this.#sharing.isActive) this.#follow();
    return plan;
  }

  /** Called at the first run: from now on, what the routine writes may be read. */
  #noteRun(): void {
    this.#hasRun = true;
    for (const { held, isWritten } of this.#arguments) if (isWritten) held?.fill();
  }

  #follow(): void {
    this.#eachUse((held, isWritten) => {
      if (isWritten) held.beforeWrite(this.#stream);
      else held.beforeRead(this.#stream);
    });
  }

  #queued(): Run {
    if (!this.#sharing.isActive) return new Run(this.#queue);
    const moment = this.#stream.moment();
    this.#eachUse((held, isWritten) => {
      if (isWritten) held.afterWrite(moment);
      else held.afterRead(moment);
    });
    return new Run(this.#queue, moment.event);
  }

  /** Arrays, or the parts of them, as the plan of now has them. */
  #eachUse(use: (held: HeldArray, isWritten: boolean) => void): void {
    this.#arguments.forEach(({ isWritten, part }, i) => {
      const held = this.#held[i];
      if (held) use(part === undefined ? held : held.partAt(part), isWritten);
    });
  }

  /** Throws a `UserError` where nothing has been sent. */
  #argumentsNow(): readonly HeldArray[] {
    return this.#arguments.map(({ array, held }) => {
      const now = held ?? this.#memory.find(array);
      if (now) return now;
      const what = `\`${this.#code.name}\` reads \`${array.label}\``;
      throw this.#memory.merges.nothingSent(what, array);
    });
  }

  #take(held: readonly HeldArray[]): Plan {
    if (this.#plan && isSame(held, this.#held)) return this.#plan;
    const plan = this.#plans.find(known => isSame(held, known.held))?.plan ?? this.#add(held);
    this.#plan = plan;
    this.#held = held;
    return plan;
  }

  #add(held: readonly HeldArray[]): Plan {
    const plan = this.#planOf(held);
    const gone = this.#plans.filter(known => known.held.some(({ isGone }) => isGone));
    gone.forEach(known => known.plan[Symbol.dispose]());
    this.#plans = [...this.#plans.filter(known => !gone.includes(known)), { held, plan }];
    return plan;
  }

  #planOf(held: readonly HeldArray[]): Plan {
    const { kernel, linkable } = this.#code;
    const buffers = held.map(({ buffer }) => buffer);
    const symbols = linkable.routine.symbols.map((_, i) => i);
    const step = { kernel: kernel.bind(buffers, this.#arena), symbols };
    return this.#queue.plan([step]);
  }

  [Symbol.dispose](): void {
    for (const { plan } of this.#plans) plan[Symbol.dispose]();
    this.#plans = [];
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
}
