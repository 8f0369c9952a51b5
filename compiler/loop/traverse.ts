/**
 * The only code that knows every child of every node. Passes say what to do at a node; how to reach
 * the nodes is written here, once.
 */
import { type Index, type LoopVar, substitute } from '../core/index-expr.ts';
import { mapSame } from '../support/list.ts';
import { unreachable } from '../support/errors.ts';
import {
  accumulate,
  apply,
  block,
  cast,
  type Expr,
  gather,
  prefetch,
  indexValue,
  isComputed,
  type Leaf,
  read,
  type Scatter,
  scatter,
  type Stmt,
  type Subscript,
  when,
  write,
} from './ir.ts';

/** A local rewrite: the replacement, or undefined if the rule does not apply. */
export type Rule<T> = (node: T) => T | undefined;

/** Rebuilds `e` with its children mapped; returns `e` itself when no child changed. */
export function mapChildren(e: Expr, f: (child: Expr) => Expr): Expr {
  switch (e.kind) {
    case 'const':
    case 'read':
    case 'index':
      return e;
    case 'cast': {
      const value = f(e.value);
      return value === e.value ? e : cast(e.dtype, value, e.origins);
    }
    case 'apply': {
      const args = mapSame(e.args, f);
      return args === e.args ? e : apply(e.op, args, e.origins);
    }
    case 'gather': {
      const index = mapComputed(e.index, f);
      return index === e.index ? e : gather(e.node, index, e.origins);
    }
    default:
      return unreachable(e);
  }
}

/** Applies `rule` once at every node, children first. A node reached twice is rewritten once. */
export function rewriteExpr(e: Expr, rule: Rule<Expr>): Expr {
  const done = new Map<Expr, Expr>();
  const rewrite = (node: Expr): Expr => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const rebuilt = mapChildren(node, rewrite);
    const result = rule(rebuilt) ?? rebuilt;
    done.set(node, result);
    return result;
  };
  return rewrite(e);
}

export function children(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'const':
    case 'read':
    case 'index':
      return [];
    case 'cast':
      return [e.value];
    case 'apply':
      return e.args;
    case 'gather':
      return e.index.filter(isComputed);
    default:
      return unreachable(e);
  }
}

/** The expressions that stand in a statement itself. */
export function expressionsOf(s: Leaf): readonly Expr[] {
  if (s.kind === 'fill') return [];
  return s.kind === 'scatter' ? [...s.index.filter(isComputed), s.value] : [s.value];
}

function mapComputed(index: readonly Subscript[], f: (e: Expr) => Expr): readonly Subscript[] {
  return mapSame(index, ix => (isComputed(ix) ? f(ix) : ix));
}

/** Visits `e` and everything below it, parents first. */
export function visitExpr(e: Expr, visit: (node: Expr) => void): void {
  visit(e);
  children(e).forEach(child => visitExpr(child, visit));
}

export interface StmtMap {
  readonly expr: (e: Expr) => Expr;
  readonly stmt: (s: Stmt) => Stmt;
}

/** Rebuilds `s` with its parts mapped; returns `s` itself when none changed. */
export function mapParts(s: Stmt, f: StmtMap): Stmt {
  switch (s.kind) {
    case 'comment':
    case 'declare':
    case 'prefetch':
    case 'fill':
      return s;
    case 'block': {
      const body = mapSame(s.body, f.stmt);
      return body === s.body ? s : block(body);
    }
    case 'for': {
      const body = f.stmt(s.body);
      return body === s.body ? s : { ...s, body };
    }
    case 'when': {
      const body = f.stmt(s.body);
      return body === s.body ? s : when(s.index, s.below, body);
    }
    case 'write': {
      const value = f.expr(s.value);
      return value === s.value ? s : write(s.node, s.index, value, s.origins);
    }
    case 'accumulate': {
      const value = f.expr(s.value);
      return value === s.value ? s : accumulate(s.op, s.node, s.index, value, s.origins);
    }
    case 'scatter':
      return mapScatter(s, f);
    default:
      return unreachable(s);
  }
}

function mapScatter(s: Scatter, f: StmtMap): Scatter {
  const [index, value] = [mapComputed(s.index, f.expr), f.expr(s.value)];
  const isSame = index === s.index && value === s.value;
  return isSame ? s : scatter(s.op, s.node, index, value, s.origins);
}

/** Applies `rule` to every expression node of `s`, innermost first. */
export function rewriteExprsIn(s: Stmt, rule: Rule<Expr>): Stmt {
  const f: StmtMap = { expr: e => rewriteExpr(e, rule), stmt: child => mapParts(child, f) };
  return f.stmt(s);
}

/** Applies `rule` to every statement of `s`, innermost first. */
export function rewriteStmts(s: Stmt, rule: Rule<Stmt>): Stmt {
  const f: StmtMap = { expr: e => e, stmt: child => rewriteStmts(child, rule) };
  const rebuilt = mapParts(s, f);
  return rule(rebuilt) ?? rebuilt;
}

/**
 * Applies `rule` to the statements of `s` from the outermost inwards. What it replaces is done with: the
 * statements in it are not looked at.
 */
export function rewriteOutermost(s: Stmt, rule: Rule<Stmt>): Stmt {
  const f: StmtMap = { expr: e => e, stmt: child => rewriteOutermost(child, rule) };
  return rule(s) ?? mapParts(s, f);
}

/** Visits `s` and every statement in it, in the order they run. */
export function visitStmts(s: Stmt, visit: (s: Stmt) => void): void {
  visit(s);
  if (s.kind === 'for' || s.kind === 'when') visitStmts(s.body, visit);
  if (s.kind === 'block') s.body.forEach(child => visitStmts(child, visit));
}

/** Replaces loops in every subscript of an expression. */
export function substituteLoops(e: Expr, binding: ReadonlyMap<LoopVar, Index>): Expr {
  return rewriteExpr(e, node => {
    if (node.kind === 'read') {
      const index = mapSame(node.index, ix => substitute(ix, binding));
      return index === node.index ? undefined : read(node.node, index, node.origins);
    }
    if (node.kind === 'gather') {
      const index = mapSame(node.index, ix => (isComputed(ix) ? ix : substitute(ix, binding)));
      return index === node.index ? undefined : gather(node.node, index, node.origins);
    }
    if (node.kind === 'index') {
      const index = substitute(node.index, binding);
      return index === node.index ? undefined : indexValue(index, node.origins);
    }
    return undefined;
  });
}

/** Replaces loops in every subscript of a statement, stored and read. */
export function substituteLoopsIn(s: Stmt, binding: ReadonlyMap<LoopVar, Index>): Stmt {
  return rewriteStmts(s, part => {
    const moved = (ix: Index): Index => substitute(ix, binding);
    switch (part.kind) {
      case 'write': {
        const value = substituteLoops(part.value, binding);
        return write(part.node, part.index.map(moved), value, part.origins);
      }
      case 'accumulate': {
        const value = substituteLoops(part.value, binding);
        return accumulate(part.op, part.node, part.index.map(moved), value, part.origins);
      }
      case 'scatter': {
        const value = substituteLoops(part.value, binding);
        const index = part.index.map(ix =>
          isComputed(ix) ? substituteLoops(ix, binding) : moved(ix),
        );
        return scatter(part.op, part.node, index, value, part.origins);
      }
      case 'when':
        return when(moved(part.index), part.below, part.body);
      case 'prefetch':
        return prefetch(part.purpose, part.node, part.index.map(moved));
      case 'block':
      case 'comment':
      case 'declare':
      case 'fill':
      case 'for':
        return undefined;
    }
  });
}
