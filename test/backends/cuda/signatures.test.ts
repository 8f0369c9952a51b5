/** What is said of the driver's functions and numbers is what its header says, where that is installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  attribute,
  flag,
  flagOfTensorMap,
  functions,
  tensorMapFunctions,
  typeOfTensorMap,
} from '../../../backends/cuda/driver/functions.ts';
import { isOfKernel } from '../../../backends/cuda/driver/status.ts';
import { findCppCompiler } from '../../../backends/cuda-emulator/library.ts';
import type { Kind } from '../../../backends/foreign/library.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { temporaryFolder } from '../native/support.ts';

const include = ['/usr/local/cuda/include', '/opt/cuda/include'].find(folder =>
  existsSync(join(folder, 'cuda.h')),
);

/** How a kind is passed: as 4 bytes, or as 8. */
const passed: Readonly<Record<Kind, string>> = {
  void: '',
  i32: '4',
  u32: '4',
  i64: '8',
  u64: '8',
  f32: 'f',
  f64: 'd',
  string: '8',
  pointer: '8',
  memory: '8',
  bytes128: 's',
};

const constants: readonly (readonly [name: string, value: number])[] = [
  ['CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK', attribute.maxThreadsPerBlock],
  ['CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT', attribute.multiprocessors],
  ['CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR', attribute.capabilityMajor],
  ['CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR', attribute.capabilityMinor],
  ['CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN', attribute.maxSharedBytesPerBlock],
  ['CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED', attribute.memoryPools],
  ['CU_STREAM_NON_BLOCKING', flag.nonBlocking],
  ['CU_EVENT_DEFAULT', flag.withTiming],
  ['CU_EVENT_DISABLE_TIMING', flag.withoutTiming],
  ['CU_STREAM_CAPTURE_MODE_THREAD_LOCAL', flag.captureOfThread],
  ['CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES', flag.maxDynamicSharedBytes],
  ['CU_MEMPOOL_ATTR_RELEASE_THRESHOLD', flag.releaseThreshold],
  ['CU_MEM_LOCATION_TYPE_DEVICE', flag.locationOfDevice],
  ['CU_MEM_ACCESS_FLAGS_PROT_READWRITE', flag.readsAndWrites],
  ['CU_JIT_ERROR_LOG_BUFFER', flag.jitErrorLog],
  ['CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES', flag.jitErrorLogBytes],
  ['CU_TENSOR_MAP_DATA_TYPE_FLOAT16', typeOfTensorMap.f16],
  ['CU_TENSOR_MAP_DATA_TYPE_BFLOAT16', typeOfTensorMap.bf16],
  ['CU_TENSOR_MAP_INTERLEAVE_NONE', flagOfTensorMap.interleave],
  ['CU_TENSOR_MAP_SWIZZLE_128B', flagOfTensorMap.swizzle128],
  ['CU_TENSOR_MAP_L2_PROMOTION_L2_256B', flagOfTensorMap.promotion],
  ['CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE', flagOfTensorMap.fill],
];

test.skipIf(include === undefined)('after which errors the process is lost', () => {
  const header = readFileSync(join(include ?? '', 'cuda.h'), 'utf8');
  const errors = header.matchAll(/\/\*\*([^/]*?)\*\/\s*(CUDA_ERROR_\w+)\s*=\s*(\d+)/g);
  const fatal = [...errors].filter(([, words]) => /inconsistent\s+(\*\s+)?state/.test(words ?? ''));
  expect(fatal.length).toBeGreaterThan(8);
  const unknown = fatal.filter(([, , , status]) => !isOfKernel(Number(status)));
  expect(unknown.map(([, , name]) => name)).toEqual([]);
});

/** A character for each parameter of a function, or 0 when there is another number of them. */
const prelude = `#include <cuda.h>
template <class T> constexpr char way() { return sizeof(T) <= 4 ? '4' : '8'; }
template <class... T> constexpr bool takes(CUresult (*)(T...), const char *ways) {
  const char own[] = { way<T>()..., 0 };
  for (unsigned i = 0; i < sizeof own; i++) if (own[i] != ways[i]) return false;
  return true;
}
`;

test.skipIf(include === undefined)('as in cuda.h', { timeout: 60_000 }, context => {
  needCppCompiler(context);
  const all = { ...functions, ...tensorMapFunctions };
  const lines = Object.entries(all).map(([name, [, ...parameters]]) => {
    const ways = parameters.map(kind => passed[kind]).join('');
    return `static_assert(takes(&${name}, "${ways}"), "${name} takes ${ways}");`;
  });
  const values = constants.map(([name, value]) => `static_assert(${name} == ${value}, "${name}");`);
  const path = join(temporaryFolder(), 'signatures.cpp');
  writeFileSync(path, [prelude, ...lines, ...values].join('\n'));
  const args = ['-std=c++17', '-fsyntax-only', '-I', include ?? '', path];
  execFileSync(findCppCompiler().path, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  const numbers = { ...attribute, ...flag, ...typeOfTensorMap, ...flagOfTensorMap };
  expect(constants).toHaveLength(Object.keys(numbers).length);
});
