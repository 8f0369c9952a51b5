import { readdirSync, readFileSync } from 'node:fs';
import { ts } from 'ts-morph';
import { expect, test } from 'vitest';
import { countLikely, likelyTemplates } from '../../cli/check/likely-templates.ts';
import { placedTemplate } from '../../cli/check/placed-template.ts';
import { TextFile } from '../../dsl/dry-run/index.ts';

const hole = '\u{E000}';

test('templates as they are written, with a mark for each hole', () => {
  const file = [
    'const y = op`y = ${x} + ${f(op`1`, { a: "}" })}`;',
    'const u = cd `',
    '  ${p} =: \\` $ 2\r\n`; const text = tag`${y}`;',
    'op`never closed ${',
  ].join('\n');
  expect(countLikely(file)).toBe(4);
  expect(likelyTemplates(file)).toEqual([
    { language: 'op', text: `y = ${hole} + ${hole}` },
    { language: 'op', text: '1' },
    { language: 'cd', text: '\n  ' + hole + ' =: \\` $ 2\n' },
  ]);
});

test('in the examples they are those that TypeScript finds', () => {
  const folder = new URL('../../examples/', import.meta.url);
  const names = readdirSync(folder).filter(name => name.endsWith('.ts'));
  expect(names).toContain('moons.ts');
  for (const name of names) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isTaggedTemplateExpression(node) && /^(?:op|cd)$/.test(node.tag.getText())) {
        found.push(placedTemplate(node, new TextFile(name, text), () => undefined).text);
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
    const likely = likelyTemplates(text).map(template => template.text);
    expect([name, ...found.filter(one => !likely.includes(one))]).toEqual([name]);
  }
});
