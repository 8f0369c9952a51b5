/** A progress line on a terminal. */
import { settings } from '../../runtime/index.ts';
import { optionsGiven, wrong } from '../arguments.ts';
import { describe } from '../elaborate/hole.ts';
import { callSite } from '../language/call-site.ts';
import type { StepResult } from './shard-steps.ts';

export interface ProgressBarOptions {
  /** The total number of steps. */
  readonly steps: number;
  /** The stream to write to, if it is a terminal; stderr by default. */
  readonly stream?: NodeJS.WriteStream;
}

/** The minimum time between redraws, and over how many steps times are smoothed. */
const [everyMs, smoothing] = [100, 20];
const width = 24;

/**
 *   const bar = progressBar({ steps });
 *   for (let n = 0; n < steps; n++) bar.show(n + 1, await training.step(batch));
 *   bar.clear();
 *
 * shows `[#########...............] step 120/300  loss 0.31  devices 1.9 2.0 1.9 2.1 ms`, and nothing unless it
 * writes to a terminal. Times are per step, smoothed.
 */
export function progressBar(options: ProgressBarOptions): ProgressBar {
  const example = 'progressBar({ steps: 1000 })';
  const span = callSite(progressBar);
  const names = ['steps', 'stream'];
  const given = optionsGiven('EINC0607', 'progressBar', options, { names, example, span });
  const { steps } = given;
  if (typeof steps !== 'number' || !(steps > 0)) {
    const message = `the option \`steps\` of \`progressBar\` is a number of steps, not ${describe(steps)}`;
    throw wrong('EINC0607', message, span, [`write ${example}`]);
  }
  return new ProgressBar(options);
}

export class ProgressBar {
  readonly #steps: number;
  readonly #stream: NodeJS.WriteStream;
  readonly #isWatched: boolean;
  #times: readonly number[] = [];
  #shown = -Infinity;

  constructor({ steps, stream = process.stderr }: ProgressBarOptions) {
    this.#steps = steps;
    this.#stream = stream;
    this.#isWatched = stream.isTTY && settings().showsProgress;
  }

  /** Shows the number of steps done, with the result of the last one. */
  show(done: number, { loss, devices }: StepResult): void {
    if (!this.#isWatched) return;
    this.#times = devices.map(({ milliseconds }, i) => {
      const before = this.#times[i] ?? milliseconds;
      return before + (milliseconds - before) / smoothing;
    });
    const now = performance.now();
    if (now - this.#shown < everyMs && done < this.#steps) return;
    this.#shown = now;
    const full = Math.round((done / this.#steps) * width);
    const bar = '#'.repeat(full) + '.'.repeat(width - full);
    const times = this.#times.map(shortly).join(' ');
    const text = `[${bar}] step ${done}/${this.#steps}  loss ${shortly(loss)}  devices ${times} ms`;
    // A line that wraps could not be replaced as a whole.
    this.#stream.write(`\r${text.slice(0, (this.#stream.columns || 80) - 1)}\u001B[K`);
  }

  /** Erases the line: before something else is printed, and at the end. */
  clear(): void {
    if (this.#isWatched) this.#stream.write('\r\u001B[K');
  }
}

function shortly(value: number): string {
  return value >= 0.1 && value < 1000 ? value.toFixed(value < 10 ? 2 : 0) : value.toPrecision(2);
}
