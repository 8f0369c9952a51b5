/** Vectors of gcc and clang, which the compiler fits to what the processor has. */
import { bytesOf, type DType } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';

/** Conditions are 0 and other numbers. */
const scalars: Partial<Record<DType, string>> = {
  f64: 'double',
  f32: 'float',
  i32: 'int',
  u32: 'unsigned',
  bool: 'int',
};

/** `f32x16`, at any address of a cell. */
export function vectorType(dtype: DType, lanes: number): CallText | undefined {
  const scalar = scalars[dtype];
  if (scalar === undefined) return undefined;
  const bytes = dtype === 'bool' ? 4 : bytesOf[dtype];
  const name = `${dtype}x${lanes}`;
  const attributes = `vector_size(${bytes * lanes}), aligned(${bytes}), may_alias`;
  return {
    kind: 'call',
    name,
    needs: [`typedef ${scalar} ${name} __attribute__((${attributes}));`],
  };
}
