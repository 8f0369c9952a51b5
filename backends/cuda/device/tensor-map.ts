/**
 * Tensor maps (CUDA Driver API, Tensor Map Object Management): 128 bytes that say how bulk copies take boxes from an
 * array. The driver encodes them, from CUDA 12 on.
 */
import { bytesOf, type DType, InternalError } from '../../../compiler/index.ts';
import { product } from '../../../compiler/support/list.ts';
import { addressOf } from '../../foreign/library.ts';
import type { Device } from '../driver/device.ts';
import { flagOfTensorMap, typeOfTensorMap } from '../driver/functions.ts';
import type { Suspect } from '../driver/status.ts';
import type { TensorMap } from '../steps.ts';

const words = 16;
/** The driver writes to multiples of 64 bytes. */
const alignedWords = 8;

/** The map of an array at this address. Throws a `BackendError` if the driver refuses it. */
export function encodedTensorMap(
  device: Device,
  { dtype, dims, box }: TensorMap,
  address: number,
  kernel: Suspect,
): BigUint64Array {
  const map = alignedMemory();
  const big = (numbers: readonly number[]): BigUint64Array => BigUint64Array.from(numbers, BigInt);
  const strides = dims.map((_, axis) => bytesOf[dtype] * product(dims.slice(axis + 1)));
  const { interleave, swizzle128, promotion, fill } = flagOfTensorMap;
  const status = device.driver.tensorMaps().cuTensorMapEncodeTiled(
    map,
    typeOf(dtype),
    dims.length,
    address,
    big(dims.toReversed()),
    // That of the innermost axis is known.
    big(strides.slice(0, -1).toReversed()),
    Uint32Array.from(box.toReversed()),
    new Uint32Array(dims.length).fill(1),
    interleave,
    swizzle128,
    promotion,
    fill,
  );
  if (status === 0) return map;
  const what = `make a map of an array of ${dims.join('x')} ${dtype} for ${kernel.label}`;
  throw device.driver.failure(what, 'cuTensorMapEncodeTiled', status, kernel);
}

function alignedMemory(): BigUint64Array {
  const memory = new BigUint64Array(words + alignedWords);
  const beyond = (addressOf(memory) / 8) % alignedWords;
  return memory.subarray(beyond === 0 ? 0 : alignedWords - beyond).subarray(0, words);
}

function typeOf(dtype: DType): number {
  if (dtype === 'f16' || dtype === 'bf16') return typeOfTensorMap[dtype];
  throw new InternalError(`bulk copies of ${dtype}`);
}
