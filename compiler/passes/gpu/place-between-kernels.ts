/**
 * Makes arrays that are declared outside kernels scratch, as no stack outlives a kernel. They do not share memory until
 * `plan-memory`.
 *
 *   before   local h: f32[16];                 after   scratch h: f32[16];
 *            for o < 16 grid { h[o] := … }             for o < 16 grid { h[o] := … }
 *            for b < 16 grid { … h[…] … }              for b < 16 grid { … h[…] … }
 *
 * An array that only one block uses is declared in the block instead, where it becomes shared memory, if there is room.
 */
import { sizeOf, type TensorNode } from '../../core/tensor-node.ts';
import { append } from '../../loop/arena.ts';
import { declaredIn, usedIn } from '../../loop/facts.ts';
import { block, type Block, declare, type For, type Stmt, statementsOf } from '../../loop/ir.ts';
import { chainAt, isKernel, turnsOfChain } from '../../loop/kernel.ts';
import { mapParts, rewriteStmts } from '../../loop/traverse.ts';
import type { Gpu } from '../../schedule/target.ts';
import type { Note } from '../decision.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function placeBetweenKernels({ sharedBytes }: Gpu): Pass {
  return {
    name: 'place-between-kernels',
    run: (program, note) => {
      const scratch: TensorNode[] = [];
      const place = (s: Stmt): Stmt => {
        if (isKernel(s)) return s;
        if (s.kind === 'declare') {
          scratch.push(s.node);
          note?.({
            about: 'array',
            node: s.node,
            fate: 'scratch',
            because: 'several kernels use it',
          });
          return block([]);
        }
        const inner = s.kind === 'block' ? sharedInBlocks(s, sharedBytes, note) : s;
        return isKernel(inner) ? inner : mapParts(inner, { expr: e => e, stmt: place });
      };
      const body = place(program.body);
      const placed = withBody(program, body);
      return scratch.length === 0
        ? placed
        : { ...placed, scratch: append(program.scratch, scratch) };
    },
  };
}

/** Moves the declarations of arrays that only one block uses into that block. */
function sharedInBlocks(s: Block, room: number, note: Note | undefined): Stmt {
  const statements = s.body;
  const users = new Map<TensorNode, Stmt[]>();
  for (const user of statements) {
    for (const node of usedIn(user)) users.set(node, [...(users.get(node) ?? []), user]);
  }
  const moved = new Map<Stmt, TensorNode[]>();
  for (const part of statements) {
    if (part.kind !== 'declare') continue;
    const { node } = part;
    const [user, ...others] = users.get(node) ?? [];
    if (!user || others.length > 0 || !isKernel(user) || !isOneBlock(user)) continue;
    const before = moved.get(user) ?? [];
    const taken = [...declaredIn(user), ...before, node].map(sizeOf).reduce((a, b) => a + b, 0);
    if (taken > room) continue;
    moved.set(user, [...before, node]);
    note?.({ about: 'array', node, fate: 'shared', because: 'one block alone uses it' });
  }
  if (moved.size === 0) return s;
  const gone = new Set([...moved.values()].flat());
  return block(
    statements.flatMap(part => {
      if (part.kind === 'declare' && gone.has(part.node)) return [];
      const nodes = moved.get(part);
      return nodes && part.kind === 'for' ? [declaring(part, nodes)] : [part];
    }),
  );
}

function isOneBlock(kernel: For): boolean {
  return kernel.mode === 'block' && turnsOfChain(chainAt(kernel)) === 1;
}

function declaring(kernel: For, nodes: readonly TensorNode[]): Stmt {
  const { loops, body } = chainAt(kernel);
  const innermost = loops.at(-1);
  const withNodes = block([...nodes.map(declare), ...statementsOf(body)]);
  return rewriteStmts(kernel, s =>
    s.kind === 'for' && s.loop === innermost?.loop ? { ...s, body: withNodes } : undefined,
  );
}
