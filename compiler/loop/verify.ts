import { greatestDivisor } from '../support/divisor.ts';
import { InternalError, unreachable } from '../support/errors.ts';
import {
  digitsIn,
  type Index,
  isLoop,
  loopsIn,
  type LoopVar,
  printIndex,
  type Range,
  rangeOf,
  sumOf,
} from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { arenaAlignment, overlapping } from './arena.ts';
import { brokenCooperation } from './cooperating.ts';
import { givenArrays, isLeaf } from './facts.ts';
import { InPlace } from './in-place.ts';
import { isIndependent } from './independent.ts';
import {
  type Expr,
  type For,
  isComputed,
  isForGpus,
  laneCounts,
  type Program,
  runsAtOnce,
  statementsOf,
  type Stmt,
  type Subscript,
  type When,
} from './ir.ts';
import { misplacedLoops } from './misplaced.ts';
import { areSound, isSound, sharedBy } from './sound.ts';
import { areLiveAtOnce, liveRanges } from './liveness.ts';
import { printProgram } from './print.ts';
import { expressionsOf, visitExpr } from './traverse.ts';

/**
 * Checks what constructors cannot see from one node: scoping, single binding, bounds of every
 * subscript, places of scratch arrays. Runs after every pass, and reports every violation at once.
 */
export function verify(program: Program): void {
  const complaints = new Verifier(program).complaints();
  if (complaints.length > 0) {
    throw new InternalError(
      `ill-formed loop IR\n- ${complaints.join('\n- ')}\n\n${printProgram(program)}`,
    );
  }
}

class Verifier {
  readonly #complaints: string[] = [];
  readonly #program: Program;
  readonly #everBound = new Set<LoopVar>();
  /** Undefined for a static index without a range. */
  readonly #extents = new Map<LoopVar, number | undefined>();
  readonly #nodes = new Set<TensorNode>();
  /** The declarations of the innermost scope. */
  #declared: TensorNode[] = [];
  readonly #names = new Set<string>();
  /** Whether nests may contain loops of GPUs; the body of a loop without iterations is not examined. */
  #hasLoopsOfGpus = false;
  /** The conditions that hold at the current statement. */
  readonly #conditions: When[] = [];

  constructor(program: Program) {
    this.#program = program;
  }

