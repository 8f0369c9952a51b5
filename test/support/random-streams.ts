/**
 * Random tasks on several streams of several devices, and what they must come to: the same, one by one.
 * Tasks do not commute, and take from a microsecond to some ten.
 */
import {
  cd,
  type Context,
  context,
  type Devices,
  devices,
  deviceToDevice,
  type Routine,
  symbol,
  type Tensor,
  tensor,
} from '../../dsl/einc.ts';
import type { Command, Recording } from '../../runtime/index.ts';

export interface Setting {
  readonly backend: 'cc' | 'interp';
  readonly devices: number;
  readonly streams: number;
  /** Without tasks that wait for others on the thread that asks. */
  readonly isAsync?: boolean;
}

/** What a merge buffer holds: numbers of its own, or those of an array wherever it is. */
type Sent = { readonly own: Int32Array } | { readonly at: Int32Array };

interface Place {
  readonly ctx: Context;
  /** What its arrays hold: of one object with those contexts that it shares arrays with. */
  readonly arrays: readonly Int32Array[];
  readonly sent: Map<number, Sent>;
  /** `x[i] = 3 x[i] + x[j][0] + n`, by i and j. */
  readonly mix: readonly (readonly Routine[])[];
  /** `x[i] = 5 x[i] + x[i].merge + n` */
  readonly merge: readonly Routine[];
  /** `x[i] = n` */
  readonly fill: readonly Routine[];
}

/** Several tasks that are started as one. */
interface Recorded {
  readonly recording: Recording;
  /** What they come to in the model, given the number and the values of a start. */
  readonly acts: readonly ((n: number, values: Int32Array) => void)[];
  readonly items: readonly (() => number)[];
}

const recordings = 6;
/** Written arrays take theirs from some place on. */
const valuesBefore = 3;

const sizes = [1, 4, 50, 3000, 7, 20_000];
const families = 2;

export class RandomStreams implements Disposable {
  readonly #all: Devices;
  readonly #tensors: readonly Tensor[];
  readonly #places: readonly Place[];
  readonly #draw: (below: number) => number;
  readonly #isAsync: boolean;
  readonly #recorded: Recorded[] = [];
  #n = 0;
  #started: Promise<unknown>[] = [];
  /** Values that nothing reads any more: garbage of the model's would be counted as the runtime's. */
  readonly #spare: Int32Array[] = [];

  static async open(setting: Setting, draw: (below: number) => number): Promise<RandomStreams> {
    const all = await devices({ backend: setting.backend, count: setting.devices });
    const n = symbol('n');
    const tensors = sizes.map((size, i) =>
      tensor(new Int32Array(size).fill(i), { label: `x${i}`, output: [size] }),
    );
    const mixed = (x: Tensor, y: Tensor) => cd`${x} =: 3 *. ${x} + ${y}[0] + !@${n}`;
    const merged = (x: Tensor) => cd`${x} =: 5 *. ${x} + ${x}.merge + !@${n}`;
    const mix = await all.compileAll(tensors.flatMap(x => tensors.map(y => mixed(x, y))));
    const merge = await all.compileAll(tensors.map(merged));
    const fill = await all.compileAll(tensors.map(x => cd`${x} =: !@${n}`));
    const roots = await Promise.all(
      Array.from({ length: families }, (_, f) => context({ on: at(all.all, f) })),
    );
    for (const root of roots) for (const x of tensors) await root.hold(x);
    const held = roots.map(() => sizes.map((size, i) => new Int32Array(size).fill(i)));
    const places: Place[] = [];
    for (let i = 0; i < setting.streams; i++) {
      const root = at(roots, i);
      const ctx = i < families ? root : root.child({ stream: at(all.all, i).stream() });
      const own: Routine[][] = tensors.map(() => []);
      for (const [k, code] of mix.entries()) {
        own[Math.floor(k / tensors.length)]?.push(await ctx.link(code));
      }
      places.push({
        ctx,
        arrays: at(held, i),
        sent: new Map(),
        mix: own,
        fill: await Promise.all(fill.map(code => ctx.link(code))),
        merge: await Promise.all(merge.map(code => ctx.link(code, { receives: tensors }))),
      });
    }
    const streams = new RandomStreams(all, tensors, places, draw, setting.isAsync);
    for (let i = 0; i < recordings; i++) streams.#record();
    return streams;
  }

