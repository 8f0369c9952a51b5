/** What the text of a template says of its parameters is what they are called. */
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../compiler/index.ts';
import { op, Tensor } from '../../../dsl/einc.ts';
import { definedParts, read } from '../../../dsl/dry-run/index.ts';
import { distinctNames } from '../../../dsl/graph/distinct-names.ts';
import { sourceOf } from '../../support/template.ts';

const layer = 'layer(~n)(x) = relu({ w; o = [n] } * x + { b })';

/** The names by the text, and those of what it makes. */
function namesOf(text: string, name: string): readonly (readonly string[])[] {
  const program = read('op', sourceOf(text));
  if (program instanceof UserError || program.kind === 'cd') throw new Error('no op');
  const part = definedParts(program, () => ({ known: [], isAll: false })).find(
    p => p.name === name,
  );
  const labels = part?.params.known.map(({ label }) => label) ?? [];
  const strings = Object.assign([text], { raw: [text] });
  const made = op<Readonly<Record<string, Tensor>>>(strings);
  const params = made instanceof Tensor ? made.params : made[name]?.params;
  return [distinctNames(labels).toSorted(), Object.keys(params ?? {}).toSorted()];
}

describe('parameters that layers bring', () => {
  test.each<[text: string, name: string, names: readonly string[]]>([
    [`${layer}; y = layer(~n: 2)([1, 2])`, 'y', ['b', 'w']],
    [`${layer}; y = layer(~n: 2, ~label: "l1")([1, 2]) + { c }`, 'y', ['b_l1', 'c', 'w_l1']],
    [
      `${layer}; f(x) = layer(~n: 2, ~label: "a")(layer(~n: 3)(x)) + { c }`,
      'f',
      ['b', 'b_a', 'c', 'w', 'w_a'],
    ],
    [`${layer}; f(x) = layer(~n: 2)(layer(~n: 3)(x))`, 'f', ['b', 'b2', 'w', 'w2']],
    [`${layer}; f(x) = layer(~n: 2)(x); y = f [1, 2] + f [3, 4]`, 'y', ['b', 'w']],
    [
      `${layer}; two(~m)(x) = layer(~n: m, ~label: "i")(x) + { c }; f(x) = two(~m: 2, ~label: "o")(x)`,
      'f',
      ['b_i', 'c_o', 'w_i'],
    ],
    [
      `s = { w }; bias(~k) = { b; o = [2] } *. k + w; y = bias(~k: 2) + bias(~k: 3) + s`,
      'y',
      ['b', 'b2', 'w'],
    ],
  ])('%s: %s', (text, name, names) => {
    expect(namesOf(text, name)).toEqual([names, names]);
  });
});
