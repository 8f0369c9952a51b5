/**
 * What nvcc makes of the kernels: they compile for each processor, their sums stay in registers, and how
 * many of these and how much shared memory they take is written down. Skipped where there is no nvcc.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { placeWith } from '../../cli/support.ts';
import { type AttentionShape, attentionText } from '../../support/attention-text.ts';
import { cudaOf, groupPrograms, hopper, hopperWithTma, smallPrograms } from './programs.ts';

const hasNvcc = spawnSync('nvcc', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'einc-nvcc-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { einc, files, read } = placeWith({});

/** `layer_y: 119 registers, 16896 bytes shared, 0 bytes spilt`, of each kernel. */
type Resources = readonly string[];

async function resourcesOf(text: string, name: string, arch: string): Promise<Resources> {
  const [found = []] = await resourcesFor([arch], text, `${name}-${arch}`, [
    `-arch=${arch}`,
    '-cubin',
  ]);
  return found;
}

/** On each of several processors: what nvcc writes for the first of them, assembled for each, which takes a third of the time. */
function resourcesOn(
  archs: readonly [string, ...string[]],
  text: string,
  name: string,
): Promise<readonly Resources[]> {
  const [first] = archs;
  // What asks for another processor would be another text there.
  for (const [, least = ''] of text.matchAll(/__CUDA_ARCH__ >= (\d+)/g)) {
    expect(Number(least)).toBeLessThanOrEqual(Number(first.slice(3)) * 10);
  }
  const code = `arch=${first.replace('sm', 'compute')},code=[${archs.join(',')}]`;
  return resourcesFor(archs, text, name, ['-gencode', code, '-fatbin']);
}

async function resourcesFor(
  archs: readonly string[],
  text: string,
  name: string,
  how: readonly string[],
): Promise<readonly Resources[]> {
  const source = join(folder, `${name}.cu`);
  writeFileSync(source, text);
  const args = [...how, '-fmad=false', '-diag-suppress=177', '-Xptxas', '-v'];
  const { stderr } = await promisify(execFile)('nvcc', [...args, source, '-o', `${source}bin`]);
  // Of products of groups that it lets wait for each other it says so by a code.
  expect(stderr).not.toMatch(/warning|error|\(C\d+\)/);
  const kernels = Array.from(
    stderr.matchAll(
      /entry function '(\w+)' for '(\w+)'[\s\S]*?(\d+) bytes spill stores[\s\S]*?Used (\d+) registers(?:.*?(\d+) bytes smem)?/g,
    ),
    ([, kernel, arch, spilt, registers, shared = 0]) => ({
      arch,
      says: `${kernel}: ${registers} registers, ${shared} bytes shared, ${spilt} bytes spilt`,
    }),
  );
  return archs.map(arch =>
    kernels.flatMap(kernel => (kernel.arch === arch ? [kernel.says] : [])).toSorted(),
  );
}

