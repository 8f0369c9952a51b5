/**
 * Emits kernels that share a launch (horizontal fusion): each gets some of the blocks. Kernels that differ only in their arrays and in
 * their number of iterations, such as the updates of a model's parameters, are one function, and a block looks up its arrays.
 *
 *     static __device__ __forceinline__ void step_w(
 *         const int block,
 *         const int turns,
 *         float *__restrict__ w,
 *         const float *__restrict__ w_grad) {
 *       const int o = block * 256 + threadIdx.x;
 *       if (o >= turns) return;
 *       w[o] -= 0.1f * w_grad[o];
 *     }
 *     extern "C" __global__ void __launch_bounds__(256) step_together(
 *         float *__restrict__ w, …, const float *__restrict__ v_grad) {
 *       const int block = blockIdx.x;
 *       int first, turns;
 *       float *own_w;
 *       const float *own_w_grad;
 *       if (block < 16) {
 *         first = 0; turns = 4096; own_w = w; own_w_grad = w_grad;
 *       } else {
 *         first = 16; turns = 512; own_w = v; own_w_grad = v_grad;
 *       }
 *       step_w(block - first, turns, own_w, own_w_grad);
 *     }
 */
import { type For, loopVar, Writer } from '../../compiler/index.ts';
import {
  blocksOf,
  chainAt,
  geometryOf,
  membersOf,
  turnsOfChain,
} from '../../compiler/loop/kernel.ts';
import { functionHead } from '../clike/arguments.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { emitBlock } from './block.ts';
import { MapNames } from './bulk-copies.ts';
import type { Parameter } from './kernel-arguments.ts';
import { alignedArrays, emitTurn, type KernelText, nameFor } from './kernel.ts';
import { emitCall, endOf, inHalves, nameOf, type Part, type Share, withNames } from './shares.ts';
import { withTurn } from './turn.ts';

/** `of`: the parameters of a kernel. */
export function emitTogether(
  launch: For,
  of: (kernel: For) => readonly Parameter[],
  exprs: ExprEmitter,
): KernelText {
  const { threads } = geometryOf(launch);
  const { identifiers, dialect } = exprs;
  const parts = partsOf(launch, threads, of, exprs);
  const name = identifiers.fresh(`${identifiers.part}_together`);
  const w = new Writer();
  for (const { text } of parts) w.line(text.trimEnd());
  const parameters = of(launch);
  const prefix = `${dialect.functionPrefix} __launch_bounds__(${threads})`;
  functionHead(
    w,
    prefix,
    name,
    parameters.map(({ text }) => text),
  );
  w.indented(() => {
    for (const { index } of parameters) {
      if (index) w.line(`const int ${index.name} = ${index.given};`);
    }
    identifiers.within(loopVar('block'), block => {
      w.line(`const int ${block} = blockIdx.x;`);
      const end = ({ shares }: Part): number => Math.max(...shares.map(endOf));
      inHalves(parts, end, block, w, part => emitCall(part, block, w, exprs));
    });
  }).line('}');
  return { name, text: w.toString() };
}

/** In the order of their first kernels. */
function partsOf(
  launch: For,
  threads: number,
  of: (kernel: For) => readonly Parameter[],
  exprs: ExprEmitter,
): readonly Part[] {
  const parts = new Map<string, Part>();
  for (const member of membersOf(launch)) {
    const blocks = blocksOf(member, threads);
    if (blocks === 0) continue;
    const { name, text, parameters } = emitPart(member, of(member), threads, exprs);
    const key = exprs.identifiers.anonymous(text);
    const isGrid = member.mode === 'grid';
    const part = parts.get(key) ?? { name, text, isGrid, parameters, shares: [] };
    const share = { first: 0, blocks, turns: turnsOfChain(chainAt(member)), parameters };
    parts.set(key, { ...part, shares: [...part.shares, share] });
  }
  let first = 0;
  const placed = (share: Share): Share => {
    const own = { ...share, first };
    first += share.blocks;
    return own;
  };
  return [...parts.values()].map(part => ({ ...part, shares: part.shares.map(placed) }));
}

function emitPart(
  kernel: For,
  of: readonly Parameter[],
  threads: number,
  exprs: ExprEmitter,
): KernelText & Pick<Part, 'parameters'> {
  const { identifiers } = exprs;
  const name = identifiers.fresh(nameFor(kernel, exprs));
  const isGrid = kernel.mode === 'grid';
  const w = new Writer();
  let parameters: readonly Parameter[] = [];
  withNames(['block', 'turns'], identifiers, ([block = '', turns = '']) => {
    const body = new Writer();
    if (isGrid) emitTurn(kernel, { block, threads, turns }, body, exprs);
    else
      withTurn(chainAt(kernel), block, body, exprs, () =>
        emitBlock(kernel, { threads, maps: new MapNames() }, body, exprs),
      );
    parameters = inOrderOfUse(of, body.toString());
    const aligned = alignedArrays(kernel, parameters);
    // If inlined into its caller, compilers would lose the alignment of arrays that are selected there.
    const inline = isGrid && aligned.length > 0 ? '__noinline__' : '__forceinline__';
    functionHead(w, `static __device__ ${inline} void`, name, [
      `const int ${block}`,
      ...(isGrid ? [`const int ${turns}`] : []),
      ...parameters.map(({ text, index }) => (index ? `const int ${index.name}` : text)),
    ]);
    w.indented(() => {
      for (const line of aligned) w.line(line);
      for (const line of body.toString().trimEnd().split('\n')) w.line(line);
    }).line('}');
  });
  return { name, text: w.toString(), parameters };
}

/** Kernels that do the same to other arrays take them in the same order, whatever their names. */
function inOrderOfUse(parameters: readonly Parameter[], text: string): readonly Parameter[] {
  const words: readonly string[] = text.match(/\w+/g) ?? [];
  return parameters.toSorted((a, b) => words.indexOf(nameOf(a)) - words.indexOf(nameOf(b)));
}
