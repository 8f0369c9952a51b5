/** Named initial values of parameters: `{ w = normal(0.02) }`, `{ w = kaiming }`. */
import { type Initial, type InitialScale, type Span, UserError } from '../../compiler/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Expr } from '../language/ast.ts';
import { suggest } from '../language/suggest.ts';
import { fail } from './errors.ts';

interface Initialiser {
  /** How it is written, for messages. */
  readonly form: string;
  /** The least and greatest number of arguments. */
  readonly counts: readonly [number, number];
  readonly of: (first: number, second: number) => Initial | string;
}

/** All are centred on 0 unless their arguments say otherwise. */
const initialisers: Readonly<Record<string, Initialiser>> = {
  uniform: {
    form: 'uniform(low, high)',
    counts: [2, 2],
    of: (low, high) => (low <= high ? { kind: 'uniform', low, high } : `${low} is above ${high}`),
  },
  normal: { form: 'normal(deviation)', counts: [1, 1], of: by => random('normal', by) },
  /** Equivalent to redrawing what lies beyond two standard deviations. */
  truncated: { form: 'truncated(deviation)', counts: [1, 1], of: by => random('truncated', by) },
  orthogonal: { form: 'orthogonal(gain)', counts: [0, 1], of: by => random('orthogonal', by) },
  kaiming: fanned('kaiming', 'normal', { squared: 2, fan: 'in' }),
  kaiming_uniform: fanned('kaiming_uniform', 'uniform', { squared: 6, fan: 'in' }),
  xavier: fanned('xavier', 'uniform', { squared: 6, fan: 'sum' }),
  xavier_normal: fanned('xavier_normal', 'normal', { squared: 2, fan: 'sum' }),
};

/** Their names in other libraries. */
const elsewhere: Readonly<Record<string, string>> = {
  zeros: '0',
  ones: '1',
  constant: '0.5',
  rand: 'uniform(0, 1)',
  randn: 'normal(1)',
  gaussian: 'normal(0.02)',
  he: 'kaiming',
  he_normal: 'kaiming',
  he_uniform: 'kaiming_uniform',
  glorot: 'xavier',
  glorot_uniform: 'xavier',
  glorot_normal: 'xavier_normal',
};

const initialiserNames: readonly string[] = Object.keys(initialisers);

/** The place of an initialiser's name in an expression, if it names one: that is not the name of a value. */
export function initialiserNamed(init: Expr): (Expr & { readonly kind: 'name' }) | undefined {
  const called = calledBy(init);
  return called.kind === 'name' && Object.hasOwn(initialisers, called.name) ? called : undefined;
}

/** Undefined if the expression is no initialiser; `numberIn` reads its arguments. */
export function initialiserIn(init: Expr, numberIn: (e: Expr) => number): Initial | undefined {
  const called = initialiserNamed(init);
  const found = called && initialisers[called.name];
  if (!found) return undefined;
  const numbers = init.kind === 'apply' ? init.args.map(numberIn) : [];
  const [fewest, most] = found.counts;
  if (numbers.length < fewest || numbers.length > most) throw wrong(found, numbers, init.span);
  const [first = 1, second = first] = numbers;
  const initial = found.of(first, second);
  if (typeof initial !== 'string') return initial;
  throw fail('EINC0229', `\`${called.name}\`: ${initial}`, init.span, { help: [found.form] });
}

/** A computed value; an unknown name in it may be a misspelt initialiser. */
export function computedIn(init: Expr, tensorOf: (e: Expr) => Tensor): Tensor {
  try {
    return tensorOf(init);
  } catch (error) {
    throw error instanceof UserError ? orMisspelt(init, error) : error;
  }
}

/** Hints for an unknown name where the name of an initialiser is allowed. */
export function orMisspelt(init: Expr, error: UserError): UserError {
  const [first, ...others] = error.diagnostics;
  const called = calledBy(init);
  if (called.kind !== 'name' || first.unknownName !== called.name) return error;
  const other = Object.hasOwn(elsewhere, called.name) ? elsewhere[called.name] : undefined;
  if (other !== undefined) {
    return new UserError(
      { ...first, notes: [], help: [`write it so: { w = ${other} }`] },
      ...others,
    );
  }
  const similar = suggest(called.name, initialiserNames);
  if (similar === undefined) return error;
  return new UserError({ ...first, notes: [], help: [`did you mean \`${similar}\`?`] }, ...others);
}

function calledBy(init: Expr): Expr {
  return init.kind === 'apply' ? init.callee : init;
}

function wrong({ form, counts }: Initialiser, given: readonly number[], span: Span): Error {
  const [, most] = counts;
  const wanted = most === 0 ? 'no numbers' : most === 1 ? 'one number' : `${most} numbers`;
  const message = `\`${form.split('(')[0]}\` as an initial value takes ${wanted}, not ${given.length}`;
  return fail('EINC0229', message, span, { help: [`write it so: { w = ${form} }`] });
}

type Distribution = (Initial & { readonly kind: 'random' })['distribution'];

function random(distribution: Distribution, scale: number): Initial | string {
  if (scale > 0 && Number.isFinite(scale)) return { kind: 'random', distribution, scale };
  return `${scale} is not above 0`;
}

function fanned(form: string, distribution: Distribution, scale: InitialScale): Initialiser {
  return { form, counts: [0, 0], of: () => ({ kind: 'random', distribution, scale }) };
}
