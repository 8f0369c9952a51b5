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
export { fileNameOf } from './file-name.ts';
export { HostArray, type Nested } from './host-array.ts';
export { type Indices, Routine } from './routine.ts';
export { timeInTurns } from './time-in-turns.ts';
export { tune, type TunedNest } from './tune.ts';
export { openTuned, type TunedSchedules } from './tuned.ts';
export { type CompiledRoutine, configure, settings, type Settings } from './settings.ts';
