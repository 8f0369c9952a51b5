/** The runtime's door. */
export type {
  Backend,
  BackendDevice,
  BoundKernel,
  CommandList,
  DeviceBuffer,
  Done,
  Kernel,
  Plan,
  PlanStep,
  Stream,
  StreamCommand,
  StreamEvent,
  Translated,
  Translator,
} from './backend.ts';
export { checkContextOptions, checkOptions, wrong } from './arguments.ts';
export { build } from './build.ts';
export { type Cache, cacheFolder, contentKey, openCache } from './cache.ts';
export { writeWhole } from './whole-file.ts';
export { type Command, cut, type QueuedRun, queueEach } from './command.ts';
export type { LinkOptions } from './check-link.ts';
export { checkSwitches } from './check-switches.ts';
export { promiseOf } from './forgotten-await.ts';
export { type CompiledCode, type CompileRoutineOptions, hasCompiled } from './compiled-code.ts';
export { Context, type ContextOptions, type Place } from './context.ts';
export {
  checkDevicesOptions,
  type CompileForDevicesOptions,
  Device,
  Devices,
  type DevicesOptions,
} from './devices.ts';
export { type DeviceTime, sumOfTimes } from './device-clock.ts';
export { DeviceStream } from './device-stream.ts';
export { checkSameProgram } from './checkpoint/compare.ts';
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint/file.ts';
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
export { makeFolder } from './make-folder.ts';
export { HostArray, hostArrayFields, type Nested } from './host-array.ts';
export { openKeptTrees } from './kept-trees.ts';
export { grown, type Indices, Routine } from './routine.ts';
export type { Run } from './run.ts';
export { deviceToDevice, type TransferOptions } from './device-to-device.ts';
export { outcomeOf } from './one-by-one.ts';
export type { Outcome, Recording } from './recording.ts';
export { timeInTurns } from './time-in-turns.ts';
export { tune, type TunedNest } from './tune.ts';
export { openTuned, type TunedSchedules } from './tuned.ts';
export {
  type CompiledRoutine,
  configure,
  noteOnOrigin,
  settings,
  type Settings,
} from './settings.ts';
export { isOn } from './switches.ts';
