/** Finds the errors of a template that are certain whatever values its holes have, given their types. */
import type { Diagnostic, Span } from '../../compiler/index.ts';
import type { CdProgram, If, Statement } from '../language/ast-cd.ts';
import type { OpProgram } from '../language/ast-op.ts';
import { holeMark, type TemplateSource } from '../language/template-source.ts';
import { type DryTemplate, elaborate } from './elaborate.ts';
import { type HoleType, membersOf, type TypedHole } from './hole-type.ts';
import { type Role, rolesOf } from './roles.ts';
import { leavesOpen, standIn } from './stand-in.ts';

/**
 * Elaborates the template with stand-ins: once for each type of a hole that has several, and both
 * ways for each condition. What only some conditions make wrong is not reported, as the program may
 * never choose them together.
 */
export function faultsOf(
  program: OpProgram | CdProgram,
  source: TemplateSource,
  holes: readonly TypedHole[],
): readonly Diagnostic[] {
  const dry = { program, source, roles: rolesOf(program) };
  const conditions = conditionsOf(dry, holes);
  const found: Diagnostic[] = [];
  for (const types of typings(holes)) {
    const trials = choicesOf([...conditions.keys()]).map((chosen): Trial => {
      const errors = trial(dry, holes, types, chosen).filter(e => !isPossible(e, dry, types));
      return { chosen, errors };
    });
    const around = (error: Diagnostic): readonly string[] =>
      conditionsAround(placeOf(error), dry, holes);
    const always = lasting(trials, around, (error, other) => covers(other, error));
    // Something may be wrong always, but not the same.
    found.push(...(always.length > 0 ? always : lasting(trials, around, () => true)));
  }
  return distinct(found);
}

interface Trial {
  readonly chosen: Choice;
  /** Errors that are certain. */
  readonly errors: readonly Diagnostic[];
}

/** The errors that have their like in every trial that chooses as theirs does around their place. */
function lasting(
  trials: readonly Trial[],
  around: (error: Diagnostic) => readonly string[],
  isLike: (error: Diagnostic, other: Diagnostic) => boolean,
): readonly Diagnostic[] {
  return trials.flatMap(({ chosen, errors }) =>
    errors.filter(error => {
      const conditions = around(error);
      const same = trials.filter(t => conditions.every(c => t.chosen.get(c) === chosen.get(c)));
      return same.every(t => t.errors.some(other => isLike(error, other)));
    }),
  );
}

/** The value of each condition, by its expression: conditions with equal texts are equal. */
type Choice = ReadonlyMap<string, boolean>;

function trial(
  dry: DryTemplate,
  holes: readonly TypedHole[],
  types: readonly HoleType[],
  chosen: Choice,
): readonly Diagnostic[] {
  const { source, roles } = dry;
  const values = holes.map((hole, i) => {
    const role = roleOf(dry, i);
    const start = offsetOfHole(source, i);
    const span = { source, start, end: start + 1 };
    const value = standIn(types[i] ?? { kind: 'any' }, role, hole, span);
    return value === true && role.kind === 'condition' ? chosen.get(hole.expression) : value;
  });
  return elaborate({ ...dry, roles }, values);
}

/** The first type of every hole; then each of the others in turn. */
function typings(holes: readonly TypedHole[]): readonly (readonly HoleType[])[] {
  const all = holes.map(({ type }) => membersOf(type));
  const first = all.map(([member]): HoleType => member ?? { kind: 'any' });
  const others = all.flatMap((members, i) => members.slice(1).map(m => first.with(i, m)));
  return [first, ...others];
}

// ── Conditions ──────────────────────────────────────────────────────────────────────────────────

function conditionsOf(dry: DryTemplate, holes: readonly TypedHole[]): ReadonlySet<string> {
  const conditions = holes.filter((_, i) => roleOf(dry, i).kind === 'condition');
  return new Set(conditions.map(({ expression }) => expression));
}

const mostInAllWays = 4;

/** All combinations of conditions; if there are many, only all equal, and each one different from the others. */
function choicesOf(conditions: readonly string[]): readonly Choice[] {
  const count = conditions.length;
  const choice = (isTrue: (i: number) => boolean): Choice =>
    new Map(conditions.map((condition, i) => [condition, isTrue(i)]));
  if (count <= mostInAllWays) {
    return Array.from({ length: 2 ** count }, (_, bits) => choice(i => (bits >> i) % 2 === 0));
  }
  return [true, false].flatMap(usual => [
    choice(() => usual),
    ...conditions.map((_, odd) => choice(i => (i === odd) !== usual)),
  ]);
}

/** The conditions that decide whether the code at a place is run. */
function conditionsAround(
  place: Span | undefined,
  { program }: DryTemplate,
  holes: readonly TypedHole[],
): readonly string[] {
  if (program.kind === 'op' || !place) return [];
  const around = program.body.flatMap(ifsIn).filter(({ span }) => {
    return span.start <= place.start && place.end <= span.end;
  });
  return around.flatMap(({ condition }) => holes[condition.index]?.expression ?? []);
}

function ifsIn(s: Statement): readonly If[] {
  switch (s.kind) {
    case 'if':
      return [s, ...[...s.then, ...s.else].flatMap(ifsIn)];
    case 'section':
    case 'for':
      return s.body.flatMap(ifsIn);
    case 'assign':
    case 'let':
    case 'run':
      return [];
  }
}

// ── What stand-ins cannot tell ──────────────────────────────────────────────────────────────────

/** About sizes, specs, numbers of values and dtypes. */
const aboutValues = /^EINC(?:03\d\d|0102|0209|0221|060[345])$/;

/** Whether the error may come of the stand-ins, where the real values would be right. */
function isPossible(error: Diagnostic, dry: DryTemplate, types: readonly HoleType[]): boolean {
  const { code } = error;
  const place = placeOf(error);
  if (place?.source !== dry.source) return true;
  const isAt = (hole: number): boolean => offsetOfHole(dry.source, hole) === place.start;
  if (types.some((type, i) => type.kind === 'any' && isAt(i))) return true;
  if (!aboutValues.test(code)) return false;
  const hasLayers = dry.program.kind === 'op' && dry.program.definitions.some(d => d.settings);
  return hasLayers || types.some((type, i) => leavesOpen(type, roleOf(dry, i)));
}

function placeOf({ labels = [] }: Diagnostic): Span | undefined {
  return labels[0]?.span;
}

function roleOf({ roles }: DryTemplate, hole: number): Role {
  return roles.holes.get(hole) ?? { kind: 'tensor' };
}

function offsetOfHole({ text }: TemplateSource, hole: number): number {
  return text.split(holeMark, hole + 1).join(holeMark).length;
}

/** The same mistake in several places is one error, with a label at each. */
function covers({ code, message, labels = [] }: Diagnostic, other: Diagnostic): boolean {
  const at = placeOf(other)?.start;
  return code === other.code && message === other.message && labels.some(l => l.span.start === at);
}

/** Ordered by place, without duplicates; of duplicates, the one that shows the most places. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const places = ({ labels = [] }: Diagnostic): number => labels.length;
  const startOf = (d: Diagnostic): number => placeOf(d)?.start ?? 0;
  const shown = diagnostics.filter((d, i) =>
    diagnostics.every(
      (other, j) =>
        i === j ||
        !covers(other, d) ||
        places(other) < places(d) ||
        (places(other) === places(d) && i < j),
    ),
  );
  return shown.toSorted((a, b) => startOf(a) - startOf(b));
}
