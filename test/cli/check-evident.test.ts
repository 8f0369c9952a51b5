import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { findTemplates } from '../../cli/check/find-templates.ts';
import { typingByChecker } from '../../cli/check/hole-types.ts';
import { KnownTypes } from '../../cli/check/known-types.ts';
import { findSources, openProject } from '../../cli/check/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** By the file that declares them: what each says of itself, and what only TypeScript knows. */
const evident = [
  ...['3', '-0.5', '"i => 0"', '(7)', 'size > 2', 'size === 3', 'count', 'rate', 'axes'],
  ...['x', 'row', 'made', 'far', 'step', 'given', 'apply', 'code', 'axis', 'size', 'ready', 'word'],
  ...['other', 'op`y = 1`', 'cd`${x} =: 1`', 'spaced'],
];
const byChecker = [
  ...['x.grad', 'size + 1', 'size === 3 && ready', 'typed', 'cast', 'loose', 'maybe', 'initial'],
  ...['part', 'relabelled', 'shadow', 'list', 'any', 'own'],
];

const program = `
import * as einc from 'einc';
import { cd, op, symbol, tensor as data, type Code, type StaticSymbol, type Tensor, type TensorFunction } from 'einc';
import { far, again as other } from './far.ts';
import { tensor } from './mine.ts';
const count = 4, rate = -2, axes = 'a,b';
const x = data([1], { label: 'x' });
const row = symbol('row', 2);
const made = op\`made(q) = q\`;
const spaced = einc.op\`y = 1\`;
const step = cd\`\${x} =: 1\`;
const typed: Tensor = made;
const cast = made as unknown as number;
let loose = 3;
const { part, b: relabelled } = op\`part = 1; b(q) = q\`;
const list = [1, 2];
const any: any = 0;
const own = tensor(1);
export const f = (given: Tensor, apply: TensorFunction, code: Code, axis: StaticSymbol, size: number,
  ready: boolean, word: string, maybe?: number, initial: number = 2, ...rest: Tensor[]) => {
  const inner = (op: (s: TemplateStringsArray) => string) => { const shadow = op\`z\`; return einc.op\`\${shadow}\`; };
  return [inner, ${[...evident, ...byChecker.filter(e => e !== 'shadow')]
    .map(e => `einc.op\`\${${e.replaceAll('`', '`')}}\``)
    .join(', ')}];
};
`;

test('what is evident is what TypeScript says', ({ expect }) => {
  const far = "import { op } from 'einc';\nexport const far = op`a = 1; b = 2`;\n";
  writeFileSync(join(folder, 'far.ts'), `${far}export { far as again } from './far.ts';\n`);
  writeFileSync(join(folder, 'mine.ts'), 'export const tensor = (n: number): string => `${n}`;\n');
  writeFileSync(join(folder, 'p.ts'), program);
  const { programs, files } = openProject(findSources({ paths: [folder], project: undefined }));
  const known = new KnownTypes(programs);
  const file = files.find(({ fileName }) => fileName.endsWith('p.ts'));
  const holes = file ? findTemplates(file, known).flatMap(template => template.holes) : [];
  const found = holes.map(hole => ({
    hole: hole.getText(),
    says: known.evident.typeOf(hole),
    isKnown: typingByChecker(hole, known),
  }));
  for (const { hole, says, isKnown } of found) {
    if (says)
      expect([hole, says.type, says.maker?.template]).toEqual([
        hole,
        isKnown.type,
        isKnown.maker?.template,
      ]);
  }
  const names = new Set(found.filter(({ says }) => says).map(({ hole }) => hole));
  expect(evident.filter(hole => !names.has(hole))).toEqual([]);
  expect(byChecker.filter(hole => names.has(hole))).toEqual([]);
});
