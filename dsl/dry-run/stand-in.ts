/** Stand-in values for elaborating a template when only the types of its holes are known. */
import type { Span, StaticSymbol } from '../../compiler/index.ts';
import { HoleOfType } from '../elaborate/hole.ts';
import { type Layer, makeLayer } from '../elaborate/layer.ts';
import { makeTensorFunction, type TensorFunction } from '../elaborate/tensor-function.ts';
import { Code } from '../graph/code.ts';
import { openDType } from '../dtype/dtype-var.ts';
import { sequenceOf } from '../graph/code-tree.ts';
import { Tensor } from '../graph/tensor.ts';
import { openShape } from '../shape/row.ts';
import type { HoleType, TypedHole } from './hole-type.ts';
import type { Role } from './roles.ts';

/** A tensor of any shape. As a parameter it has a gradient and can be assigned, so all uses are accepted. */
export function anyTensor(span: Span): Tensor {
  const initial = { kind: 'none' } as const;
  const source = { kind: 'param', initial } as const;
  return new Tensor({
    label: undefined,
    hint: 'tensor',
    shape: openShape(),
    dtype: openDType(),
    source,
    origins: [span],
  });
}

/** A value of the type that suits the role of the hole; if no value does, one that causes the right error. */
export function standIn(type: HoleType, role: Role, hole: TypedHole, span: Span): unknown {
  if (type.kind === 'any') return wanted(role, span);
  return ofEinc(type, role, hole, span) ?? ofJavaScript(type, role) ?? elsewhere(type, hole);
}

/** Things of the languages, which say themselves where they may stand. */
function ofEinc(type: HoleType, role: Role, { expression }: TypedHole, span: Span): unknown {
  const used = role.kind === 'function' ? role.arity : undefined;
  if (type.kind === 'function') return anyFunction(type.arity ?? used ?? 1, span, expression);
  if (type.kind === 'made' && role.kind === 'layer') return anyLayer([], role, span);
  if (type.kind === 'made') return used === undefined ? anyTensor(span) : anyFunction(used, span);
  if (type.kind === 'layer') return anyLayer(type.settings, role, span);
  if (type.kind === 'codes') return role.kind === 'code' ? [anyCode(span)] : undefined;
  return plain[type.kind]?.(span);
}

const plain: Partial<Readonly<Record<HoleType['kind'], (span: Span) => unknown>>> = {
  tensor: anyTensor,
  'array-ref': span => anyTensor(span).grad,
  code: anyCode,
  symbol: anySymbol,
};

const takesList: ReadonlySet<Role['kind']> = new Set<Role['kind']>(['size', 'initial', 'setting']);

/** Values that TypeScript says more of than a stand-in would, unless they may stand there. */
function ofJavaScript(type: HoleType, { kind }: Role): unknown {
  if (type.kind === 'number') return kind === 'condition' ? undefined : (type.value ?? 1);
  if (type.kind === 'numbers') return takesList.has(kind) ? [1] : undefined;
  if (type.kind === 'boolean') return kind === 'condition' ? true : undefined;
  if (type.kind !== 'string' || words[kind] === undefined) return undefined;
  return type.value ?? words[kind];
}

/** Roles that may be a string, with a valid one. */
const words: Partial<Readonly<Record<Role['kind'], string>>> = {
  setting: 'word',
  dtype: 'f32',
  spec: '',
  word: '',
};

function elsewhere(type: HoleType, { typeText }: TypedHole): HoleOfType {
  const isList = type.kind === 'numbers' || type.kind === 'codes';
  const example =
    type.kind === 'foreign' ? examples[type.like] : isList ? examples.list : undefined;
  return new HoleOfType(typeText(), example);
}

const deciding: ReadonlySet<Role['kind']> = new Set<Role['kind']>([
  ...(['size', 'number', 'initial', 'spec', 'dtype'] as const),
]);

/** Whether what the shapes or dtypes will be depends on a value that is not known. */
export function leavesOpen(type: HoleType, role: Role): boolean {
  if (!deciding.has(role.kind)) return false;
  if (type.kind === 'number') return type.value === undefined && role.kind !== 'initial';
  if (type.kind === 'string') return type.value === undefined;
  return role.kind !== 'number' || type.kind === 'any';
}

/** Something that can stand there. */
function wanted(role: Role, span: Span): unknown {
  switch (role.kind) {
    case 'tensor':
      return anyTensor(span);
    case 'function':
      return anyFunction(role.arity, span);
    case 'symbol':
      return anySymbol();
    case 'condition':
      return true;
    case 'size':
    case 'number':
    case 'initial':
      return 1;
    case 'dtype':
      return 'f32';
    case 'spec':
    case 'word':
      return '';
    case 'setting':
      return role.name === 'label' ? 'word' : anyTensor(span);
    case 'layer':
      return anyLayer([], role, span);
    case 'code':
      return anyCode(span);
  }
}

/** If its settings are unknown, it accepts the given ones. */
function anyLayer(known: readonly string[], role: Role, span: Span): Layer {
  const used = role.kind === 'layer' ? role : undefined;
  const settings = known.length > 0 ? known : (used?.settings ?? []);
  const build = (): Tensor | TensorFunction =>
    used?.arity === undefined ? anyTensor(span) : anyFunction(used.arity, span);
  return makeLayer({ label: 'layer', settings, build });
}

/** A function of any tensors, with an unknown result. */
export function anyFunction(arity: number, span: Span, name = ''): TensorFunction {
  const body = (): Tensor => anyTensor(span);
  const label = /^\w+$/.test(name) ? name : 'function';
  return makeTensorFunction({ label, arity, params: {}, body });
}

function anyCode(span: Span): Code {
  return Code.ofTree(sequenceOf([]), span);
}

/** Its range is the smallest, so that it selects a slice of any axis. */
function anySymbol(): StaticSymbol {
  return { kind: 'static-symbol', name: 'symbol', range: 1 };
}

const examples = {
  object: {},
  list: [{}],
  function: () => undefined,
  promise: Promise.resolve(),
} as const;
