/** Builds the trees of axes in einsum specifications. */
import type { Node } from 'ohm-js';
import { type Span, UserError } from '../../compiler/index.ts';
import type { AxisAffine, AxisFixed, AxisLabel, AxisSpec } from './ast-einsum.ts';

type SpanOf = (node: Node) => Span;

export function axisOf(node: Node, spanOf: SpanOf): AxisSpec {
  switch (node.ctorName) {
    case 'fixed':
      return fixedAxis(node, spanOf);
    case 'wildcard':
      return { kind: 'any', span: spanOf(node) };
    case 'Concat': {
      const parts = [node.child(0), ...node.child(2).children].map(part => part.child(0));
      return { kind: 'concat', span: spanOf(node), parts: parts.map(part => partOf(part, spanOf)) };
    }
    case 'Affine':
      return affineAxis(node.child(0), spanOf);
    default:
      return labelAxis(node, spanOf);
  }
}

function partOf(node: Node, spanOf: SpanOf): AxisLabel | AxisFixed {
  return node.ctorName === 'fixed' ? fixedAxis(node, spanOf) : labelAxis(node, spanOf);
}

function fixedAxis(node: Node, spanOf: SpanOf): AxisFixed {
  return { kind: 'fixed', span: spanOf(node), index: integer(node) };
}

/** A `label`, or a `Label`, which may say its size. */
function labelAxis(node: Node, spanOf: SpanOf): AxisLabel {
  const [name = node, , size] = node.ctorName === 'Label' ? node.children : [node];
  const given = size?.children[0];
  return {
    kind: 'label',
    span: spanOf(node),
    name: name.sourceString,
    size: given && integer(given),
  };
}

function affineAxis(node: Node, spanOf: SpanOf): AxisAffine {
  const isStrided = node.ctorName === 'Affine_strided';
  const [steps, mark] = isStrided ? node.children.slice(2) : node.children;
  const stride = isStrided ? positive(node.child(0), spanOf) : 1;
  const { kernel, dilation, offset } = addendsIn(node.children.at(-1)?.children ?? [], spanOf);
  if (!kernel && offset >= stride) throw offsetTooLarge(offset, stride, spanOf(node));
  return {
    kind: 'affine',
    span: spanOf(node),
    over: labelAxis(steps ?? node, spanOf),
    stride,
    kernel,
    dilation,
    offset,
    isPadded: mark?.sourceString === '=',
  };
}

type Addends = Pick<AxisAffine, 'kernel' | 'dilation' | 'offset'>;

/** At most one kernel and one offset, in either order. */
function addendsIn(nodes: readonly Node[], spanOf: SpanOf): Addends {
  const addends = nodes.map(addend => addend.child(0));
  const [offset, secondOffset] = addends.filter(addend => addend.ctorName === 'Addend_offset');
  const [kernel, secondKernel] = addends.filter(addend => addend.ctorName !== 'Addend_offset');
  const tooMany = secondKernel ?? secondOffset;
  if (tooMany) throw tooManyTerms(spanOf(tooMany));
  const isDilated = kernel?.ctorName === 'Addend_dilated';
  return {
    kernel: kernel && labelAxis(kernel.child(isDilated ? 3 : 1), spanOf),
    dilation: kernel && isDilated ? positive(kernel.child(1), spanOf) : 1,
    offset: offset ? integer(offset.child(1)) : 0,
  };
}

function integer(node: Node): number {
  return Number(node.sourceString);
}

function positive(node: Node, spanOf: SpanOf): number {
  const value = integer(node);
  if (value > 0) return value;
  throw new UserError({
    code: 'EINC0102',
    message: 'a stride or dilation is at least 1',
    labels: [{ span: spanOf(node) }],
  });
}

function tooManyTerms(span: Span): UserError {
  return new UserError({
    code: 'EINC0102',
    message: 'an axis is made of at most two loops and an offset: `2*o + 3*k + 1`',
    labels: [{ span }],
  });
}

function offsetTooLarge(offset: number, stride: number, span: Span): UserError {
  return new UserError({
    code: 'EINC0102',
    message: `an offset is less than the stride, but ${offset} is not less than ${stride}`,
    labels: [{ span }],
    help: [`to leave out the first ${offset} cells write \`${offset}^i\``],
  });
}
