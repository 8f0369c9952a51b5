/**
 * Every dtype on every backend, against the interpreter: all conversions over all values of the small
 * dtypes and the edges of the large ones, and arithmetic, which integers wrap.
 */
import { expect, test } from 'vitest';
import { flagsFor } from '../../backends/cc/backend.ts';
import { c99 } from '../../backends/cc/dialect.ts';
import { emit, entryPoint } from '../../backends/clike/emit.ts';
import { type BackendName, openBackend } from '../../backends/index.ts';
import { loadNative } from '../../backends/native/addon.ts';
import { NativeBuffer } from '../../backends/native/buffer.ts';
import { compileLibrary } from '../../backends/native/compile.ts';
import { findCompiler } from '../../backends/native/compiler.ts';
import { openKernel } from '../../backends/native/kernel.ts';
import { NativeStream } from '../../backends/native/stream.ts';
import { type AnyCells, cellsFrom } from '../../compiler/core/cells.ts';
import { computeDtype, type DType, dtypes, type Value } from '../../compiler/core/dtype.ts';
import { type Integer, integerFormats, limitsOf } from '../../compiler/core/integer.ts';
import { isNarrowFloat } from '../../compiler/core/narrow-float.ts';
import { cellsOf } from '../../compiler/core/tensor-node.ts';
import { interpret } from '../../compiler/loop/interpret.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { printProgram } from '../../compiler/loop/print.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { type Compiling, compiling } from '../support/tested-backends.ts';
import { critical, narrowFloats, valuesOfPatterns } from '../support/narrow-values.ts';

const edges: readonly number[] = [
  ...[0, -0, NaN, Infinity, -Infinity, 0.5, -0.5, 0.99, -1.5, 2.5, 1e10, -1e10, 1e19, -1e19, 1e300],
  ...[7, 8, 15, 16, 31, 32, 52, 53, 63, 64].flatMap(n => [
    2 ** n,
    2 ** n - 1,
    2 ** n + 1,
    -(2 ** n),
  ]),
];

function integersOf(dtype: Integer): readonly Value[] {
  const [lowest, highest] = limitsOf(dtype).map(BigInt) as [bigint, bigint];
  if (integerFormats[dtype].bits <= 16) {
    return Array.from({ length: Number(highest - lowest) + 1 }, (_, i) => Number(lowest) + i);
  }
  const bits = Array.from({ length: integerFormats[dtype].bits }, (_, i) => 1n << BigInt(i));
  const sums = bits.flatMap(a => bits.filter((_, i) => i % 5 === 0).map(b => a + b));
  const near = [...bits, ...sums, 0n, lowest, highest].flatMap(x => [x - 1n, x, x + 1n, -x]);
  return near.filter(x => x >= lowest && x <= highest);
}

/** All values of 16 bits and fewer; of others those that conversions are wrong on. */
function valuesOf(dtype: DType): readonly Value[] {
  if (isNarrowFloat(dtype)) return valuesOfPatterns(dtype);
  if (dtype === 'bool') return [0, 1];
  if (dtype === 'f32' || dtype === 'f64') {
    return [...edges, ...narrowFloats.flatMap(narrow => critical(narrow, 64))];
  }
  return integersOf(dtype);
}

async function run(backend: BackendName, program: Program, inputs: ReadonlyMap<string, AnyCells>) {
  if (backend === 'interp') {
    const memory = program.params.map(node => {
      return [node, inputs.get(node.name)?.slice() ?? cellsFrom(node.dtype, zeros(node))] as const;
    });
    interpret(program, new Map(memory));
    return new Map(memory.map(([node, cells]) => [node.name, cells]));
  }
  using device = await openBackend(backend);
  using stream = device.openStream();
  using kernel = await device.compile(program);
  const buffers = program.params.map(node => {
    const buffer = device.allocate(node.dtype, cellsOf(node));
    buffer.write(inputs.get(node.name) ?? zeros(node));
    return buffer;
  });
  using plan = stream.plan([{ kernel: kernel.bind(buffers), symbols: [] }]);
  stream.run(plan, []);
  return new Map(buffers.map((buffer, i) => [program.params[i]?.name ?? '', buffer.read()]));
}

function zeros(node: Program['params'][number]): readonly Value[] {
  return Array<number>(cellsOf(node)).fill(0);
}

const known = new Map<string, ReturnType<typeof run>>();

/** The interpreter takes longest, and each backend is compared with it. */
function expectedOf(program: Program, inputs: ReadonlyMap<string, AnyCells>) {
  const text = printProgram(program);
  const expected = known.get(text) ?? run('interp', program, inputs);
  known.set(text, expected);
  return expected;
}

async function differences(
  backend: Compiling,
  program: Program,
  inputs: ReadonlyMap<string, AnyCells>,
) {
  const expected = await expectedOf(program, inputs);
  const compiled = await run(backend, program, inputs);
  return [...expected].flatMap(([name, cells]) => {
    const others = compiled.get(name) ?? cellsFrom('bool', []);
    const at = firstDifference(cells, others);
    return at < 0 ? [] : [`${name}[${at}] is ${others[at]}, not ${cells[at]}`];
  });
}

