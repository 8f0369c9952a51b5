/** What the compiler knows about one scalar operation. */
export interface OpInfo {
  readonly arity: 1 | 2 | 3;
  /** Exact arithmetic on doubles; the caller rounds. */
  readonly apply: (a: number, b: number, c: number) => number;
  /** How dumps write it between its operands; ops without one print as a call. */
  readonly sign?: string;
  /** Binds tighter when higher; goes with `sign`. */
  readonly precedence?: number;
  /** `x op identity` is `x` for every x, -0 and NaN included. */
  readonly identity?: number;
  /** The start of an accumulation with this op; ops without it do not accumulate. */
  readonly neutral?: number;
  /** Swapping the operands never changes a bit of the result. */
  readonly commutes?: boolean;
  /** `where` takes a bool first; comparisons give a bool; all else is of one dtype throughout. */
  readonly result: 'same' | 'bool' | 'where';
  /** Asks of its operands only whether they are zero, so that conditions may stay bools. */
  readonly ofConditions?: boolean;
  /** Works on the bits of integers; a float is taken as the i32 it is cast to. */
  readonly ofBits?: boolean;
  /** The dtype to which all operands are converted, in which it computes, and which its result has. */
  readonly operands?: 'u64';
  /** Makes a float of 64 random bits, as precise as what it is stored to: lowering spells it out. */
  readonly fromBits?: boolean;
  /** Rough time next to one addition, for placement by cost. */
  readonly cost: number;
}

/** Precedences of operators in dumps, from the loosest to the tightest. */
export const binds = {
  or: 1,
  and: 2,
  equality: 3,
  order: 4,
  sum: 5,
  product: 6,
  power: 7,
} as const;
