/** The runtime's door. */
export type {
  Backend,
  BoundKernel,
  DeviceBuffer,
  Kernel,
  Plan,
  PlanStep,
  Stream,
} from './backend.ts';
export { checkContextOptions } from './arguments.ts';
export { cacheFolder } from './cache.ts';
export { type CompileRoutineOptions, Context, type ContextOptions } from './context.ts';
export { checkSameProgram } from './checkpoint/compare.ts';
export { readCheckpoint, writeCheckpoint } from './checkpoint/file.ts';
export type { Contents, SavedArray } from './checkpoint/format.ts';
export type { StateArray } from './memory.ts';
export { checkAlike, checkRank, checkShare } from './collective/check-call.ts';
export {
  type CallOptions,
  type Collective,
  type CollectiveName,
  type ReduceOp,
  reduceOps,
  type ReduceOptions,
  type SendRecvOptions,
  shareOf,
} from './collective/collective.ts';
export { disagreement, printTerms, type Terms } from './collective/disagreement.ts';
export { HostBuffer } from './collective/host-buffer.ts';
export { inProcess } from './collective/in-process.ts';
export { lastRun } from './collective/last-run.ts';
export { type Launch, launchOf, timeoutOf } from './collective/launch.ts';
export { fileNameOf } from './file-name.ts';
export { HostArray, type Nested } from './host-array.ts';
export { type Indices, Routine } from './routine.ts';
export { timeInTurns } from './time-in-turns.ts';
export { tune, type TunedNest } from './tune.ts';
export { openTuned, type TunedSchedules } from './tuned.ts';
export { type CompiledRoutine, configure, settings, type Settings } from './settings.ts';
