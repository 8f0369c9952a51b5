/**
 * The functions of the driver library that einc uses: as in `cuda.h`, under the library's names, with a
 * version suffix. Those that are bound at once exist since CUDA 11.4.
 */
import type { Signatures } from '../../foreign/library.ts';

export const functions = {
  cuInit: ['i32', 'u32'],
  cuDriverGetVersion: ['i32', 'memory'],
  cuGetErrorName: ['i32', 'i32', 'memory'],
  cuGetErrorString: ['i32', 'i32', 'memory'],

  cuDeviceGetCount: ['i32', 'memory'],
  cuDeviceGet: ['i32', 'memory', 'i32'],
  cuDeviceGetName: ['i32', 'memory', 'i32', 'i32'],
  cuDeviceGetAttribute: ['i32', 'memory', 'i32', 'i32'],
  cuDeviceTotalMem_v2: ['i32', 'memory', 'i32'],
  cuDeviceCanAccessPeer: ['i32', 'memory', 'i32', 'i32'],

  cuDevicePrimaryCtxRetain: ['i32', 'memory', 'i32'],
  cuDevicePrimaryCtxRelease_v2: ['i32', 'i32'],
  cuCtxSetCurrent: ['i32', 'pointer'],
  cuCtxSynchronize: ['i32'],
  cuCtxEnablePeerAccess: ['i32', 'pointer', 'u32'],

  cuModuleLoadDataEx: ['i32', 'memory', 'memory', 'u32', 'memory', 'memory'],
  cuModuleUnload: ['i32', 'pointer'],
  cuModuleGetFunction: ['i32', 'memory', 'pointer', 'string'],
  cuFuncSetAttribute: ['i32', 'pointer', 'i32', 'i32'],

  cuMemAlloc_v2: ['i32', 'memory', 'u64'],
  cuMemFree_v2: ['i32', 'pointer'],
  cuMemAllocAsync: ['i32', 'memory', 'u64', 'pointer'],
  cuMemFreeAsync: ['i32', 'pointer', 'pointer'],
  cuMemGetInfo_v2: ['i32', 'memory', 'memory'],
  cuDeviceGetDefaultMemPool: ['i32', 'memory', 'i32'],
  cuMemPoolSetAttribute: ['i32', 'pointer', 'i32', 'memory'],
  cuMemPoolSetAccess: ['i32', 'pointer', 'memory', 'u64'],
  cuMemPoolTrimTo: ['i32', 'pointer', 'u64'],
  cuMemAllocHost_v2: ['i32', 'memory', 'u64'],
  cuMemFreeHost: ['i32', 'pointer'],

  cuMemcpyHtoDAsync_v2: ['i32', 'pointer', 'pointer', 'u64', 'pointer'],
  cuMemcpyDtoHAsync_v2: ['i32', 'pointer', 'pointer', 'u64', 'pointer'],
  cuMemcpyDtoDAsync_v2: ['i32', 'pointer', 'pointer', 'u64', 'pointer'],
  cuMemcpyPeerAsync: ['i32', 'pointer', 'pointer', 'pointer', 'pointer', 'u64', 'pointer'],
  cuMemsetD8Async: ['i32', 'pointer', 'u32', 'u64', 'pointer'],

  cuStreamCreate: ['i32', 'memory', 'u32'],
  cuStreamDestroy_v2: ['i32', 'pointer'],
  cuStreamSynchronize: ['i32', 'pointer'],
  cuStreamWaitEvent: ['i32', 'pointer', 'pointer', 'u32'],
  cuEventCreate: ['i32', 'memory', 'u32'],
  cuEventDestroy_v2: ['i32', 'pointer'],
  cuEventRecord: ['i32', 'pointer', 'pointer'],
  cuEventQuery: ['i32', 'pointer'],
  cuEventSynchronize: ['i32', 'pointer'],
  cuEventElapsedTime: ['i32', 'memory', 'pointer', 'pointer'],

  cuLaunchKernel: [
    ...(['i32', 'pointer'] as const),
    ...(['u32', 'u32', 'u32', 'u32', 'u32', 'u32'] as const),
    ...(['u32', 'pointer', 'memory', 'memory'] as const),
  ],
  cuStreamBeginCapture_v2: ['i32', 'pointer', 'i32'],
  cuStreamEndCapture: ['i32', 'pointer', 'memory'],
  cuGraphInstantiateWithFlags: ['i32', 'memory', 'pointer', 'u64'],
  cuGraphLaunch: ['i32', 'pointer', 'pointer'],
  cuGraphExecDestroy: ['i32', 'pointer'],
  cuGraphDestroy: ['i32', 'pointer'],
} as const satisfies Signatures;

export type DriverCall = keyof typeof functions;
/** For error messages. */
export type AnyDriverCall = DriverCall | keyof typeof tensorMapFunctions;

/** Since CUDA 12.0, so bound when first needed. */
export const tensorMapFunctions = {
  cuTensorMapEncodeTiled: [
    ...([
      'i32',
      'memory',
      'i32',
      'u32',
      'pointer',
      'memory',
      'memory',
      'memory',
      'memory',
    ] as const),
    ...(['i32', 'i32', 'i32', 'i32'] as const),
  ],
} as const satisfies Signatures;

/** `CUtensorMapDataType` */
export const typeOfTensorMap = { f16: 6, bf16: 9 } as const;

/** `CU_TENSOR_MAP_…`: `INTERLEAVE_NONE`, `SWIZZLE_128B`, `L2_PROMOTION_L2_256B`, `FLOAT_OOB_FILL_NONE` (which are zeros). */
export const flagOfTensorMap = { interleave: 0, swizzle128: 3, promotion: 3, fill: 0 } as const;

/** `CUdevice_attribute` */
export const attribute = {
  maxThreadsPerBlock: 1,
  multiprocessors: 16,
  capabilityMajor: 75,
  capabilityMinor: 76,
  maxSharedBytesPerBlock: 97,
  memoryPools: 115,
} as const;

export const flag = {
  /** `CU_EVENT_DEFAULT`: an event with timing. */
  withTiming: 0,
  /** `CU_STREAM_NON_BLOCKING`: does not synchronise with stream 0 of other libraries. */
  nonBlocking: 1,
  /** `CU_EVENT_DISABLE_TIMING`: cheaper, for events that are only waited for. */
  withoutTiming: 2,
  /** `CU_STREAM_CAPTURE_MODE_THREAD_LOCAL` */
  captureOfThread: 1,
  /** `CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES` */
  maxDynamicSharedBytes: 8,
  /** `CU_MEMPOOL_ATTR_RELEASE_THRESHOLD` */
  releaseThreshold: 4,
  /** `CU_MEM_LOCATION_TYPE_DEVICE` and `CU_MEM_ACCESS_FLAGS_PROT_READWRITE` */
  locationOfDevice: 1,
  readsAndWrites: 3,
  /** `CU_JIT_ERROR_LOG_BUFFER` and its size. */
  jitErrorLog: 5,
  jitErrorLogBytes: 6,
} as const;
