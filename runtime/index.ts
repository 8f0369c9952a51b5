/** The runtime's door. */
export type {
  Backend,
  BackendDevice,
  BoundKernel,
  DeviceBuffer,
  Kernel,
  Plan,
  PlanStep,
  Stream,
  StreamEvent,
} from './backend.ts';
export { checkContextOptions, wrong } from './arguments.ts';
export { cacheFolder } from './cache.ts';
export type { LinkOptions } from './check-link.ts';
export type { CompiledCode, CompileRoutineOptions } from './compiled-code.ts';
export { Context, type ContextOptions, type Place } from './context.ts';
export {
  checkDevicesOptions,
  type CompileForDevicesOptions,
  Device,
  Devices,
  type DevicesOptions,
} from './devices.ts';
export { DeviceStream } from './device-stream.ts';
export { fileNameOf } from './file-name.ts';
export { HostArray, type Nested } from './host-array.ts';
export { type Indices, Routine } from './routine.ts';
export type { Run } from './run.ts';
export { deviceToDevice, type TransferOptions } from './device-to-device.ts';
export { timeInTurns } from './time-in-turns.ts';
export { tune, type TunedNest } from './tune.ts';
export { openTuned, type TunedSchedules } from './tuned.ts';
export { type CompiledRoutine, configure, settings, type Settings } from './settings.ts';
