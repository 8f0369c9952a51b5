/**
 * A program for one of several devices that each have a part of an axis: arrays along it are shares, loops along it are
 * shorter, and if such a loop sums, the partial sums of all devices must be added up.
 *
 *   before   h[o] =:+ w1[o, i] * x[i]      o: 8      along o
 *            y[k] =:+ w2[k, o] * h[o]      o: 8
 *   after    h[o] =:+ w1[o, i] * x[i]      o: 4
 *            y[k] =:+ w2[k, o] * h[o]      o: 4
 *            the sum of y over devices
 *
 * Partial sums are added up before anything else uses them; several sums into one array are added up as one. A sum onto
 * existing values, `y =+ …`, goes through an array of its own (`partial-sum.ts`).
 */
import { loopsIn, type LoopVar } from '../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { unreachable, type UserError } from '../support/errors.ts';
import { noOrigins } from '../support/source.ts';
import { type DividedAxes, dividedLoop, undivided } from './divided-axes.ts';
import { type Access, type Assign, type Code, type Repeat, sequence } from './ir.ts';
import { type Projections, subscriptOf } from './projections.ts';
import { partialSum } from './partial-sum.ts';
import { accessesOf, mapNodes, mapScalar, readsOf, visitAssigns } from './traverse.ts';

type SettledCode = Code<TensorNode, Projections>;
type SettledAssign = Assign<TensorNode, Projections>;

export type DividedStep =
  | { readonly kind: 'run'; readonly body: SettledCode }
  /** Each cell becomes the sum of its values on all devices. */
  | { readonly kind: 'sum'; readonly node: TensorNode };

export interface Divided {
  readonly steps: readonly DividedStep[];
  /** The array of a device: a share of the whole, or the array itself. */
  readonly shareOf: (node: TensorNode) => TensorNode;
}

export interface Division {
  /** The divided axes of all arrays: see `dividedAxes`. Their sizes are multiples of `parts`. */
  readonly axes: DividedAxes;
  readonly parts: number;
  /** The name of the axis, for messages. */
  readonly name: string;
}

/** Throws a `UserError` for what devices cannot compute from their parts. */
export function divide(body: SettledCode, division: Division): Divided {
  const shares = new Map<TensorNode, TensorNode>();
  for (const [node, axis] of division.axes) {
    const dims = node.dims.with(axis, (node.dims[axis] ?? 0) / division.parts);
    shares.set(node, tensorNode(node.name, node.dtype, dims));
  }
  const shareOf = (node: TensorNode): TensorNode => shares.get(node) ?? node;
  return { steps: new Cutter(division, shareOf, namesIn(body)).steps(body), shareOf };
}

class Cutter {
  readonly #division: Division;
  readonly #shareOf: (node: TensorNode) => TensorNode;
  readonly #names: Set<string>;
  /** Arrays of which each device has a part of the sum, and whose total has not been needed yet. */
  readonly #due = new Set<TensorNode>();

  constructor(
    division: Division,
    shareOf: (node: TensorNode) => TensorNode,
    names: ReadonlySet<string>,
  ) {
    this.#division = division;
    this.#shareOf = shareOf;
    this.#names = new Set(names);
  }