test.for(compiling)(
  '%s converts every dtype to every other as the interpreter does',
  async (name, context) => {
    needCompilerOf(name, context);
    const inputs = new Map(dtypes.map(from => [`x_${from}`, cellsFrom(from, valuesOf(from))]));
    const count = (from: DType): number => inputs.get(`x_${from}`)?.length ?? 0;
    const declared = dtypes.flatMap(from => [
      `x_${from}: ${from}[${count(from)}]`,
      ...dtypes.map(to => `${from}_to_${to}: ${to}[${count(from)}]`),
    ]);
    const loops = dtypes.map(from => {
      const lines = dtypes.map(to => {
        const x = `x_${from}[i]`;
        return `${from}_to_${to}[i] := ${from === to ? x : `${to}(${x})`};`;
      });
      return `for i < ${count(from)} { ${lines.join('\n')} }`;
    });
    const program = parseProgram(`p(): device ${declared.join(', ')}; ${loops.join('\n')}`);
    expect(await differences(name, program, inputs)).toEqual([]);
  },
);

test.for(compiling)(
  'arithmetic, comparisons, choices and sums of every dtype, %s',
  async (name, context) => {
    needCompilerOf(name, context);
    const computed = dtypes.filter(dtype => computeDtype(dtype) === dtype);
    const pairs = new Map<string, AnyCells>();
    const texts = computed.map(dtype => {
      const values = some(valuesOf(dtype));
      const n = values.length ** 2;
      pairs.set(
        `a_${dtype}`,
        cellsFrom(
          dtype,
          values.flatMap(a => values.map(() => a)),
        ),
      );
      pairs.set(
        `b_${dtype}`,
        cellsFrom(
          dtype,
          values.flatMap(() => values),
        ),
      );
      const [a, b] = [`a_${dtype}[i]`, `b_${dtype}[i]`];
      const results = {
        add: [dtype, `${a} + ${b}`],
        sub: [dtype, `${a} - ${b}`],
        mul: [dtype, `${a} * ${b}`],
        div: [dtype, `${a} / ${b}`],
        mixed: [dtype, `(${a} + ${b}) / (${a} * ${b} + 1)`],
        less: ['bool', `${a} + ${b} < ${b}`],
        equal: ['bool', `${a} - ${b} == ${b}`],
        differs: ['bool', `neg(${a}) != ${b}`],
        chosen: [dtype, `where(${a} < ${b}, ${a}, neg(${b}))`],
        largest: [dtype, `max(${a}, relu(${b}))`],
        least: [dtype, `min(abs(${a}), ${b})`],
        // The interpreter's of f64 rounds twice at the ends of the range: see conformance-ops.
        fused: [dtype, dtype === 'f64' ? a : `fma(${a}, ${b}, ${b})`],
      } as const;
      const arrays = Object.entries(results).map(
        ([name, [type]]) => `${name}_${dtype}: ${type}[${n}]`,
      );
      const writes = Object.entries(results).map(
        ([name, [, text]]) => `${name}_${dtype}[i] := ${text};`,
      );
      const sums = ['+=', '-=', '*=', 'max=', 'min='].map(
        (sign, i) => `r_${dtype}[${i}] ${sign} ${a};`,
      );
      return {
        device: [
          `a_${dtype}: ${dtype}[${n}]`,
          `b_${dtype}: ${dtype}[${n}]`,
          ...arrays,
          `r_${dtype}: ${dtype}[5]`,
        ],
        body: `fill r_${dtype}, 1; for i < ${n} { ${[...writes, ...sums].join('\n')} }`,
      };
    });
    const device = texts.flatMap(text => text.device).join(', ');
    const program = parseProgram(
      `p(): device ${device}; ${texts.map(text => text.body).join('\n')}`,
    );
    expect(await differences(name, program, pairs)).toEqual([]);
  },
);

/** A few from all over. */
function some(values: readonly Value[]): readonly Value[] {
  const step = Math.max(1, Math.floor(values.length / 40));
  return values.filter((_, i) => i % step === 0 || i > values.length - 3);
}

test.skipIf(!compiling.includes('cc'))(
  'where the compiler knows no f16, C of our own converts it',
  async () => {
    const values = [...valuesOfPatterns('f16'), ...critical('f16', 16)].map(Math.fround);
    const halves = valuesOfPatterns('f16');
    const program = parseProgram(`p():
    device x: f32[${values.length}], to: f16[${values.length}], h: f16[${halves.length}], from: f32[${halves.length}];
    for i < ${values.length} { to[i] := f16(x[i]); }
    for i < ${halves.length} { from[i] := f32(h[i]); }`);
    const source = `#undef __FLT16_MAX__\n${emit(program, c99)}`;
    expect(source).toContain('#ifdef __FLT16_MAX__');
    const native = await loadNative();
    const path = await compileLibrary(findCompiler(), {
      name: 'halves',
      source,
      flags: flagsFor([]),
    });
    using kernel = openKernel(native, path, entryPoint);
    using stream = new NativeStream(native);
    const inputs = new Map([
      ['x', cellsFrom('f32', values)],
      ['h', cellsFrom('f16', halves)],
    ]);
    const buffers = program.params.map(node => {
      const buffer = new NativeBuffer(native, node.dtype, cellsOf(node));
      buffer.write(inputs.get(node.name) ?? zeros(node));
      return buffer;
    });
    using plan = stream.plan([{ kernel: kernel.bind(buffers), symbols: [] }]);
    stream.run(plan, []);
    const expected = await run('interp', program, inputs);
    buffers.forEach((buffer, i) => {
      const name = program.params[i]?.name ?? '';
      expect([name, firstDifference(expected.get(name), buffer.read())]).toEqual([name, -1]);
    });
  },
);

function firstDifference(expected: AnyCells | undefined, actual: AnyCells): number {
  return Array.from<Value>(expected ?? []).findIndex((value, i) => !Object.is(value, actual[i]));
}
