/** What each `${…}` of a template, and each name in it, is there for. */
import type { CdProgram, OpProgram } from '../language/ast.ts';

export type Role =
  | { readonly kind: 'tensor' | 'symbol' | 'condition' | 'size' | 'initial' | 'spec' | 'word' }
  | { readonly kind: 'code' }
  | { readonly kind: 'function'; readonly arity: number };

type Node = Readonly<Record<string, unknown>>;

export interface Roles {
  /** By the holes' numbers. */
  readonly holes: ReadonlyMap<number, Role>;
  /** Of names that are used for something else than a tensor somewhere. */
  readonly names: ReadonlyMap<string, Role>;
}

/**
 * Walks the tree by its fields rather than by its types, so that a construct
 * that is new is walked too; its holes count as tensors until they have a line in `roleAt`.
 */
export function rolesOf(program: OpProgram | CdProgram): Roles {
  const holes = new Map<number, Role>();
  const names = new Map<string, Role>();
  const visit = (value: unknown, role: Role): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, role);
    if (!isNode(value)) return;
    if (value['kind'] === 'hole') holes.set(Number(value['index']), role);
    else if (value['kind'] === 'name' && role.kind !== 'tensor')
      names.set(String(value['name']), role);
    else {
      for (const [field, child] of Object.entries(value)) {
        if (!/span$/i.test(field)) visit(child, roleAt(value, field, role));
      }
    }
  };
  visit(program, tensor);
  return { holes, names };
}

const tensor: Role = { kind: 'tensor' };

/** What a hole is for that is the `field` of `node`, which itself is there for `outer`. */
function roleAt(node: Node, field: string, outer: Role): Role {
  const { kind, op, args } = node;
  const place = `${typeof kind === 'string' ? kind : 'row'}.${field}`;
  if (place === 'apply.callee') {
    return { kind: 'function', arity: Array.isArray(args) ? args.length : 0 };
  }
  // `{ w = normal(${deviation}) }`
  if (place === 'apply.args') return outer.kind === 'initial' ? outer : tensor;
  if (place === 'prefix.operand') return op === '!@' ? { kind: 'symbol' } : outer;
  if (place === 'infix.right') return op === '@|' ? { kind: 'symbol' } : tensor;
  if (place === 'string.parts') return outer.kind === 'spec' ? outer : { kind: 'word' };
  return byPlace[place] ?? tensor;
}

const byPlace: Readonly<Record<string, Role>> = {
  'for.symbol': { kind: 'symbol' },
  'if.condition': { kind: 'condition' },
  'inline.init': { kind: 'initial' },
  'row.dims': { kind: 'size' },
  'einsum.spec': { kind: 'spec' },
  'einsum.captures': { kind: 'spec' },
  'assign.logic': { kind: 'spec' },
  'run.code': { kind: 'code' },
};

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
