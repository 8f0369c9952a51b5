/** Runs a program by its meaning, but with its scratch arrays where the plan says: in one memory. */
import { cellArrays, type AnyCells } from '../../compiler/core/cells.ts';
import { cellsOf, sizeOf, type TensorNode } from '../../compiler/core/tensor-node.ts';
import { arenaBytes } from '../../compiler/loop/arena.ts';
import { type Cells, interpret } from '../../compiler/loop/interpret.ts';
import {
  block,
  forLoop,
  type Program,
  type Scratch,
  statementsOf,
} from '../../compiler/loop/ir.ts';
import { loopVar } from '../../compiler/core/index-expr.ts';
import type { Pass } from '../../compiler/passes/pipeline.ts';
import { placeLocalsAbove } from '../../compiler/passes/place-locals.ts';
import { recomputeAbove } from '../../compiler/passes/recompute.ts';
import { inputFor, symbolsFor } from './run-program.ts';

/** In every byte of an arena before a run, as if another had left it: NaN in floats, never zero. */
export const leftOver = 0xff;

/** What is in each parameter after a run. Arrays whose cells do not fill their place are refused. */
export function outputsInArena(program: Program, salt = 0): ReadonlyMap<string, Cells> {
  const arena = new Uint8Array(arenaBytes(program.scratch)).fill(leftOver).buffer;
  const inside = program.scratch.map(place => [place.node, cellsIn(arena, place)] as const);
  const outside = program.params.map(node => [node, inputFor(node, salt)] as const);
  const nodes = program.scratch.map(({ node }) => node);
  const given = { ...program, params: [...program.params, ...nodes], scratch: [] };
  interpret(given, new Map<TensorNode, AnyCells>([...outside, ...inside]), symbolsFor(program));
  return new Map(outside.map(([node, cells]) => [node.name, cells]));
}

function cellsIn(arena: ArrayBuffer, { node, offset }: Scratch): AnyCells {
  const type = cellArrays[node.dtype];
  if (type.BYTES_PER_ELEMENT * cellsOf(node) !== sizeOf(node)) {
    throw new Error(`cells of ${node.dtype} are of another size here`);
  }
  return new type(arena, offset, cellsOf(node));
}

const large = new Map([placeLocalsAbove(0), recomputeAbove(0, 0)].map(pass => [pass.name, pass]));

/** The passes do with memory what they do for large arrays: none is on the stack. */
export function asIfLarge(passes: readonly Pass[]): readonly Pass[] {
  return passes.map(pass => large.get(pass.name) ?? pass);
}

/** All that a program does, twice: what it needs for itself is then needed inside a loop. */
export function twice(program: Program): Program {
  const declares = statementsOf(program.body).filter(s => s.kind === 'declare');
  const others = statementsOf(program.body).filter(s => s.kind !== 'declare');
  return {
    ...program,
    body: block([...declares, forLoop(loopVar('again'), 2, block(others))]),
  };
}
