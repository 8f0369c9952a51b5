import { binds, type OpInfo } from './info.ts';

/** Comparisons and conditions: whatever is not zero is true, NaN too. Comparing with NaN is false. */
export const logic = {
  lt: {
    arity: 2,
    apply: (a, b) => Number(a < b),
    sign: '<',
    precedence: binds.order,
    result: 'bool',
    cost: 1,
  },
  le: {
    arity: 2,
    apply: (a, b) => Number(a <= b),
    sign: '<=',
    precedence: binds.order,
    result: 'bool',
    cost: 1,
  },
  eq: {
    arity: 2,
    apply: (a, b) => Number(a === b),
    sign: '==',
    precedence: binds.equality,
    commutes: true,
    result: 'bool',
    cost: 1,
  },
  ne: {
    arity: 2,
    apply: (a, b) => Number(a !== b),
    sign: '!=',
    precedence: binds.equality,
    commutes: true,
    result: 'bool',
    cost: 1,
  },
  and: {
    arity: 2,
    apply: (a, b) => Number(a !== 0 && b !== 0),
    sign: '&&',
    precedence: binds.and,
    neutral: 1,
    commutes: true,
    result: 'bool',
    ofConditions: true,
    cost: 1,
  },
  or: {
    arity: 2,
    apply: (a, b) => Number(a !== 0 || b !== 0),
    sign: '||',
    precedence: binds.or,
    neutral: 0,
    commutes: true,
    result: 'bool',
    ofConditions: true,
    cost: 1,
  },
  not: { arity: 1, apply: a => Number(a === 0), result: 'bool', ofConditions: true, cost: 1 },
  /** Both arms are evaluated; only the chosen one is kept. */
  where: { arity: 3, apply: (c, a, b) => (c !== 0 ? a : b), result: 'where', cost: 1 },
} as const satisfies Record<string, OpInfo>;
