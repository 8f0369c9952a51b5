/** Where in the program the statements of the half-moons step come from. */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { sitesIn } from '../../compiler/loop/facts.ts';
import type { Leaf, Program } from '../../compiler/loop/ir.ts';
import { type CompiledRoutine, configure } from '../../runtime/index.ts';

/** The routines of the example, which runs in this process, but only to be compiled. */
async function routinesOfMoons(): Promise<readonly CompiledRoutine[]> {
  const routines: CompiledRoutine[] = [];
  configure({ executes: false, backend: 'cc', onRoutine: routine => routines.push(routine) });
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  process.argv = ['node', 'moons.ts', '--epochs', '1'];
  await import('../../examples/moons.ts');
  vi.restoreAllMocks();
  return routines;
}

const routines = await routinesOfMoons();
const leavesOf = (program: Program): readonly Leaf[] => [
  ...new Set(sitesIn(program).map(site => site.leaf)),
];

test('the example compiles three routines', () => {
  expect(routines.map(({ compiled }) => compiled.routine.name)).toEqual([
    'scalar_loss_gradient_then_gd_update',
    'mlp_points_forward',
    'mlp_plane_forward',
  ]);
});

test.each(['unoptimized', 'program'] as const)(
  'every store of the %s comes from a line of the program',
  stage => {
    for (const { compiled } of routines) {
      const leaves = leavesOf(compiled[stage]);
      expect(leaves.length).toBeGreaterThan(3);
      for (const leaf of leaves) {
        const label = `${compiled.routine.name}: a ${leaf.kind} of ${leaf.node.name}`;
        expect(leaf.origins.length, label).toBeGreaterThan(0);
        for (const { source, start } of leaf.origins) {
          const { file, line, column, text } = source.locate(start);
          expect(file, label).toBe('examples/moons.ts');
          expect(readFileSync(file, 'utf8').split('\n')[line - 1], label).toBe(text);
          expect(text.slice(column - 1).trim(), label).not.toBe('');
        }
      }
    }
  },
);

test('an update comes from the line that calls the optimiser', () => {
  const leaves = routines.flatMap(({ compiled }) => leavesOf(compiled.program));
  const linesOf = (node: string): string => {
    const spans = leaves.filter(leaf => leaf.node.name === node).flatMap(leaf => leaf.origins);
    return spans.map(({ source, start }) => source.locate(start).text).join('\n');
  };
  expect(linesOf('w1')).toContain('sgdUpdate(loss,');
  expect(linesOf('w1.grad')).toContain('mlp(x) =');
  expect(linesOf('relu')).not.toContain('sgdUpdate');
});
