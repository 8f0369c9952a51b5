/** The C of this folder as one source, with the conversions of narrow floats that it uses. */
import { dtypes, isNarrowFloat } from '../../compiler/index.ts';
import { fromNarrow, toNarrow } from '../cc/narrow-float.ts';
import { compileLibrary } from '../native/compile.ts';
import { type Compiler, findCompiler } from '../native/compiler.ts';
import { sourceOf } from '../native/addon.ts';

const flags = [
  '-std=gnu11',
  '-O3',
  '-march=native',
  '-ffp-contract=off',
  '-fwrapv',
  '-fno-strict-aliasing',
  '-fvisibility=hidden',
  '-ldl',
];

/** The path of the library. Needs no MPI headers, and so no `mpicc`. */
export function buildShim(compiler: Compiler = findCompiler()): Promise<string> {
  const source = `${conversions()}\n${sourceOf('mpi', 'collective.c')}`;
  return compileLibrary(compiler, { name: 'mpi', source, flags });
}

function conversions(): string {
  const needs = dtypes
    .filter(isNarrowFloat)
    .flatMap(d => [...fromNarrow(d).needs, ...toNarrow(d).needs]);
  return [...new Set(needs)].join('\n');
}
