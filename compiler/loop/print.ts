/**
 * Loop IR as text, and its syntax: `parse.ts` reads back what this writes.
 *
 *   scalar_loss(batch : [0..79], step):
 *     device moons_flat: f32[80, 10, 2], w1: f32[16, 2];
 *     scratch 1 MiB, 1.5 MiB without sharing: h: f32[256, 512] in 0..524287, …;
 *     local relu: f32[10, 16];
 *     zero_out relu;
 *     local scale: f32 := 0.5;
 *     for b < 10 {
 *       relu[b, 0] += w1[0, 1] * moons_flat[batch, b, 0];
 *     }
 *     for t < 5 { table.grad[at(ids[t])] += y.grad[t]; }
 *     for o < 8 vector { y[o] := 2 * x[o]; }
 *
 * A constant carries its dtype only where its neighbours do not say it.
 */
import { printIndex } from '../core/index-expr.ts';
import { unreachable } from '../support/errors.ts';
import { Writer } from '../support/writer.ts';
import type { AccumulateOp } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { sizeOf } from '../core/tensor-node.ts';
import { arenaBytes, bytesUnshared } from './arena.ts';
import type { Declare, Leaf, Program, Scratch, Stmt, SymbolParam, Write } from './ir.ts';
import { LoopNames } from './loop-names.ts';
import { printCell, printExpr, printNumber } from './print-expr.ts';

/** How an accumulation is written. */
export const accumulateSigns: Readonly<Record<AccumulateOp, string>> = {
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  pow: '**=',
  max: 'max=',
  min: 'min=',
  and: '&&=',
  or: '||=',
  relu_gate: 'relu_gate=',
  sat01_gate: 'sat01_gate=',
};

export function printProgram(program: Program): string {
  const w = new Writer();
  w.line(`${program.name}(${program.symbols.map(printSymbol).join(', ')}):`);
  w.indented(() => {
    printList('device', program.params.map(printNode), w);
    printList(printArena(program.scratch), program.scratch.map(printScratch), w);
    printStmt(program.body, w, LoopNames.of(program));
  });
  return w.toString();
}

function printStmt(s: Stmt, w: Writer, names: LoopNames): void {
  switch (s.kind) {
    case 'block':
      printBlock(s.body, w, names);
      return;
    case 'comment':
      w.line(`/* ${s.text.replaceAll('*/', '* /')} */`);
      return;
    case 'for':
      names.within(s.loop, name => {
        const mode = s.mode === 'serial' ? '' : ` ${s.mode}`;
        const stages = s.stages === undefined ? '' : ` ${s.stages}`;
        w.block(`for ${name} < ${s.extent}${mode}${stages}`, () => printStmt(s.body, w, names));
      });
      return;
    case 'when': {
      const index = printIndex(s.index, loop => names.nameOf(loop));
      w.block(`when ${index} < ${s.below}`, () => printStmt(s.body, w, names));
      return;
    }
    case 'prefetch': {
      const cell = printCell(s.node, s.index, loop => names.nameOf(loop));
      w.statement(`prefetch ${cell}${s.purpose === 'store' ? ' to store' : ''};`);
      return;
    }
    case 'declare':
      w.line(`local ${printNode(s.node)};`);
      return;
    case 'fill': {
      const { node, value } = s;
      w.line(
        Object.is(value, 0)
          ? `zero_out ${node.name};`
          : `fill ${node.name}, ${printNumber(node.dtype, value)};`,
      );
      return;
    }
    case 'write':
    case 'accumulate':
    case 'scatter': {
      const sign = s.kind === 'write' ? ':=' : accumulateSigns[s.op];
      const cell = printCell(s.node, s.index, loop => names.nameOf(loop));
      w.statement(`${cell} ${sign} ${printValue(s, names)};`);
      return;
    }
    default:
      unreachable(s);
  }
}

/** A scalar is declared on one line with its first value. */
function printBlock(body: readonly Stmt[], w: Writer, names: LoopNames): void {
  body.forEach((s, i) => {
    const before = body[i - 1];
    if (s.kind === 'declare' && firstValueOf(s, body[i + 1])) return;
    const first = before?.kind === 'declare' ? firstValueOf(before, s) : undefined;
    if (!first) return printStmt(s, w, names);
    w.statement(`local ${printNode(first.node)} := ${printValue(first, names)};`);
  });
}

function firstValueOf({ node }: Declare, next: Stmt | undefined): Write | undefined {
  const isFirst = next?.kind === 'write' && next.node === node && node.dims.length === 0;
  return isFirst ? next : undefined;
}

function printValue({ node, value }: Exclude<Leaf, { kind: 'fill' }>, names: LoopNames): string {
  return printExpr(value, node.dtype, loop => names.nameOf(loop));
}

function printNode(node: TensorNode): string {
  const dims = node.dims.length === 0 ? '' : `[${node.dims.join(', ')}]`;
  return `${node.name}: ${node.dtype}${dims}`;
}

function printSymbol({ loop, range }: SymbolParam): string {
  return range === undefined ? loop : `${loop} : [0..${range - 1}]`;
}

function printList(word: string, items: readonly string[], w: Writer): void {
  if (items.length > 0) w.statement(`${word} ${items.join(', ')};`);
}

/** The first and the last byte, as static indices have their first and last value. */
function printScratch({ node, offset }: Scratch): string {
  return `${printNode(node)} in ${offset}..${offset + sizeOf(node) - 1}`;
}

function printArena(scratch: readonly Scratch[]): string {
  const [shared, unshared] = [arenaBytes(scratch), bytesUnshared(scratch)];
  const saved = shared < unshared ? `, ${inUnits(unshared)} without sharing` : '';
  return `scratch ${inUnits(shared)}${saved}:`;
}

/** Bytes in the largest suitable unit, to a tenth. */
function inUnits(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** step).toFixed(1))} ${units[step]}`;
}
