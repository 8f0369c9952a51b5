import fc from 'fast-check';
import { deserialize, serialize } from 'node:v8';
import { afterEach, expect, test } from 'vitest';
import type { Span } from '../../../compiler/index.ts';
import type { CdProgram } from '../../../dsl/language/ast-cd.ts';
import type { Spec } from '../../../dsl/language/ast-einsum.ts';
import type { OpProgram } from '../../../dsl/language/ast-op.ts';
import type { StringLit } from '../../../dsl/language/ast.ts';
import { keepTreesIn, keptTree, type TreeStore } from '../../../dsl/language/kept-trees.ts';
import { parseCd, parseOp, parseSpec } from '../../../dsl/language/parse.ts';
import type { TemplateSource } from '../../../dsl/language/template-source.ts';
import { printCd, printOp, printSpec } from '../../support/print-ast.ts';
import { randomCd, randomOp, randomSpec } from '../../support/random-ast.ts';
import { sourceOf } from '../../support/template.ts';
import { messageOf } from '../../support/user-program.ts';

/** Trees as another process would find them: nothing in them is an object of this one. */
class Store implements TreeStore {
  readonly trees = new Map<string, Buffer>();

  find(language: string, text: string): unknown {
    const tree = this.trees.get(`${language} ${text}`);
    return tree && deserialize(tree);
  }

  add(language: string, text: string, tree: unknown): void {
    this.trees.set(`${language} ${text}`, serialize(tree));
  }
}

let store: Store;

function keepTrees(): void {
  store = new Store();
  keepTreesIn(store);
}

afterEach(() => keepTreesIn(undefined));

function never(): never {
  throw new Error('parsed again');
}

type Parse = (source: TemplateSource) => unknown;

/** What is kept of a text is, at another place, what would be parsed there. */
function expectKept(language: 'op' | 'cd', text: string, parse: Parse): void {
  const ofTemplate = (source: TemplateSource, made: Parse): unknown => {
    const spanOf = (start: number, end: number): Span => ({ source, start, end });
    return keptTree({ language, text: source.text, spanOf }, () => made(source));
  };
  const [one, other] = [sourceOf(text), sourceOf(text)];
  expect(ofTemplate(one, parse)).toStrictEqual(parse(one));
  expect(ofTemplate(other, never)).toStrictEqual(parse(other));
}

test('a tree of `op` that was kept is the one that is parsed', () => {
  keepTrees();
  expectKept('op', 'y = 1e999 *. -0', parseOp);
  const any = fc.property(randomOp, tree => {
    expectKept('op', printOp(tree as unknown as OpProgram), parseOp);
  });
  fc.assert(any, { numRuns: 40 });
});

test('a tree of `cd` that was kept is the one that is parsed', () => {
  keepTrees();
  const any = fc.property(randomCd, tree => {
    expectKept('cd', printCd(tree as unknown as CdProgram), parseCd);
  });
  fc.assert(any, { numRuns: 40 });
});

/** A string of a template, with the first of its letters in a hole. */
function withHole(spec: string): { readonly literal: StringLit; readonly letter: string } {
  const letter = /\p{L}/u.exec(spec)?.[0] ?? '';
  const written = letter === '' ? spec : spec.replace(letter, '${1}');
  const source = sourceOf(`x ++ "${written}"`);
  const body = parseOp(source).definitions[0]?.body;
  if (body?.kind !== 'einsum') throw new Error(`${spec} is no specification`);
  return { literal: body.spec, letter };
}

test('a kept specification has the places of the string that it is of', () => {
  const any = fc.property(randomSpec, fc.boolean(), (tree, withCommas) => {
    const { literal, letter } = withHole(printSpec(tree as unknown as Spec, withCommas));
    keepTreesIn(undefined);
    const parsed = parseSpec(literal, () => letter);
    keepTrees();
    expect(parseSpec(literal, () => letter)).toStrictEqual(parsed);
    expect(store.trees.size).toBe(1);
    expect(parseSpec(literal, () => letter)).toStrictEqual(parsed);
  });
  fc.assert(any, { numRuns: 40 });
});

test('what is wrong is said of the template that is wrong, kept or not', async () => {
  const wrong = 'op`y = { a; o = [2] } ++ "i; j => k"`';
  const [first, lower] = [await messageOf(wrong), await messageOf('', wrong)];
  expect(lower).not.toBe(first);
  keepTrees();
  expect(await messageOf(wrong)).toBe(first);
  expect(store.trees.size).toBe(2);
  expect(await messageOf('', wrong)).toBe(lower);
  expect(await messageOf(wrong)).toBe(first);
});

test('what does not parse is not kept', async () => {
  keepTrees();
  const first = await messageOf('op`x +`');
  expect(first).toContain('EINC0101');
  expect(await messageOf('op`x +`')).toBe(first);
  expect([...store.trees.keys()]).toEqual([]);
  const ofSpec = await messageOf('op`{ a } ++ "i = j"`');
  expect(ofSpec).toContain('EINC0102');
  expect(await messageOf('op`{ a } ++ "i = j"`')).toBe(ofSpec);
  expect([...store.trees.keys()]).toEqual(['op { a } ++ "i = j"']);
});
