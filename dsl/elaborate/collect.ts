/** Elaborates parts of a template that can fail independently: an error in one does not hide the others'. */
import {
  type Diagnostic,
  invariant,
  type Label,
  type Source,
  type Span,
  UserError,
} from '../../compiler/index.ts';
import type { Solver } from '../shape/solve.ts';

export class Collector {
  readonly #diagnostics: Diagnostic[] = [];
  readonly #poisoned = new Set<string>();
  readonly #solver: Solver | undefined;

  /** With a solver, a part that fails also leaves all shapes as they were. */
  constructor(solver?: Solver) {
    this.#solver = solver;
  }

  /**
   * The result of the part; undefined if it fails, and then its errors are kept for `finish`. An unknown name is not
   * reported if the part that would define it has failed.
   */
  try<T>(part: () => T, defines: readonly string[] = []): { readonly value: T } | undefined {
    try {
      return { value: this.#solver ? this.#solver.attempt(part) : part() };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const [first, ...others] = error.diagnostics.filter(d => !this.#isFollowUp(d));
      defines.forEach(name => this.#poisoned.add(name));
      // The first error is the reason why the names are undefined.
      if (first) this.#diagnostics.push(first, ...others.filter(d => !this.#isFollowUp(d)));
      return undefined;
    }
  }

  #isFollowUp({ unknownName }: Diagnostic): boolean {
    return unknownName !== undefined && this.#poisoned.has(unknownName);
  }

  /** Throws the errors found, if any, in the order of their places in `source`. */
  finish(source?: Source): void {
    const startOf = ({ labels = [] }: Diagnostic): number =>
      labels.find(({ span }) => span.source === source)?.span.start ?? Infinity;
    const found = this.#diagnostics
      .map(diagnostic => ({ diagnostic, start: startOf(diagnostic) }))
      .toSorted((a, b) => (a.start === b.start ? 0 : a.start - b.start));
    const [first, ...others] = united(found.map(({ diagnostic }) => diagnostic));
    if (first) throw new UserError(first, ...others);
  }
}

/** `f` of every item. */
export function each<A, B>(items: readonly A[], f: (item: A) => B, solver?: Solver): readonly B[] {
  const errors = new Collector(solver);
  const made = items.map(item => errors.try(() => f(item)));
  errors.finish();
  return made.flatMap(result => (result ? [result.value] : []));
}

export function both<A, B>(a: () => A, b: () => B, solver?: Solver): readonly [A, B] {
  const errors = new Collector(solver);
  const [first, second] = [errors.try(a), errors.try(b)];
  errors.finish();
  invariant(first && second, () => 'a part failed without an error');
  return [first.value, second.value];
}

const mostPlaces = 4;

/** The same mistake in several places is one error that shows them. */
function united(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { code, message, notes, help } = diagnostic;
    const key = JSON.stringify([code, message, notes, help]);
    const alike = found.get(key);
    found.set(key, alike ? { ...alike, labels: unitedLabels(alike, diagnostic) } : diagnostic);
  }
  return withoutRepeats([...found.values()]);
}

/** Only the first error about an unknown name lists the known ones. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const said = new Set<string>();
  return diagnostics.map(diagnostic => {
    const { unknownName, notes = [] } = diagnostic;
    if (unknownName === undefined) return diagnostic;
    const fresh = notes.filter(note => !said.has(note));
    notes.forEach(note => said.add(note));
    return { ...diagnostic, notes: fresh };
  });
}

function unitedLabels({ labels = [] }: Diagnostic, other: Diagnostic): readonly Label[] {
  const isShown = ({ source, start }: Span): boolean =>
    labels.some(({ span }) => span.source === source && span.start === start);
  const added = (other.labels ?? []).filter(({ span }) => !isShown(span));
  const said = labels[0]?.text;
  const more = added.map(label => (label.text === said ? { span: label.span } : label));
  return [...labels, ...more].slice(0, Math.max(labels.length, mostPlaces));
}
