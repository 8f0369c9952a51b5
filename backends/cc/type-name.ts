import type { DType } from '../../compiler/index.ts';
import { cellType } from './narrow-float.ts';

/** What C calls the type of a cell. */
export const typeName: Readonly<Record<DType, string>> = {
  f64: 'double',
  f32: 'float',
  f16: cellType('f16'),
  bf16: cellType('bf16'),
  f8e4m3: cellType('f8e4m3'),
  f8e5m2: cellType('f8e5m2'),
  i8: 'signed char',
  i16: 'short',
  i32: 'int',
  i64: 'long long',
  u8: 'unsigned char',
  u16: 'unsigned short',
  u32: 'unsigned',
  u64: 'unsigned long long',
  bool: '_Bool',
};
