/** The schedule of each nest of a routine: the transformations that the passes made, nest by nest. */
import type { LoopVar } from '../core/index-expr.ts';
import { declaredIn } from '../loop/facts.ts';
import type { For, Program, Stmt } from '../loop/ir.ts';
import { visitStmts } from '../loop/traverse.ts';
import type { NestDecision, Refusal } from '../passes/decision.ts';
import type { Witnessed } from '../passes/pipeline.ts';
import { turnsIn } from '../schedule/nest.ts';
import type { NestOverride } from '../schedule/override.ts';
import type { Step } from '../schedule/step.ts';
import { kindOf, longestPath, namesWritten, type NestKind, nestsIn } from './nest-facts.ts';

export interface ScheduledNest {
  /** The arrays it stores to that others see. */
  readonly writes: readonly string[];
  /** Arrays local to the nest, which had nests of their own before fusion. */
  readonly inside: readonly string[];
  /** The original loops; if several were side by side, those with the most iterations. */
  readonly loops: readonly { readonly loop: string; readonly extent: number }[];
  readonly kind: NestKind;
  readonly steps: readonly { readonly by: string; readonly step: Step }[];
  readonly refusals: readonly Refused[];
  /** Schedules that could be requested instead, the most promising first; the first one is the choice made. */
  readonly candidates: readonly NestOverride[];
}

/** A schedule that was considered and rejected. */
export interface Refused {
  readonly by: string;
  /** The arrays that the loops computed then. */
  readonly of: readonly string[];
  readonly kind: NestKind;
  readonly because: string;
}

/** The nests in execution order. */
export function scheduledNests(
  witnessed: readonly Witnessed[],
  final: Program,
): readonly ScheduledNest[] {
  const first = witnessed.find(({ decision }) => decision.about !== 'array');
  const lineage = new Lineage((first?.before ?? final).body);
  for (const { pass, decision } of witnessed) {
    if (decision.about === 'nest') lineage.step(pass, decision);
    if (decision.about === 'refusal') lineage.refusal(pass, decision);
  }
  return lineage.nestsIn(final.body);
}

/** One nest, or several that have become one. */
interface Group {
  readonly nests: readonly For[];
  readonly steps: ScheduledNest['steps'];
  readonly refusals: readonly (Refused & { readonly turns: number })[];
  readonly candidates: readonly NestOverride[];
}

/** Which nests loops come from: a loop that replaces others comes from theirs. */
class Lineage {
  readonly #groupOf = new Map<LoopVar, Group>();
  readonly #steps: ScheduledNest['steps'][number][] = [];

  constructor(body: Stmt) {
    for (const nest of nestsIn(body))
      this.#adopt(nest, { nests: [nest], steps: [], refusals: [], candidates: [] });
  }

  step(by: string, { step, before, after, candidates = [] }: NestDecision): void {
    const groups = [...new Set(before.flatMap(s => this.#groupsIn(s)))];
    const made = { by, step };
    this.#steps.push(made);
    const one = {
      nests: groups.flatMap(({ nests }) => nests),
      steps: [...groups.flatMap(({ steps }) => steps), made],
      refusals: groups.flatMap(({ refusals }) => refusals),
      candidates: [...groups.flatMap(group => group.candidates), ...candidates],
    };
    groups.forEach(group => this.#replace(group, one));
    this.#adopt(after, one);
  }

  /** If a nest has several loops, those with the most iterations count; the others are parts and copies. */
  refusal(by: string, { nest, because }: Refusal): void {
    const [group, ...others] = this.#groupsIn(nest);
    if (!group || others.length > 0) return;
    const [of, kind, turns] = [namesWritten(nest), kindOf([nest]), turnsIn(nest)];
    const known = group.refusals.find(r => r.by === by);
    if (known && known.turns >= turns) return;
    const refusals = [...group.refusals.filter(r => r !== known), { by, of, kind, because, turns }];
    this.#replace(group, { ...group, refusals });
  }

  nestsIn(body: Stmt): readonly ScheduledNest[] {
    const loops = new Map<Group, For[]>();
    const collect = (s: Stmt): void => {
      const group = s.kind === 'for' ? this.#groupOf.get(s.loop) : undefined;
      if (s.kind === 'for' && group) loops.set(group, [...(loops.get(group) ?? []), s]);
      else if (s.kind === 'for') collect(s.body);
      else if (s.kind === 'block') s.body.forEach(collect);
    };
    collect(body);
    return [...loops].map(([group, final]) => {
      const steps = this.#steps.filter(step => group.steps.includes(step));
      return scheduled({ ...group, steps }, final);
    });
  }

  #adopt(s: Stmt, group: Group): void {
    visitStmts(s, part => {
      if (part.kind === 'for') this.#groupOf.set(part.loop, group);
    });
  }

  #groupsIn(s: Stmt): readonly Group[] {
    const groups = new Set<Group>();
    visitStmts(s, part => {
      const group = part.kind === 'for' ? this.#groupOf.get(part.loop) : undefined;
      if (group) groups.add(group);
    });
    return [...groups];
  }

  #replace(group: Group, by: Group): void {
    for (const [loop, known] of this.#groupOf) if (known === group) this.#groupOf.set(loop, by);
  }
}

function scheduled(
  { nests, steps, refusals, candidates }: Group,
  final: readonly For[],
): ScheduledNest {
  const all = [...new Set(nests.flatMap(namesWritten))];
  const own = new Set(final.flatMap(s => [...declaredIn(s)].map(({ name }) => name)));
  const [main] = nests.toSorted((a, b) => turnsIn(b) - turnsIn(a));
  return {
    writes: all.filter(name => !own.has(name)),
    inside: all.filter(name => own.has(name)),
    loops: main ? longestPath(main).map(({ loop, extent }) => ({ loop, extent })) : [],
    kind: kindOf(nests),
    steps,
    refusals: refusals
      .filter(refused => steps.every(({ by }) => by !== refused.by))
      .map(({ turns: _, ...refused }) => refused),
    candidates,
  };
}