  steps(code: SettledCode): readonly DividedStep[] {
    return joined([...this.#steps(code), ...this.#sums()]);
  }

  #steps(code: SettledCode): readonly DividedStep[] {
    switch (code.kind) {
      case 'sequence':
        return joined(code.body.flatMap(child => this.#steps(child)));
      case 'section':
        return this.#steps(code.body).map(step =>
          step.kind === 'run' ? { ...step, body: { ...code, body: step.body } } : step,
        );
      case 'repeat': {
        const due = this.#sums();
        const [only, ...more] = this.steps(code.body);
        if (only?.kind !== 'run' || more.length > 0) throw this.#sumInLoop(code);
        return [...due, { kind: 'run', body: { ...code, body: only.body } }];
      }
      case 'assign':
        return this.#stepsOf(code);
      default:
        return unreachable(code);
    }
  }

  #stepsOf(a: SettledAssign): readonly DividedStep[] {
    const { axes, name } = this.#division;
    const loop = dividedLoop(a, axes, name);
    const part = this.#part(a, loop);
    const [direct, placed] = loopsOfTarget(a);
    const isPartial = loop !== undefined && !direct.includes(loop);
    if (isPartial) checkSum(a, placed.includes(loop), name);
    const target = part.target.node;
    const addsMore = isPartial && !a.reset && this.#due.has(target);
    const reads = readsOf(part).map(({ node }) => node);
    const due = this.#sums(node => reads.includes(node) || (node === target && !addsMore));
    const run = { kind: 'run', body: part } as const;
    if (!isPartial || addsMore) return [...due, run];
    if (a.op === 'add' && a.reset && !a.keeps && a.target.at.length === 0) {
      this.#due.add(target);
      return [...due, run];
    }
    const hint = this.#fresh(`${target.name}.partial`);
    const { partial, sum, rest } = partialSum(part, [...direct, ...placed], hint);
    return [
      ...due,
      { kind: 'run', body: sum },
      { kind: 'sum', node: partial },
      { kind: 'run', body: rest },
    ];
  }

  /** Adds up the pending sums that are needed now. */
  #sums(isNow: (node: TensorNode) => boolean = () => true): readonly DividedStep[] {
    const now = [...this.#due].filter(isNow);
    for (const node of now) this.#due.delete(node);
    return now.map(node => ({ kind: 'sum', node }));
  }

  /** The same assignment over shares. */
  #part(a: SettledAssign, loop: LoopVar | undefined): SettledAssign {
    const { parts } = this.#division;
    const axes = a.projections.axes.map(axis =>
      axis.loop === loop ? { ...axis, extent: axis.extent / parts } : axis,
    );
    return {
      ...a,
      target: mapNodes(a.target, this.#shareOf),
      value: mapScalar(a.value, this.#shareOf),
      projections: { ...a.projections, axes },
    };
  }

  #sumInLoop({ body, symbol }: Repeat<TensorNode, Projections>): UserError {
    const { axes, name } = this.#division;
    const sums: SettledAssign[] = [];
    visitAssigns(body, a => {
      const loop = dividedLoop(a, axes, name);
      if (loop !== undefined && !loopsOfTarget(a)[0].includes(loop)) sums.push(a);
    });
    return undivided(
      sums[0] ?? { origins: noOrigins },
      `a sum over \`${name}\` is in the loop over \`${symbol.name}\`, where devices cannot meet`,
      ['run the turns of the loop one by one'],
    );
  }

  #fresh(hint: string): string {
    let name = hint;
    for (let n = 2; this.#names.has(name); n++) name = `${hint}${n}`;
    this.#names.add(name);
    return name;
  }
}

function checkSum(a: SettledAssign, isPlaced: boolean, name: string): void {
  if (isPlaced) {
    throw undivided(
      a,
      `cells along \`${name}\` are put where numbers say, and each device has a part of them`,
    );
  }
  if (a.op === 'add' || a.op === 'sub') return;
  throw undivided(a, `\`${a.op}\` over \`${name}\` is not a sum, and each device has a part of it`);
}

/** Loops that its subscript says, and those of the positions in it. */
function loopsOfTarget(a: SettledAssign): readonly [readonly LoopVar[], readonly LoopVar[]] {
  const loopsOf = ({ slot }: Access<TensorNode>): readonly LoopVar[] =>
    subscriptOf(a, slot).flatMap(loopsIn);
  return [loopsOf(a.target), a.target.at.flatMap(accessesOf).flatMap(loopsOf)];
}

/** Runs that follow each other are one. */
function joined(steps: readonly DividedStep[]): readonly DividedStep[] {
  const all: DividedStep[] = [];
  for (const step of steps) {
    const last = all.at(-1);
    if (step.kind === 'run' && last?.kind === 'run') {
      all[all.length - 1] = { kind: 'run', body: sequence([last.body, step.body]) };
    } else all.push(step);
  }
  return all;
}

function namesIn(body: SettledCode): ReadonlySet<string> {
  const names = new Set<string>();
  visitAssigns(body, a => {
    for (const { node } of [a.target, ...readsOf(a)]) names.add(node.name);
  });
  return names;
}
