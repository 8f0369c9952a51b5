/**
 * Products on tensor cores: by warps, by warpgroups, and by these with copies by hardware. Factors are eighths, whose sums are exact
 * in any order, so a GPU has the bits of the interpreter.
 */
import { expect, test } from 'vitest';
import { openBackend } from '../../backends/index.ts';
import {
  parseProgram,
  passesFor,
  type Target,
  withBulkCopies,
  withGroups,
} from '../../compiler/index.ts';
import { runPipeline } from '../../compiler/passes/pipeline.ts';
import { compileAll } from '../support/run-compiled.ts';
import { difference, outputsOf } from '../support/run-program.ts';
import { tilesFor } from '../support/small-gpu.ts';
import { type Compiling, compilingForGpu } from '../support/tested-backends.ts';
import { textOf } from './cuda-emulator/group-programs.ts';

const texts = [
  textOf({ size: [130, 72, 192], says: [] }),
  textOf({ dtype: 'f16', size: [66, 104, 320], x: 'i, b', w: 'o, i', says: [] }),
];
const warps = tilesFor(1);
const groups = withGroups(warps);
const targets = { warps, warpgroups: groups, 'warpgroups and TMA': withBulkCopies(groups) };

/** On a GPU, what it has: warpgroups are there from an H100 on. */
async function targetsOn(backend: Compiling): Promise<readonly (readonly [string, Target])[]> {
  const all = Object.entries(targets);
  if (backend !== 'cuda') return all;
  using opened = await openBackend('cuda');
  return opened.target.gpu?.groups ? all : all.slice(0, 1);
}

const cases = await Promise.all(
  compilingForGpu.map(async backend => {
    const all = (await targetsOn(backend)).flatMap(([name, target]) =>
      texts.map(text => {
        const before = parseProgram(text);
        return {
          name: `${backend}: ${name}`,
          before,
          program: runPipeline(passesFor(target), before),
        };
      }),
    );
    const runs = await compileAll(
      all.map(({ program }) => program),
      undefined,
      backend,
    );
    return all.map((one, i) => ({ ...one, run: runs[i] }));
  }),
);

test.each(cases.flat())('$name', ({ before, run }) => {
  if (!run) return; // without a C++ compiler
  expect(difference(outputsOf(before, 1), run(1))).toBeUndefined();
});