  complaints(): readonly string[] {
    for (const { loop, range } of this.#program.symbols) this.#bind(loop, range);
    for (const node of givenArrays(this.#program)) this.#declare(node);
    const all = statementsOf(this.#program.body);
    const open = all.filter(s => !isSound(s, this.#program));
    for (const s of all) {
      if (isSound(s, this.#program)) this.#shared(s);
      else this.#stmt(s);
    }
    if (this.#hasLoopsOfGpus) {
      this.#complaints.push(...open.flatMap(s => misplacedLoops(s)));
      this.#complaints.push(...open.flatMap(s => brokenCooperation(s)));
    }
    this.#places();
    if (this.#complaints.length === 0) areSound(open, this.#program);
    return this.#complaints;
  }

  /** Checks of a nest that has already been verified: only what it shares with the rest of the program. */
  #shared(nest: For): void {
    const { loops, declared, used } = sharedBy(nest);
    for (const loop of loops) this.#bindOnce(loop);
    for (const node of declared) this.#nameOnce(node);
    for (const node of used) this.#node(node);
  }

  #bind(loop: LoopVar, extent: number | undefined): void {
    this.#bindOnce(loop);
    this.#extents.set(loop, extent);
  }

  #bindOnce(loop: LoopVar): void {
    if (this.#everBound.has(loop)) this.#complaints.push(`loop ${loop} is bound twice`);
    this.#everBound.add(loop);
  }

  #declare(node: TensorNode): void {
    this.#nameOnce(node);
    if (this.#nodes.has(node)) return;
    this.#nodes.add(node);
    this.#declared.push(node);
  }

  #nameOnce({ name }: TensorNode): void {
    if (this.#names.has(name)) this.#complaints.push(`${name} is declared twice`);
    this.#names.add(name);
  }

  #stmt(s: Stmt): void {
    switch (s.kind) {
      case 'comment':
        return;
      case 'block':
        this.#scoped(() => s.body.forEach(child => this.#stmt(child)));
        return;
      case 'declare':
        this.#declare(s.node);
        return;
      case 'for':
        this.#bind(s.loop, s.extent);
        this.#mode(s);
        this.#hasLoopsOfGpus ||= isForGpus(s) || s.extent === 0;
        // A loop that never runs accesses nothing, so its body has no bounds to break.
        if (s.extent > 0) this.#scoped(() => this.#stmt(s.body));
        this.#extents.delete(s.loop);
        return;
      case 'when':
        if (!this.#loopsOf(s.index, 'a condition')) return;
        this.#conditions.push(s);
        this.#scoped(() => this.#stmt(s.body));
        this.#conditions.pop();
        return;
      case 'fill':
        this.#node(s.node);
        return;
      case 'prefetch':
        this.#node(s.node);
        s.index.forEach(ix => this.#loopsOf(ix, `prefetching ${s.node.name}`));
        return;
      case 'write':
      case 'accumulate':
      case 'scatter':
        this.#access(s.node, s.index);
        expressionsOf(s).forEach(value => visitExpr(value, e => this.#expr(e)));
        return;
      default:
        unreachable(s);
    }
  }

  #mode(s: For): void {
    const { loop, mode, extent } = s;
    if (!runsAtOnce(s)) return;
    if (extent > 1 && !isIndependent(s))
      this.#complaints.push(`the turns of ${mode} ${loop} need each other`);
    if (mode !== 'vector') return;
    if (!laneCounts.includes(extent)) this.#complaints.push(`vector ${loop} has ${extent} lanes`);
    if (statementsOf(s.body).some(part => !isLeaf(part) && part.kind !== 'declare')) {
      this.#complaints.push(`vector ${loop} holds more than stores`);
    }
  }

  /** Declarations inside `body` end with it. */
  #scoped(body: () => void): void {
    const outer = this.#declared;
    this.#declared = [];
    body();
    this.#declared.forEach(node => this.#nodes.delete(node));
    this.#declared = outer;
  }

  #expr(e: Expr): void {
    if (e.kind === 'read' || e.kind === 'gather') this.#access(e.node, e.index);
    if (e.kind === 'index' && this.#loopsOf(e.index, 'an index value')) this.#digits(e.index);
  }

  /** Checks that no scratch array is stored to while another one in the same place is live, unless in-place use is allowed. */
  #places(): void {
    const { scratch } = this.#program;
    for (const { node, offset } of scratch) {
      if (offset >= 0 && offset % arenaAlignment === 0) continue;
      this.#complaints.push(`${node.name} lies at ${offset}`);
    }
    const shared = overlapping(scratch);
    if (shared.length === 0) return;
    const ranges = liveRanges(this.#program);
    const inPlace = new InPlace(this.#program);
    for (const [{ node: a, offset: x }, { node: b, offset: y }] of shared) {
      const [one, other] = [ranges.get(a), ranges.get(b)];
      if (!one || !other || !areLiveAtOnce(one, other)) continue;
      if (x === y && (inPlace.mayFollow(a, b) || inPlace.mayFollow(b, a))) continue;
      this.#complaints.push(`${a.name} and ${b.name} share memory and are needed at once`);
    }
  }

  #node(node: TensorNode): void {
    if (!this.#nodes.has(node)) this.#complaints.push(`${node.name} is not declared here`);
  }

  /** A computed subscript may have any value. */
  #access(node: TensorNode, index: readonly Subscript[]): void {
    this.#node(node);
    index.forEach((ix, axis) => {
      if (!isComputed(ix)) this.#subscript(node, ix, axis);
    });
  }

  #subscript(node: TensorNode, ix: Index, axis: number): void {
    if (this.#isWithin(ix, node.dims[axis] ?? 0)) return;
    if (!this.#loopsOf(ix, `${node.name} axis ${axis}`)) return;
    const unranged = loopsIn(ix).filter(loop => this.#extents.get(loop) === undefined);
    if (unranged.length > 0) {
      const names = unranged.join(', ');
      this.#complaints.push(`${node.name} axis ${axis} uses ${names}, which has no range`);
      return;
    }
    this.#digits(ix);
    const { min, max } = this.#rangeUnderConditions(ix);
    const dim = node.dims[axis] ?? 0;
    if (min >= 0 && max < dim) return;
    this.#complaints.push(
      `${node.name}[${printIndex(ix)}] spans ${min}..${max} of axis ${axis}: ${dim}`,
    );
  }

  /** Whether a plain sum of loops stays in an axis without any condition, as most subscripts do. */
  #isWithin({ terms, offset }: Index, dim: number): boolean {
    let [min, max] = [offset, offset];
    for (const term of terms) {
      const extent = isLoop(term) ? this.#extents.get(term.loop) : undefined;
      if (extent === undefined) return false;
      const last = term.coeff * (extent - 1);
      if (last < 0) min += last;
      else max += last;
    }
    return min >= 0 && max < dim;
  }

  /** Division rounds down here and towards zero in C, which is the same where nothing is negative. */
  #digits(ix: Index): void {
    const negative = digitsIn(ix).filter(digit => this.#rangeOf(digit.of).min < 0);
    for (const { of } of negative) {
      this.#complaints.push(`${printIndex(ix)} divides ${printIndex(of)}, which may be negative`);
    }
  }

  #rangeOf(ix: Index): Range {
    return rangeOf(ix, loop => this.#extents.get(loop) ?? 0);
  }

  /** The range of a subscript that is a multiple of what a condition bounds, plus a rest. */
  #rangeUnderConditions(ix: Index): Range {
    let { min, max } = rangeOf(
      ix,
      loop => this.#extents.get(loop) ?? 0,
      of => this.#rangeUnderConditions(of),
    );
    for (const { index, below } of this.#conditions) {
      const [first] = index.terms;
      const same = first && ix.terms.find(t => isLoop(t) && isLoop(first) && t.loop === first.loop);
      const times = first && same ? same.coeff / first.coeff : 0;
      if (!Number.isInteger(times) || times === 0) continue;
      const rest = this.#rangeOf(
        sumOf([
          [1, ix],
          [-times, index],
        ]),
      );
      const bound = times * greatestBelow(index, below);
      if (times > 0) max = Math.min(max, bound + rest.max);
      else min = Math.max(min, bound + rest.min);
    }
    return { min, max };
  }

  #loopsOf(ix: Index, where: string): boolean {
    const unbound = loopsIn(ix).filter(loop => !this.#extents.has(loop));
    if (unbound.length > 0) this.#complaints.push(`${where} uses unbound ${unbound.join(', ')}`);
    return unbound.length === 0;
  }
}

/** The greatest value under a bound, of an index that takes steps. */
function greatestBelow({ terms, offset }: Index, below: number): number {
  const step = terms.map(term => Math.abs(term.coeff)).reduce(greatestDivisor, 0);
  return step === 0 ? offset : offset + step * Math.floor((below - 1 - offset) / step);
}
