/** The only code that knows every child of every assignment and scalar. */
import { unreachable } from '../support/errors.ts';
import type { StaticSymbol } from '../core/static-symbol.ts';
import { type Access, access, type Assign, type Code, type Scalar, sequence } from './ir.ts';

/** Visits every assignment in the order it runs. */
export function visitAssigns<N, P>(code: Code<N, P>, visit: (a: Assign<N, P>) => void): void {
  switch (code.kind) {
    case 'sequence':
      code.body.forEach(child => visitAssigns(child, visit));
      return;
    case 'section':
    case 'repeat':
      visitAssigns(code.body, visit);
      return;
    case 'assign':
      visit(code);
      return;
    default:
      unreachable(code);
  }
}

/** The same code with each assignment as `map` has it. */
export function mapAssigns<N, P, M, Q>(
  code: Code<N, P>,
  map: (a: Assign<N, P>) => Code<M, Q>,
): Code<M, Q> {
  switch (code.kind) {
    case 'sequence':
      return sequence(code.body.map(child => mapAssigns(child, map)));
    case 'section':
    case 'repeat':
      return { ...code, body: mapAssigns(code.body, map) };
    case 'assign':
      return map(code);
    default:
      return unreachable(code);
  }
}

/** The same code over other arrays and projections: how open shapes become settled ones. */
export function mapCode<N, P, M, Q>(
  code: Code<N, P>,
  node: (n: N) => M,
  projections: (p: P) => Q,
): Code<M, Q> {
  return mapAssigns(code, a => ({
    ...a,
    target: mapNodes(a.target, node),
    value: mapScalar(a.value, node),
    projections: projections(a.projections),
  }));
}

export function mapScalar<N, M>(scalar: Scalar<N>, node: (n: N) => M): Scalar<M> {
  return mapAccesses(scalar, (a, at) => access(node(a.node), a.slot, at));
}

/** The same cell of another array, at positions in other arrays. */
export function mapNodes<N, M>({ node, slot, at }: Access<N>, to: (n: N) => M): Access<M> {
  return access(
    to(node),
    slot,
    at.map(position => mapScalar(position, to)),
  );
}

/** The same scalar with each access replaced by another scalar; `at` are its positions, replaced. */
export function mapAccesses<N, M>(
  scalar: Scalar<N>,
  replace: (a: Access<N>, at: readonly Scalar<M>[]) => Scalar<M>,
): Scalar<M> {
  switch (scalar.kind) {
    case 'const':
    case 'symbol':
    case 'position':
      return scalar;
    case 'access':
      return replace(
        scalar,
        scalar.at.map(a => mapAccesses(a, replace)),
      );
    case 'apply':
      return { ...scalar, args: scalar.args.map(a => mapAccesses(a, replace)) };
    default:
      return unreachable(scalar);
  }
}

/**
 * Every array a scalar reads, in the order written, positions behind the array they are in; one read
 * twice comes twice.
 */
export function accessesOf<N>(scalar: Scalar<N>): readonly Access<N>[] {
  if (scalar.kind === 'access') return [scalar, ...scalar.at.flatMap(accessesOf)];
  return scalar.kind === 'apply' ? scalar.args.flatMap(accessesOf) : [];
}

/** Every array an assignment reads: by its value, and by the positions of its target. */
export function readsOf<N, P>({ value, target }: Assign<N, P>): readonly Access<N>[] {
  return [value, ...target.at].flatMap(accessesOf);
}

/** The static symbols whose values a scalar uses. */
export function symbolsOf<N>(scalar: Scalar<N>): readonly StaticSymbol[] {
  switch (scalar.kind) {
    case 'symbol':
      return [scalar.symbol];
    case 'access':
      return scalar.at.flatMap(symbolsOf);
    case 'apply':
      return scalar.args.flatMap(symbolsOf);
    case 'const':
    case 'position':
      return [];
    default:
      return unreachable(scalar);
  }
}