/** A few kernels in one file: to start nvcc takes longer than to compile one. */
function together(texts: readonly (readonly [name: string, text: string])[]): string {
  const needs = new Set<string>();
  const kernels = texts.map(([name, text]) => {
    const start = text.indexOf('extern "C"');
    text
      .slice(0, start)
      .trimEnd()
      .split(/\n(?=static|#ifndef EINC_EMULATOR)/)
      .forEach(need => needs.add(need));
    return `/* ${name} */\n${text.slice(start)}`;
  });
  return [...needs, '', ...kernels].join('\n');
}

const goldens = Object.entries(smallPrograms).map(([name, text]) => {
  return [name, cudaOf(parseProgram(text)).text] as const;
});

describe.skipIf(!hasNvcc)('nvcc', () => {
  test('takes all goldens, in which nothing is spilt', { timeout: 300_000 }, async () => {
    const text = together(goldens);
    const [a, b] = await Promise.all(
      ['sm_80', 'sm_90'].map(arch => resourcesOf(text, 'goldens', arch)),
    );
    const table = [['sm_80', a ?? []] as const, ['sm_90', b ?? []] as const]
      .map(([arch, kernels]) => `${arch}\n${kernels.map(line => `  ${line}\n`).join('')}`)
      .join('');
    expect(table).not.toMatch(/[1-9]\d* bytes spilt/);
    await expect(table).toMatchFileSnapshot('../../golden/cuda/resources.txt');
  });

  /** Copies are in the memory of the launch. Two blocks of 128 threads on a processor, or one of 256, have these registers. */
  const squares = [
    { dtype: 'bf16', size: 1024, sharedBytes: 59392, most: 128 },
    { dtype: 'bf16', size: 4096, sharedBytes: 81408, most: 255 },
    { dtype: 'f16', size: 4096, sharedBytes: 81408, most: 255 },
  ];
  test('leaves room for the blocks that a product counts on', { timeout: 300_000 }, async () => {
    const texts = squares.map(({ dtype, size, sharedBytes }) => {
      const name = `${dtype}_${size}`;
      const program = `${name}(): device x: ${dtype}[${size}, ${size}], w: ${dtype}[${size}, ${size}], y: f32[${size}, ${size}];
        zero_out y;
        for b < ${size} { for o < ${size} { for i < ${size} { y[b, o] += f32(x[b, i]) * f32(w[i, o]); } } }`;
      const { text, steps } = cudaOf(parseProgram(program));
      expect(steps).toMatchObject([{ kind: 'launch', sharedBytes }]);
      return [name, text] as const;
    });
    const found = ['sm_80', 'sm_90'].map(arch => resourcesOf(together(texts), 'squares', arch));
    for (const kernels of await Promise.all(found)) {
      expect(kernels.join('\n')).not.toMatch(/[1-9]\d* bytes spilt/);
      for (const { dtype, size, most } of squares) {
        const line = kernels.find(kernel => kernel.startsWith(`${dtype}_${size}_`)) ?? '';
        expect(Number(/(\d+) registers/.exec(line)?.[1])).toBeLessThanOrEqual(most);
      }
    }
  });

  /** Sums take 128 registers of a thread, or 64 or 32, and factors none. */
  const ofGroups = [
    { dtype: 'bf16', rows: 4096, columns: 4096, x: 'b, i', w: 'i, o', says: 'n256k16_bf16<0, 1>' },
    { dtype: 'f16', rows: 4096, columns: 4096, x: 'i, b', w: 'o, i', says: 'n256k16_f16<1, 0>' },
    { dtype: 'bf16', rows: 4040, columns: 4008, x: 'b, i', w: 'i, o', says: 'n256k16_bf16<0, 1>' },
    { dtype: 'bf16', rows: 4040, columns: 4008, x: 'i, b', w: 'o, i', says: 'n256k16_bf16<1, 0>' },
    { dtype: 'bf16', rows: 2048, columns: 2048, x: 'b, i', w: 'o, i', says: 'n128k16_bf16<0, 0>' },
    { dtype: 'f16', rows: 2000, columns: 2008, x: 'i, b', w: 'i, o', says: 'n128k16_f16<1, 1>' },
  ];
  test(
    'keeps groups of warps at work, and their sums in registers',
    { timeout: 300_000 },
    async () => {
      const products = ofGroups.flatMap(one => [
        { ...one, target: hopper, copies: 'einc_copy_async_16(' },
        { ...one, target: hopperWithTma, copies: 'einc_copy_box_2(' },
      ]);
      const texts = products.map(({ dtype, rows, columns, x, w, says, target, copies }, i) => {
        const extents: Readonly<Record<string, number>> = { b: rows, o: columns, i: 1024 };
        const dims = (index: string): string => index.replaceAll(/\w/g, l => String(extents[l]));
        const program = `group_${i}(): device x: ${dtype}[${dims(x)}], w: ${dtype}[${dims(w)}], y: bf16[${rows}, ${columns}];
        local s: f32[${rows}, ${columns}];
        zero_out s;
        for b < ${rows} { for o < ${columns} { for i < 1024 { s[b, o] += f32(x[${x}]) * f32(w[${w}]); } } }
        for b < ${rows} { for o < ${columns} { y[b, o] := bf16(s[b, o]); } }`;
        const { text } = cudaOf(parseProgram(program), target);
        expect(text).toContain(says);
        expect(text).toContain(copies);
        return [`group_${i}`, text] as const;
      });
      const golden = groupPrograms.map(([name, text, target]) => {
        return [name, cudaOf(parseProgram(text), target).text] as const;
      });
      const kernels = await resourcesOf(together([...golden, ...texts]), 'groups', 'sm_90a');
      expect(kernels).toHaveLength(golden.length + texts.length);
      expect(kernels.join('\n')).not.toMatch(/[1-9]\d* bytes spilt/);
    },
  );

  const attentions: readonly (readonly AttentionShape[])[] = [
    [
      { heads: 4, rows: 4096, columns: 4096, width: 64 },
      { heads: 16, rows: 1500, columns: 1500, width: 128, isCausal: true },
      { heads: 64, rows: 1000, columns: 777, width: 20 },
    ],
    [{ heads: 8, rows: 4096, columns: 4096, width: 64, dtype: 'bf16' }],
    [{ heads: 16, rows: 2048, columns: 2048, width: 128, dtype: 'f16' }],
  ];
  test.each(attentions)(
    'spills nothing of gradients of attention',
    { timeout: 300_000 },
    async (...shapes) => {
      const texts = shapes.map((shape, i) => {
        const program = parseProgram(attentionText({ ...shape, hasGradients: true }));
        const name = `attention${i}`;
        return [name, cudaOf({ ...program, name }).text] as const;
      });
      const text = together(texts);
      for (const kernels of await resourcesOn(['sm_80', 'sm_90'], text, 'attention')) {
        expect(kernels).toHaveLength(7 * shapes.length);
        expect(kernels.join('\n')).not.toMatch(/[1-9]\d* bytes spilt/);
        const shared = kernels.map(line => Number(/(\d+) bytes shared/.exec(line)?.[1]));
        expect(Math.max(...shared)).toBeLessThanOrEqual(48 * 1024);
      }
    },
  );

  const examples = ['moons', 'moons-parallel', 'moons-mpi', 'micrograd', 'puzzles'];
  test('takes all examples', { timeout: 300_000 }, async () => {
    const kernels = (await Promise.all(examples.map(kernelsOf))).flat();
    for (const resources of await resourcesOn(['sm_80', 'sm_90'], together(kernels), 'examples')) {
      expect(resources.length).toBeGreaterThanOrEqual(kernels.length);
      expect(resources.join('\n')).not.toMatch(/[1-9]\d* bytes spilt/);
    }
  });
});

/** Named after their example too: two may have one of the same name. */
async function kernelsOf(name: string): Promise<readonly (readonly [string, string])[]> {
  const path = resolve(`examples/${name}.ts`);
  const dumped = await einc(['dump', path, '--backend', 'cuda', '--out', name]);
  expect(dumped).toMatchObject({ code: 0, stderr: '' });
  const sources = files(name).filter(file => file.endsWith('.cu'));
  expect(sources.length).toBeGreaterThan(0);
  const own = name.replaceAll('-', '_');
  return sources.map(file => {
    const text = read(`${name}/${file}`);
    return [file, text.replaceAll(/(__global__ .*?)(\w+\($)/gm, `$1${own}_$2`)] as const;
  });
}
