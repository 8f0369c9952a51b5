/** A thread of its own, which checks the templates it was started with and answers with what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../compiler/index.ts';
import {
  faultsOf,
  type Language,
  type Made,
  read,
  TemplateSource,
  whatItMakes,
} from '../../dsl/dry-run/index.ts';
import { standIn } from '../../dsl/language/template-places.ts';
import { holeMark } from '../../dsl/language/template-source.ts';
import { CleanTemplates } from './clean-templates.ts';
import { type SentTemplate, typeOfMade } from './sent-template.ts';

const clean = new CleanTemplates();
const trees = new Map<string, Tree>();

for (const { language, text, holes } of workerData as readonly SentTemplate[]) {
  const typed = holes.map(({ type, expression, maker }) => ({
    type: maker ? typeOfMade(type, madeBy(maker.text), maker.property) : type,
    expression,
    // What is wrong is found again, and said, where the file is known.
    typeText: () => '',
  }));
  clean.faultsOf([language, text], typed, () => {
    const { program, source } = treeOf(language, text);
    return program instanceof UserError ? program.diagnostics : faultsOf(program, source, typed);
  });
}
parentPort?.postMessage(clean.found());

interface Tree {
  readonly program: ReturnType<typeof read>;
  readonly source: TemplateSource;
}

function madeBy(text: string): Made | undefined {
  return clean.madeBy(text, () => {
    const { program } = treeOf('op', text);
    return program instanceof UserError || program.kind === 'cd' ? undefined : whatItMakes(program);
  });
}

function treeOf(language: Language, text: string): Tree {
  const known = trees.get(`${language} ${text}`);
  if (known) return known;
  const raw = text.split(holeMark);
  const places = standIn(raw, undefined);
  const place = { places, declarationOf: () => undefined };
  const source = new TemplateSource({ raw }, treeOf, place);
  const tree = { program: read(language, source), source };
  trees.set(`${language} ${text}`, tree);
  return tree;
}
