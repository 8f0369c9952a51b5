/** Computes which iteration of nested loops a thread or a block executes: the loop variables. */
import { type For, type LoopVar, loopVar, type Writer } from '../../compiler/index.ts';
import { loopsNamedIn } from '../../compiler/loop/facts.ts';
import { type Chain, turnsOfChain } from '../../compiler/loop/kernel.ts';
import { type ExprEmitter, largestInt } from '../clike/expr.ts';

export interface Turns extends Chain {
  /**
   * Loops in which all threads of a warp have the same iteration. Values known to be uniform are computed once per
   * warp, in uniform registers, where `wgmma` descriptors have to be.
   */
  readonly sameInWarp?: ReadonlySet<LoopVar>;
}

/** `body` is emitted where the loops have the values of iteration `turn`, and is given the name of that number. */
export function withTurn(
  chain: Turns,
  turn: string,
  w: Writer,
  exprs: ExprEmitter,
  body: (turn: string) => void,
): void {
  const { dialect, identifiers } = exprs;
  const type = turnsOfChain(chain) > largestInt ? dialect.wideInteger : dialect.counter;
  const turning = chain.loops.filter(({ extent }) => extent > 1);
  const named = loopsNamedIn(chain.body);
  const still = chain.loops
    .filter(({ loop, extent }) => extent === 1 && named.has(loop))
    .map(({ loop }) => [loop, '0'] as const);
  const withValues = (
    [first, ...others]: readonly (readonly [LoopVar, string])[],
    inner: () => void,
  ): void => {
    if (!first) return inner();
    const [loop, value] = first;
    identifiers.within(loop, name => {
      w.line(`const ${type} ${name} = ${value};`);
      withValues(others, inner);
    });
  };
  const digits = (name: string): readonly (readonly [LoopVar, string])[] =>
    digitsOf(turning, name).map(([loop, value]) => {
      const isSame = chain.sameInWarp?.has(loop) === true;
      return [loop, isSame ? `__shfl_sync(0xffffffffu, ${value}, 0)` : value];
    });
  const [only, ...others] = turning;
  if (!only) return withValues(still, () => body(turn));
  if (others.length > 0 && /^[a-z]\w*$/.test(turn)) {
    return withValues([...digits(turn), ...still], () => body(turn));
  }
  const counter = others.length === 0 ? only.loop : loopVar('turn');
  identifiers.within(counter, name => {
    w.line(`const ${type} ${name} = ${turn};`);
    withValues([...(others.length === 0 ? [] : digits(name)), ...still], () => body(name));
  });
}

/** The innermost loop varies fastest. */
function digitsOf(loops: readonly For[], turn: string): readonly (readonly [LoopVar, string])[] {
  let size = 1;
  const digits = loops.toReversed().map(({ loop, extent }, i) => {
    const quotient = size === 1 ? turn : `${turn} / ${size}`;
    size *= extent;
    return [loop, i === loops.length - 1 ? quotient : `${quotient} % ${extent}`] as const;
  });
  return digits.toReversed();
}
