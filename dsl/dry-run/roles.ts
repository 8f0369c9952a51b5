/** How each `${…}` of a template, and each name in it, is used. */
import type { CdProgram } from '../language/ast-cd.ts';
import type { OpProgram } from '../language/ast-op.ts';
import { isView } from '../ops/names.ts';

export type Role =
  | { readonly kind: 'tensor' | 'symbol' | 'condition' | 'spec' | 'word' }
  | { readonly kind: 'size' | 'initial' | 'dtype' }
  /** A number that is known when the template runs: an index, a count. */
  | { readonly kind: 'number' }
  /** A layer to which these settings are given; the result is a function, or a tensor. */
  | {
      readonly kind: 'layer';
      readonly settings: readonly string[];
      readonly arity: number | undefined;
    }
  /** A setting of a layer whose use is unknown. */
  | { readonly kind: 'setting'; readonly name: string }
  | { readonly kind: 'code' }
  | { readonly kind: 'function'; readonly arity: number };

type Node = Readonly<Record<string, unknown>>;

export interface Roles {
  /** Roles by the numbers of holes. */
  readonly holes: ReadonlyMap<number, Role>;
  /** Roles of names that are somewhere used for something other than a tensor. */
  readonly names: ReadonlyMap<string, Role>;
}

/**
 * Walks the tree by its fields rather than by its types, so that a construct
 * that is new is walked too; its holes count as tensors until they have a line in `byPlace` or `byNode`.
 */
export function rolesOf(program: OpProgram | CdProgram): Roles {
  const holes = new Map<number, Role>();
  const names = new Map<string, Role>();
  const visit = (value: unknown, role: Role): void => {
    if (!isNode(value)) return;
    if (value['kind'] === 'hole') holes.set(Number(value['index']), role);
    else if (value['kind'] === 'name' && role.kind !== 'tensor') {
      const name = String(value['name']);
      // Being passed on to another layer says the least.
      if (role.kind !== 'setting' || !names.has(name)) names.set(name, role);
    } else {
      for (const [field, child] of Object.entries(value)) {
        if (/span$/i.test(field)) continue;
        const children: readonly unknown[] = Array.isArray(child) ? child : [child];
        children.forEach((each, i) => {
          visit(each, roleAt(value, field, i, role));
        });
      }
    }
  };
  visit(program, tensor);
  // A layer of the template shows how its settings are used.
  for (const [hole, role] of holes) {
    const used = role.kind === 'setting' ? names.get(role.name) : undefined;
    if (used) holes.set(hole, used);
  }
  return { holes, names };
}

const tensor: Role = { kind: 'tensor' };

/** The role of a hole in `field` of `node`, or at a position of it; `outer` is the role of `node` itself. */
function roleAt(node: Node, field: string, position: number, outer: Role): Role {
  const { kind } = node;
  const place = `${typeof kind === 'string' ? kind : 'row'}.${field}`;
  return byNode[place]?.(node, outer, position) ?? byPlace[place] ?? tensor;
}

const symbol: Role = { kind: 'symbol' };

/** Roles that depend on more than the place. */
const byNode: Readonly<Record<string, (node: Node, outer: Role, position: number) => Role>> = {
  'apply.callee': ({ args }) => ({
    kind: 'function',
    arity: Array.isArray(args) ? args.length : 0,
  }),
  'apply.args': argumentRole,
  'configure.callee': layerRole,
  'prefix.operand': ({ op }, outer) => (op === '!@' ? symbol : outer),
  'infix.right': ({ op }) => (op === '@|' ? symbol : tensor),
  'string.parts': (_, outer) => (outer.kind === 'spec' ? outer : { kind: 'word' }),
  'row.size': (_, outer) => outer,
  'row.text': (_, outer) => outer,
  'row.value': ({ name }) => ({ kind: 'setting', name: textOf(name) }),
};

function layerRole({ settings }: Node, outer: Role): Role {
  const given = Array.isArray(settings) ? settings.filter(isNode) : [];
  const names = given.map(({ name }) => textOf(name)).filter(name => name !== 'label');
  return {
    kind: 'layer',
    settings: names,
    arity: outer.kind === 'function' ? outer.arity : undefined,
  };
}

function textOf(ident: unknown): string {
  return isNode(ident) ? String(ident['text']) : '';
}

/** The first argument of `scan` is a step; all but the first of `roll` and the like are numbers. */
function argumentRole({ callee }: Node, outer: Role, position: number): Role {
  // `{ w = normal(${deviation}) }`
  if (outer.kind === 'initial') return outer;
  if (!isNode(callee) || callee['kind'] !== 'name') return tensor;
  const name = String(callee['name']);
  if (position === 0) return name === 'scan' ? { kind: 'function', arity: 2 } : tensor;
  return isView(name) && name !== 'concat' ? { kind: 'number' } : tensor;
}

const byPlace: Readonly<Record<string, Role>> = {
  'for.symbol': symbol,
  'if.condition': { kind: 'condition' },
  'inline.init': { kind: 'initial' },
  'inline.dtypes': { kind: 'dtype' },
  'row.dims': { kind: 'size' },
  'at.at': { kind: 'number' },
  'slice.start': { kind: 'number' },
  'slice.stop': { kind: 'number' },
  'slice.step': { kind: 'number' },
  'einsum.spec': { kind: 'spec' },
  'einsum.captures': { kind: 'spec' },
  'row.captures': { kind: 'spec' },
  'assign.logic': { kind: 'spec' },
  'let.logic': { kind: 'spec' },
  'run.code': { kind: 'code' },
};

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
