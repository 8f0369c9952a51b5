/** Whatever shapes inference accepts, the loops of every assignment can be worked out from them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../compiler/index.ts';
import { forward } from '../../../dsl/index.ts';
import { Choices, choices } from '../../support/choices.ts';
import { tensorOf } from '../../support/shapes.ts';

const data = ['3', '2, 3', '5 | 3', '3 -> 2', '5 | 2, 3', 'scalar', '2 -> 3', '5, 4 | 3'] as const;
const rows = ['', '; o = [3]', '; o = [2, 3]'] as const;
const sums = [
  ...['...|...->... => ...|...->...', 'a... => ...a', '...a => a...', '... => 0', 'ab => ba'],
  ...['...|... => 0', 'a... => ...', '...a => ...0', '...|a... => ...|...', 'b...|... => ...|...'],
] as const;
const products = ['...; ... => ...', 'a...; a => ...', '...a; a => ...', 'i; j => ij'] as const;

/** An expression as `tensorOf` takes it. */
class Expressions {
  readonly #choices: Choices;
  #params = 0;

  constructor(answers: readonly number[]) {
    this.#choices = new Choices(answers);
  }

  expression(depth: number): string {
    const inner = (): string => this.expression(depth - 1);
    if (depth === 0) return this.#leaf();
    switch (this.#choices.below(7)) {
      case 1:
        return `(${inner()} + ${inner()})`;
      case 2:
        return `(${inner()} * ${inner()})`;
      case 3:
        return `(${inner()} ++ "${this.#choices.of([...sums])}")`;
      case 4:
        return `(${inner()} +* "${this.#choices.of([...products])}" ${inner()})`;
      case 5:
        return `(${inner()} @| \${n${depth} < 5})`;
      case 6:
        return `relu(${inner()})`;
      default:
        return this.#leaf();
    }
  }

  #leaf(): string {
    if (this.#choices.oneIn(3)) return `{ p${this.#params++}${this.#choices.of([...rows])} }`;
    if (this.#params > 0 && this.#choices.oneIn(4)) return `p${this.#choices.below(this.#params)}`;
    return `\${${this.#choices.of([...data])}}`;
  }
}

test('shapes and loops agree', () => {
  let settled = 0;
  fc.assert(
    fc.property(choices(60), answers => {
      const text = new Expressions(answers).expression(4);
      try {
        forward(tensorOf(text)).settle({ dtype: 'f32', keep: [], name: undefined });
        settled++;
      } catch (error) {
        // A reason like this one would mean that loops ask for more than shapes did.
        if (!(error instanceof UserError)) throw error;
        expect(error.message, text).not.toContain('it was settled');
      }
    }),
    { numRuns: 400, seed: 1 },
  );
  expect(settled).toBeGreaterThan(100);
});
