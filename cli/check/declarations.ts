/** Generates the declaration file that gives TypeScript the types of templates. */
import type { DefinedPart, Params } from '../../dsl/dry-run/index.ts';
import { distinctNames } from '../../dsl/graph/distinct-names.ts';

export interface DefinedIn {
  readonly file: string;
  readonly parts: readonly DefinedPart[];
}

export interface Declarations {
  readonly text: string;
  /** The names that `op<'…'>` takes. */
  readonly keys: readonly string[];
}

/** A name with different meanings in several files is followed by the file: `mlp (src/a.ts)`. */
export function declarationsOf(templates: readonly DefinedIn[]): Declarations {
  const byKey = groupBy(templates, ({ parts }) => parts.map(p => p.name).join(' '));
  const entries = [...byKey].flatMap(([key, all]) => {
    const [first] = all;
    if (first && all.every(({ parts }) => typeOf(parts) === typeOf(first.parts))) {
      return [{ key, files: filesOf(all), parts: first.parts }];
    }
    const byFile = groupBy(all, ({ file }) => file);
    return [...byFile].flatMap(([file, inFile]) => {
      const [one] = inFile;
      const isOne = one && inFile.every(({ parts }) => typeOf(parts) === typeOf(one.parts));
      return isOne ? [{ key: `${key} (${file})`, files: [file], parts: one.parts }] : [];
    });
  });
  const sorted = entries.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const lines = sorted.flatMap(({ key, files, parts }) => [
    `    /** ${files.join(', ')} */`,
    `    readonly ${/^\w+$/.test(key) ? key : `'${key}'`}: ${typeOf(parts)};`,
  ]);
  const text = [...head(lines), ...lines, ...foot].map(line => `${line}\n`).join('');
  return { text, keys: sorted.map(({ key }) => key) };
}

function head(lines: readonly string[]): readonly string[] {
  const setting = lines.some(line => line.includes(': Setting')) ? 'Setting, ' : '';
  return [
    '// Made by `einc types`: make it anew when templates change.',
    `import type { ${setting}Tensor, TensorFunction } from 'einc';`,
    '',
    "declare module 'einc' {",
    '  interface Templates {',
  ];
}
const foot = [
  '  }',
  '}',
  '',
  'interface TensorWith<Params extends Readonly<Record<string, Tensor>>> extends Tensor {',
  '  readonly params: Params;',
  '}',
  '',
  'interface TensorFunctionWith<Params extends Readonly<Record<string, Tensor>>>',
  '  extends TensorFunction {',
  '  readonly params: Params;',
  '}',
];

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function filesOf(templates: readonly DefinedIn[]): readonly string[] {
  return [...new Set(templates.map(({ file }) => file))].toSorted();
}

function typeOf(parts: readonly DefinedPart[]): string {
  const [only] = parts;
  if (parts.length === 1 && only) return partType(only);
  const fields = parts.map(part => `      readonly ${part.name}: ${partType(part)};`);
  return ['{', ...fields, '    }'].join('\n');
}

function partType({ kind, settings, makesFunctions, params }: DefinedPart): string {
  if (kind !== 'layer')
    return `${kind === 'tensor' ? 'Tensor' : 'TensorFunction'}With<${fields(params)}>`;
  const made = makesFunctions ? 'TensorFunction' : 'Tensor';
  const given = [...settings.map(name => `readonly ${name}: Setting`), 'readonly label?: string'];
  return `{ (settings: { ${given.join('; ')} }): ${made}; readonly label: string }`;
}

function fields({ known, isAll }: Params): string {
  const names = distinctNames(known.map(param => param.label));
  const listed = names.map(name => `readonly ${name}: Tensor`).join('; ');
  const own = listed === '' ? '{}' : `{ ${listed} }`;
  return isAll ? own : `${own} & Readonly<Record<string, Tensor>>`;
}
