/** Recurrences: a step executed for each index of an axis. In `op` they are `scan(step, init, xs)`. */
import { type Span, UserError } from '../compiler/index.ts';
import { checkLabel, optionsGiven, tensorGiven } from './arguments.ts';
import { describe } from './elaborate/hole.ts';
import { applyScan } from './elaborate/scan.ts';
import type { Part, ScanSettings } from './elaborate/scan-call.ts';
import { applyCumulative } from './elaborate/scan-step.ts';
import { definitionOf, isTensorFunction } from './elaborate/tensor-function.ts';
import { type Leaves, leavesOf, type Tensors, treeOf } from './elaborate/tensor-tree.ts';
import { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import type { CumulativeName } from './ops/cumulative.ts';
import { Solver } from './shape/solve.ts';

/** What the first turn is given: one tensor or several by name; numbers are tensors of one value. */
export type Init = Tensor | number | Readonly<Record<string, Tensor | number>>;

/** The same tree in one turn, or over all. */
export type Like<T> = T extends Tensor | number
  ? Tensor
  : T extends undefined
    ? undefined
    : { readonly [K in keyof T]: Tensor };

export interface ScanOptions<I extends Init, X extends Tensors | undefined> extends ScanSettings {
  /** Broadcast to the shape of the carry. */
  readonly init: I;
  readonly xs?: X;
  /** Names `ys`. */
  readonly label?: string;
}

/**
 * A recurrence, as `jax.lax.scan`: takes a step for each cell of an axis.
 *
 *   const rnn = op<TensorFunction>`rnn(h, x) = tanh({ w; o = [8] } * x + { u } * h)`;
 *   const { carry, ys } = scan(rnn, { init: 0, xs });
 *   const lstm = scan(({ h, c }, x) => { …; return { carry: { h: h2, c: c2 }, y: h2 }; },
 *     { init: { h: 0, c: 0 }, xs, reverse: true });
 *
 * The step gets the carry and one slice of `xs` and gives the next carry and a result `y`; the one
 * tensor that a function gives is both. `ys` holds the `y` of all turns along the axis, `carry` what
 * the last turn leaves. The step is called once, and what it reads from outside, such as parameters,
 * is the same in all turns.
 *
 * The axis is the first batch axis of `xs`, as for `@|`, or where they have none the first output
 * axis. `axis` says otherwise: `batch`, `input` or `output` for the first axis of that row, `last` for
 * the last output axis. Without `xs`, `length` is the number of turns, and `ys` get a batch axis.
 *
 * Throws a `UserError`: EINC0310 when the shape of a carry changes, EINC0311 about the axis, EINC0312
 * about what the step is or gives.
 */
export function scan<I extends Tensor | number, X extends Tensors | undefined = undefined>(
  step: (carry: Tensor, x: Like<X>) => Tensor,
  options: ScanOptions<I, X>,
): { readonly carry: Tensor; readonly ys: Tensor };
export function scan<I extends Init, Y extends Tensors, X extends Tensors | undefined = undefined>(
  step: (carry: Like<I>, x: Like<X>) => { readonly carry: Like<I>; readonly y: Y },
  options: ScanOptions<I, X>,
): { readonly carry: Like<I>; readonly ys: Like<Y> };
export function scan(
  step: (carry: never, x: never) => unknown,
  given: ScanOptions<Init, Tensors | undefined>,
): { readonly carry: Tensors; readonly ys: Tensors } {
  const span = callSite(scan);
  checkOptions('scan', given, span);
  const { init, xs, label, ...options } = given;
  // The overloads say that these are the trees it takes.
  const take = step as (carry: Tensors, x: Tensors | undefined) => unknown;
  const [carryName = 'carry', sliceName = 'x'] = parametersOf(step, span);
  const starts = leavesOf(init, 'init', span);
  const scanned = xs === undefined ? undefined : leavesOf(xs, 'xs', span);
  let kinds: Leaves['keys'];
  return Solver.transaction(solver => {
    const { carry, ys } = applyScan(
      {
        operator: 'scan',
        span,
        init: partsOf(starts, carryName),
        xs: scanned ? partsOf(scanned, sliceName) : [],
        step: (carries, slices) => {
          const x = scanned && treeOf(slices, scanned.keys);
          const made = madeBy(take(treeOf(carries, starts.keys), x), starts.keys, span);
          kinds = made.y.keys;
          const each = made.y.tensors.map((y, i) => ({
            each: y,
            label: labelOf(kinds?.[i], label),
          }));
          return { carry: made.carry, ys: each };
        },
        options,
      },
      solver,
    );
    return { carry: treeOf(carry, starts.keys), ys: treeOf(ys, kinds) };
  });
}

/** The sum of the cells up to each one, along the last output axis or another: see `scan`. */
export function cumsum(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return cumulate('cumsum', x, options, callSite(cumsum));
}

/** Their product. */
export function cumprod(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return cumulate('cumprod', x, options, callSite(cumprod));
}

/** The greatest of them. */
export function cummax(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return cumulate('cummax', x, options, callSite(cummax));
}

/** The least of them. */
export function cummin(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return cumulate('cummin', x, options, callSite(cummin));
}

export interface CumulativeOptions extends Pick<ScanSettings, 'axis' | 'reverse'> {
  readonly label?: string;
}

function cumulate(name: CumulativeName, x: Tensor, given: CumulativeOptions, span: Span): Tensor {
  tensorGiven(x, name, span);
  checkOptions(name, given, span);
  const { label, ...options } = given;
  return Solver.transaction(solver =>
    applyCumulative(name, { tensor: x }, options, { span, label, solver }),
  );
}

/** Types do not reach callers in JavaScript. What stands for an axis or a length is looked at later. */
function checkOptions(call: 'scan' | CumulativeName, given: unknown, span: Span): void {
  const names =
    call === 'scan'
      ? ['init', 'xs', 'axis', 'reverse', 'length', 'label']
      : ['axis', 'reverse', 'label'];
  const example = call === 'scan' ? '{ init: 0, xs }' : "{ axis: 'batch' }";
  const { label, reverse } = optionsGiven('EINC0312', call, given, { names, example, span });
  checkLabel('EINC0312', label, span);
  if (reverse === undefined || typeof reverse === 'boolean') return;
  throw wrongStep(`\`reverse\` of \`${call}\` is true or false, not ${describe(reverse)}`, span);
}

/** Functions of `op` have names for what they are given. */
function parametersOf(step: unknown, span: Span): readonly string[] {
  if (isTensorFunction(step)) return definitionOf(step).parameters ?? [];
  if (typeof step === 'function') return [];
  throw wrongStep(`\`scan\` takes a step, which is a function, not ${describe(step)}`, span);
}

function partsOf({ keys, tensors }: Leaves, name: string): readonly Part[] {
  return tensors.map((tensor, i) => ({ tensor, name: keys?.[i] ?? name }));
}

function labelOf(key: string | undefined, label: string | undefined): string | undefined {
  return key === undefined || label === undefined ? (label ?? key) : `${label}_${key}`;
}

/** What a step has given: one tensor for both, or `{ carry, y }`. */
function madeBy(
  given: unknown,
  keys: Leaves['keys'],
  span: Span,
): { readonly carry: readonly Tensor[]; readonly y: Leaves } {
  const isBoth = given instanceof Tensor;
  if (!isBoth && !(typeof given === 'object' && given && 'carry' in given && 'y' in given)) {
    const message = `the step of \`scan\` gives ${describe(given)}, not \`{ carry, y }\``;
    throw wrongStep(message, span);
  }
  const carry = leavesOf(isBoth ? given : given.carry, 'carry', span);
  const y = leavesOf(isBoth ? given : given.y, 'y', span);
  const next = (keys ?? ['']).flatMap(key => {
    const at = carry.keys === undefined ? 0 : carry.keys.indexOf(key);
    return carry.tensors[at] ?? [];
  });
  const isSame =
    (keys === undefined) === (carry.keys === undefined) &&
    next.length === carry.tensors.length &&
    next.length === (keys?.length ?? 1);
  if (isSame) return { carry: next, y };
  const message = `the step of \`scan\` takes ${listed(keys)} but gives ${listed(carry.keys)}`;
  throw wrongStep(message, span);
}

function listed(keys: Leaves['keys']): string {
  if (keys === undefined) return 'a carry of one tensor';
  return `a carry { ${keys.join(', ')} }`;
}

function wrongStep(message: string, span: Span): UserError {
  return new UserError({ code: 'EINC0312', message, labels: [{ span }] });
}