  private constructor(
    all: Devices,
    tensors: readonly Tensor[],
    places: readonly Place[],
    draw: (below: number) => number,
    isAsync = false,
  ) {
    this.#isAsync = isAsync;
    this.#all = all;
    this.#tensors = tensors;
    this.#places = places;
    this.#draw = draw;
  }

  /**
   * Queues a task, and does it in the model. Now and then looks whether all is right so far. Gives how many it has
   * been: several that are started as one are as many for the model.
   */
  async task(): Promise<number> {
    const n = this.#n++;
    const [place, i] = [this.#place(), this.#draw(sizes.length)];
    const kind = this.#isAsync ? 10 + this.#draw(980) : this.#draw(1000);
    if (kind < 700) this.#mix(place, i, this.#draw(sizes.length), n, kind < 10);
    else if (kind < 850) this.#merge(place, i, n);
    else if (kind < 975) this.#send(place, this.#place(), i, kind);
    else if (kind < 990) return this.#start(at(this.#recorded, kind), n);
    else if (kind < 993) this.#write(place, i, n);
    else if (kind < 996) await place.ctx.idle();
    else this.#compare(place, i);
    return 1;
  }

  /** All arrays of all. */
  compare(): void {
    for (const place of this.#places) sizes.forEach((_, i) => this.#compare(place, i));
  }

  async idle(): Promise<void> {
    for (const { ctx } of this.#places) await ctx.idle();
    await Promise.all(this.#started);
    this.#started = [];
  }

  /** A few tasks on some of the streams, to be started now and then. */
  #record(): void {
    const commands: Command[] = [];
    const acts: Recorded['acts'][number][] = [];
    const items: (() => number)[] = [];
    const length = Math.max(...sizes) + valuesBefore;
    for (let k = 0; k < 8; k++) {
      const [place, i, j] = [this.#place(), this.#draw(sizes.length), this.#draw(sizes.length)];
      const { ctx, mix, arrays } = place;
      const [array, x] = [at(this.#tensors, i), at(arrays, i)];
      const kind = this.#draw(8);
      if (kind < 4) {
        commands.push({ kind: 'run', ctx, routine: at(at(mix, i), j) });
        acts.push(n => {
          multiplyAdd(x, 3, (at(arrays, j)[0] ?? 0) + n);
        });
      } else if (kind < 6) {
        const src = this.#place();
        if (src === place) continue;
        commands.push({ kind: 'send', array, options: { dst: ctx, src: src.ctx } });
        acts.push(() => {
          x.set(at(src.arrays, i));
        });
      } else if (kind < 7) {
        const cells = { first: length - x.length, cells: x.length };
        commands.push({ kind: 'write', ctx, array, input: 'values', ...cells });
        acts.push((_, values) => {
          x.set(values.subarray(length - x.length));
        });
      } else {
        commands.push({ kind: 'item', ctx, array });
        items.push(() => x[0] ?? NaN);
      }
    }
    this.#recorded.push({ recording: this.#all.record(commands), acts, items });
  }

  /** Again and again, with nothing in between or something that no other task notes. */
  async #start(recorded: Recorded, n: number): Promise<number> {
    let count = 0;
    for (let times = this.#draw(4); times >= 0; times--) {
      await this.#startOnce(recorded, n + times);
      const [place, i] = [this.#place(), this.#draw(sizes.length)];
      const between = this.#draw(3);
      if (between === 1 && !this.#isAsync) this.#write(place, i, n);
      if (between === 2) this.#fill(place, i, n);
      count += recorded.acts.length + recorded.items.length + 1;
    }
    return count;
  }

  async #startOnce({ recording, acts, items }: Recorded, n: number): Promise<void> {
    // By hand, as `from` takes longer than all else that is done here.
    const values = this.#spare.pop() ?? new Int32Array(Math.max(...sizes) + valuesBefore);
    for (let k = 0; k < values.length; k++) values[k] = k ^ n;
    const started = recording.start({ n }, { values });
    for (const act of acts) act(n, values);
    const expected = items.map(item => item());
    const checked = started.then(({ items: found }) => {
      this.#spare.push(values);
      if (found.every((item, k) => item === expected[k])) return;
      throw new Error(`what task ${n} started has found ${String(found)}, not ${String(expected)}`);
    });
    this.#started.push(checked);
    // The interpreter does nothing by itself.
    if (this.#all.backend.name === 'interp' || this.#draw(4) === 0) await checked;
  }

  #fill({ fill, arrays }: Place, i: number, n: number): void {
    at(fill, i).run({ n });
    at(arrays, i).fill(n);
  }

  #place(): Place {
    return at(this.#places, this.#draw(this.#places.length));
  }

  #mix({ mix, arrays }: Place, i: number, j: number, n: number, isSync: boolean): void {
    const routine = at(at(mix, i), j);
    if (isSync) routine.runSync({ n });
    else routine.run({ n });
    multiplyAdd(at(arrays, i), 3, (at(arrays, j)[0] ?? 0) + n);
  }

  #merge({ merge, arrays, sent }: Place, i: number, n: number): void {
    const received = sent.get(i);
    if (!received) return;
    at(merge, i).run({ n });
    const from = 'own' in received ? received.own : received.at;
    const x = at(arrays, i);
    for (let k = 0; k < x.length; k++) x[k] = Math.imul(5, x[k] ?? 0) + (from[k] ?? 0) + n;
  }

  #send(src: Place, dst: Place, i: number, kind: number): void {
    if (src === dst) return;
    const x = at(this.#tensors, i);
    const [from, to] = [at(src.arrays, i), at(dst.arrays, i)];
    if (kind < 900) {
      deviceToDevice(x, { dst: dst.ctx, src: src.ctx });
      to.set(from);
    } else if (kind < 950) {
      deviceToDevice(x, { intoMergeBuffer: 'copy', dst: dst.ctx, src: src.ctx });
      const before = dst.sent.get(i);
      const own = before && 'own' in before ? before.own : new Int32Array(from.length);
      own.set(from);
      dst.sent.set(i, { own });
    } else {
      deviceToDevice(x, { intoMergeBuffer: 'point', dst: dst.ctx, src: src.ctx });
      dst.sent.set(i, { at: from });
    }
  }

  #write({ ctx, arrays }: Place, i: number, n: number): void {
    const x = at(arrays, i).fill(n);
    ctx.write(at(this.#tensors, i), x);
  }

  #compare({ ctx, arrays }: Place, i: number): void {
    const found = ctx.readSync(at(this.#tensors, i)).data;
    const expected = at(arrays, i);
    const odd = expected.findIndex((value, k) => value !== found[k]);
    if (odd < 0) return;
    const [is, was] = [found[odd], expected[odd]];
    throw new Error(`after ${this.#n} tasks x${i}[${odd}] is ${is} on ${ctx.device}, not ${was}`);
  }

  [Symbol.dispose](): void {
    for (const { recording } of this.#recorded) recording[Symbol.dispose]();
    this.#all[Symbol.dispose]();
  }
}

/** Without a call for each cell, which would take five times as long as this and make garbage of large numbers. */
function multiplyAdd(x: Int32Array, factor: number, addend: number): void {
  for (let k = 0; k < x.length; k++) x[k] = Math.imul(factor, x[k] ?? 0) + addend;
}

/** Goes round and round. */
function at<T>(list: readonly T[], i: number): T {
  const found = list[i % list.length];
  if (found === undefined) throw new RangeError(`nothing at ${i}`);
  return found;
}
