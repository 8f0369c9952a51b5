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
}

const sizes = [1, 4, 50, 3000, 7, 20_000];
const families = 2;

export class RandomStreams implements Disposable {
  readonly #all: Devices;
  readonly #tensors: readonly Tensor[];
  readonly #places: readonly Place[];
  readonly #draw: (below: number) => number;
  readonly #isAsync: boolean;
  #n = 0;

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
        merge: await Promise.all(merge.map(code => ctx.link(code, { receives: tensors }))),
      });
    }
    return new RandomStreams(all, tensors, places, draw, setting.isAsync);
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

  /** Queues a task, and does it in the model. Now and then looks whether all is right so far. */
  async task(): Promise<void> {
    const n = this.#n++;
    const [place, i] = [this.#place(), this.#draw(sizes.length)];
    const kind = this.#isAsync ? 10 + this.#draw(980) : this.#draw(1000);
    if (kind < 700) this.#mix(place, i, this.#draw(sizes.length), n, kind < 10);
    else if (kind < 850) this.#merge(place, i, n);
    else if (kind < 990) this.#send(place, this.#place(), i, kind);
    else if (kind < 993) this.#write(place, i, n);
    else if (kind < 996) await place.ctx.idle();
    else this.#compare(place, i);
  }

  /** All arrays of all. */
  compare(): void {
    for (const place of this.#places) sizes.forEach((_, i) => this.#compare(place, i));
  }

  async idle(): Promise<void> {
    for (const { ctx } of this.#places) await ctx.idle();
  }

  #place(): Place {
    return at(this.#places, this.#draw(this.#places.length));
  }

  #mix({ mix, arrays }: Place, i: number, j: number, n: number, isSync: boolean): void {
    const routine = at(at(mix, i), j);
    if (isSync) routine.runSync({ n });
    else routine.run({ n });
    const [x, y] = [at(arrays, i), at(arrays, j)[0] ?? 0];
    x.forEach((value, k) => (x[k] = Math.imul(3, value) + y + n));
  }

  #merge({ merge, arrays, sent }: Place, i: number, n: number): void {
    const received = sent.get(i);
    if (!received) return;
    at(merge, i).run({ n });
    const from = 'own' in received ? received.own : received.at;
    const x = at(arrays, i);
    x.forEach((value, k) => (x[k] = Math.imul(5, value) + (from[k] ?? 0) + n));
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
      // Garbage of the model's would be counted as the runtime's.
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
    this.#all[Symbol.dispose]();
  }
}

/** Goes round and round. */
function at<T>(list: readonly T[], i: number): T {
  const found = list[i % list.length];
  if (found === undefined) throw new RangeError(`nothing at ${i}`);
  return found;
}
