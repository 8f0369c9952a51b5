/** Templates that are checked on another thread, while this one checks others. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Found } from './clean-templates.ts';
import type { SentTemplate } from './sent-template.ts';

/** A thread takes a quarter of a second to start, in which this many are checked. */
const worthAThread = 200;

/** Which part of so many templates, all of them new, is left to this thread: the first. */
export function ownPart(templates: number): number {
  return templates < 2 * worthAThread || availableParallelism() < 2 ? 1 : 0.55;
}

/** What is found of them. Where the thread fails nothing is, and they are still to be checked. */
export function foundAhead(templates: readonly SentTemplate[]): Promise<Found> {
  if (templates.length === 0) return Promise.resolve(nothing);
  const worker = new Worker(new URL('check-thread.js', import.meta.url), {
    workerData: templates,
  });
  return new Promise(done => {
    worker.once('message', done);
    worker.once('error', () => {
      done(nothing);
    });
  });
}

const nothing: Found = { made: {}, clean: [] };
