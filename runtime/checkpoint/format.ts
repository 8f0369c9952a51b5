/**
 * A checkpoint as bytes: the safetensors format, which other tools read too.
 *
 *   8 bytes    the length of the header
 *   header     JSON: where the cells of each array are, their dtype and dims; what the run is
 *   cells      one array after the other, little-endian
 *
 * The header has the SHA-256 of itself (without it) and of the cells, so that whatever is torn or was
 * changed is known.
 */
import { createHash } from 'node:crypto';
import { bytesOf, type DType, dtypes, product } from '../../compiler/index.ts';

export interface SavedArray {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
}

/** The header of a checkpoint. */
export interface Contents {
  /** How many steps the run had done. */
  readonly step: number;
  readonly seed: number;
  readonly arrays: readonly SavedArray[];
}

const format = 'einc-checkpoint-1';
/** More than this is no list of arrays. */
export const largestHeader = 1 << 24;

const safetensorsNames: Readonly<Record<DType, string>> = {
  f64: 'F64',
  f32: 'F32',
  f16: 'F16',
  bf16: 'BF16',
  f8e4m3: 'F8_E4M3',
  f8e5m2: 'F8_E5M2',
  i8: 'I8',
  i16: 'I16',
  i32: 'I32',
  i64: 'I64',
  u8: 'U8',
  u16: 'U16',
  u32: 'U32',
  u64: 'U64',
  bool: 'BOOL',
};

export function bytesIn({ dtype, dims }: SavedArray): number {
  return product(dims) * bytesOf[dtype];
}

/** Everything before the cells. */
export function encodeHeader(contents: Contents, cells: readonly Uint8Array[]): Uint8Array {
  const { step, seed, arrays } = contents;
  const sha256 = digestOf(contents, cells);
  const metadata = { format, step: String(step), seed: String(seed), sha256 };
  let at = 0;
  const entries = arrays.map(array => {
    const [first, end] = [at, (at += bytesIn(array))];
    const { name, dtype, dims: shape } = array;
    return [name, { dtype: safetensorsNames[dtype], shape, data_offsets: [first, end] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  // Cells begin at a multiple of 8 bytes.
  const header = Buffer.from(text + ' '.repeat(7 - ((Buffer.byteLength(text) + 7) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

/** The decoded header, or the reason why it is invalid. */
export function decodeHeader(text: string): (Contents & { readonly sha256: string }) | string {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return 'its header is not JSON';
  }
  if (!isRecord(entries)) return 'its header is no list of arrays';
  const { __metadata__: metadata, ...rest } = entries;
  if (!isRecord(metadata) || metadata['format'] !== format) return `it is no ${format}`;
  const [step, seed] = [metadata['step'], metadata['seed']].map(Number);
  if (step === undefined || seed === undefined || !Number.isSafeInteger(step) || step < 0) {
    return 'its step is no number';
  }
  const arrays: SavedArray[] = [];
  let at = 0;
  for (const [name, entry] of Object.entries(rest)) {
    const array = arrayOf(name, entry);
    if (!array) return `what it says of \`${name}\` is no array`;
    const [first, end] = (entry as { data_offsets: readonly unknown[] }).data_offsets;
    if (first !== at || end !== at + bytesIn(array)) return `the place of \`${name}\` is wrong`;
    at += bytesIn(array);
    arrays.push(array);
  }
  return { step, seed, arrays, sha256: String(metadata['sha256']) };
}

function arrayOf(name: string, entry: unknown): SavedArray | undefined {
  if (!isRecord(entry)) return undefined;
  const { dtype: typeName, shape, data_offsets: offsets } = entry;
  const dtype = dtypes.find(d => safetensorsNames[d] === typeName);
  const isDim = (dim: unknown): dim is number => Number.isSafeInteger(dim) && Number(dim) >= 0;
  if (!dtype || !Array.isArray(shape) || !shape.every(isDim)) return undefined;
  return Array.isArray(offsets) ? { name, dtype, dims: shape } : undefined;
}

export function digestOf({ step, seed, arrays }: Contents, cells: readonly Uint8Array[]): string {
  const about = [step, seed, ...arrays.map(({ name, dtype, dims }) => [name, dtype, dims])];
  const hash = createHash('sha256').update(JSON.stringify(about));
  for (const bytes of cells) hash.update(bytes);
  return hash.digest('hex');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
