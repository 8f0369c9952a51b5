/** What gcc makes of vectors where it prefers halves of them: one instruction for each all the same. */
import { execFileSync } from 'node:child_process';
import { arch } from 'node:os';
import { expect, test } from 'vitest';
import { flagsFor } from '../../../backends/cc/backend.ts';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { compile, targets } from '../../../compiler/index.ts';
import { forward, op, sequence, tensor, type Tensor } from '../../../dsl/index.ts';

const compiler = findCompiler().path;
const isGcc = execFileSync(compiler, ['--version'], { encoding: 'utf8' }).includes(
  'Free Software Foundation',
);
const why = arch() !== 'x64' ? 'this is no x86' : isGcc ? undefined : 'the compiler is not gcc';

/** What einc's flags make of it on a processor with AVX-512 for which gcc prefers vectors of 256 bits. */
function assemblyOf(result: Tensor): string {
  const { routine } = sequence([forward(result)]).settle({
    dtype: 'f32',
    keep: [result],
    name: undefined,
  });
  const { program } = compile(routine, { target: targets.avx512 });
  const flags = flagsFor([program]).map(f => (f === '-march=native' ? '-march=cascadelake' : f));
  expect(flags).toContain('-march=cascadelake');
  return execFileSync(compiler, [...flags, '-S', '-x', 'c', '-o', '-', '-'], {
    encoding: 'utf8',
    input: emit(program, c99),
  });
}

function matrix(label: string, rows: number, columns: number): Tensor {
  const values = Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
  return tensor(values, { label, input: [columns], output: [rows] });
}

const [a, b] = [matrix('a', 64, 64), matrix('b', 64, 64)];
const long = tensor(new Float32Array(2 ** 16), { label: 'long', output: [2 ** 16] });

test.skipIf(why !== undefined).each<[what: string, result: () => Tensor, least: number]>([
  ['a product in tiles', () => op`y = ${a} * ${b}`, 16],
  ['a chain of functions', () => op`y = tanh ${long} *. sigmoid ${long}`, 10],
])(`%s is computed by vectors of 512 bits (${why ?? 'gcc for x86'})`, (_, result, least) => {
  const lines = assemblyOf(result()).split('\n');
  const onVectors = lines.filter(line => /\bvfn?m(add|sub)\d+ps\b/.test(line));
  expect(onVectors.filter(line => line.includes('%zmm')).length).toBeGreaterThanOrEqual(least);
  expect(onVectors.filter(line => !line.includes('%zmm'))).toEqual([]);
});
