/** A second thread that checks the files of a project from the last one on, while this one starts from the first. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Found } from './clean-templates.ts';
import type { SentTemplate } from './sent-template.ts';
import { Shares } from './shares.ts';

/** Messages to the thread: first the files, then the templates of each with their types. */
export type Told =
  | {
      readonly kind: 'files';
      readonly names: readonly string[];
      readonly shares: SharedArrayBuffer;
    }
  | {
      readonly kind: 'templates';
      readonly file: number;
      readonly templates: readonly SentTemplate[];
    };

export class Ahead {
  readonly #worker: Worker;
  readonly #shares: Shares;
  readonly #found: Promise<Found>;

  private constructor(worker: Worker, names: readonly string[]) {
    this.#worker = worker;
    this.#shares = new Shares(names.length);
    this.#found = new Promise(done => {
      worker.once('message', done);
      worker.once('error', () => {
        done(nothing);
      });
    });
    this.#tell({ kind: 'files', names, shares: this.#shares.memory });
  }

  /** The templates of a file; files are sent from the last to the first. */
  send(file: number, templates: readonly SentTemplate[]): void {
    this.#tell({ kind: 'templates', file, templates });
  }

  /** Whether this thread is to check the file. If not, the same holds for all files after it. */
  take(file: number): boolean {
    return this.#shares.take(file);
  }

  /** The findings for the other files; none if the thread has failed, and then they are still to be checked. */
  found(): Promise<Found> {
    this.#worker.ref();
    return this.#found;
  }

  #tell(told: Told): void {
    this.#worker.postMessage(told);
  }

  /**
   * Starts the thread before it is known whether there is enough work for two, since starting takes as long as finding
   * out. Until then it reads the files in `paths`, or in the working folder if there are none.
   */
  static prepare(paths: readonly string[]): PreparedThread | undefined {
    if (availableParallelism() === 1) return undefined;
    const worker = new Worker(new URL('check-thread.js', import.meta.url), {
      workerData: paths,
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    // The process neither waits for a thread that it does not need, nor fails with it.
    worker.unref();
    worker.on('error', () => undefined);
    return {
      begin: names => new Ahead(worker, names),
      end: () => void worker.terminate(),
    };
  }
}

export interface PreparedThread {
  /** Sends the files that have templates. */
  begin(names: readonly string[]): Ahead;
  end(): void;
}

const nothing: Found = { made: {}, clean: [] };
