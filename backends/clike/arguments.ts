/** How arrays, numbers and indices are passed to a function: as its parameters, and through slots of `void *`. */
import type { LoopVar, TensorNode, Writer } from '../../compiler/index.ts';
import type { ExprEmitter } from './expr.ts';

export interface Argument {
  /** Its name on both sides of the call. */
  readonly name: string;
  /** `const float *restrict x` */
  readonly parameter: string;
  /** The expression that a caller that knows it by the same name stores in a slot. */
  readonly given: string;
  /** The value of the parameter, read from a slot. */
  readonly taken: (slot: string) => string;
}

export interface ArrayUse {
  /** In the caller, who then needs a cast. */
  readonly isConst: boolean;
  /** By the function. */
  readonly isWritten: boolean;
  /** Does not overlap anything else that the function uses. */
  readonly isAlone: boolean;
}

export function arrayArgument(
  node: TensorNode,
  { isConst, isWritten, isAlone }: ArrayUse,
  { dialect, identifiers }: ExprEmitter,
): Argument {
  const name = identifiers.ofNode(node);
  const qualifier = isWritten ? '' : 'const ';
  return {
    name,
    parameter: `${qualifier}${dialect.typeName[node.dtype]} *${isAlone ? `${dialect.restrict} ` : ''}${name}`,
    given: isConst ? `(void *)${name}` : name,
    taken: slot => slot,
  };
}

/** A variable, passed by value. */
export function numberArgument(node: TensorNode, { dialect, identifiers }: ExprEmitter): Argument {
  const [name, type] = [identifiers.ofNode(node), dialect.typeName[node.dtype]];
  return {
    name,
    parameter: `const ${type} ${name}`,
    given: `&${name}`,
    taken: slot => `*(${type} *)${slot}`,
  };
}

/** An integer in the slot itself. */
export function indexArgument(loop: LoopVar, { dialect, identifiers }: ExprEmitter): Argument {
  const [name, type] = [identifiers.ofLoop(loop), dialect.counter];
  return {
    name,
    parameter: `const ${type} ${name}`,
    given: `(void *)(long)${name}`,
    taken: slot => `${type === 'long' ? '' : `(${type})`}(long)${slot}`,
  };
}

/** The head of a function: on one line, or with as many parameters per line as fit. */
export function functionHead(
  w: Writer,
  prefix: string,
  name: string,
  params: readonly string[],
): void {
  const head = `${prefix} ${name}(`;
  const texts = params.map((p, i) => p + (i < params.length - 1 ? ',' : ') {'));
  const all = head + (params.length === 0 ? ') {' : texts.join(' '));
  if (all.length <= w.room) w.line(all);
  else w.line(head).indented(() => w.words(texts));
}
