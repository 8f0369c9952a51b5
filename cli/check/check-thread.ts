/**
 * The second thread, which checks the templates it is sent until it reaches a file that the main
 * thread has taken, and returns its findings. Until it receives any, it parses what look like
 * templates, from the last file on: first in files that it expects, then in those it is given.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
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
import type { Told } from './ahead.ts';
import { CleanTemplates } from './clean-templates.ts';
import { filesAt, isSource } from './files.ts';
import { likelyTemplates } from './likely-templates.ts';
import { type SentTemplate, typeOfMade } from './sent-template.ts';
import { Shares } from './shares.ts';

const clean = new CleanTemplates();
const trees = new Map<string, Tree>();

let shares = new Shares(0);
/** The files to parse before there is something to check. */
let unread = guessed(workerData as readonly string[]);
const looked = new Set<string>();
setImmediate(readAhead);

parentPort?.on('message', (told: Told) => {
  if (told.kind === 'files') {
    shares = new Shares(told.shares);
    unread = told.names.filter(name => !looked.has(name));
    setImmediate(readAhead);
    return;
  }
  unread = [];
  const { file, templates } = told;
  const isOurs = shares.take(file);
  if (isOurs) for (const template of templates) check(template);
  if (isOurs && file > 0) return;
  parentPort?.postMessage(clean.found());
  parentPort?.close();
});

/** The files that will probably be sent. */
function guessed(paths: readonly string[]): string[] {
  try {
    const names = (paths.length > 0 ? paths : ['.']).flatMap(filesAt);
    return names.filter(isSource).map(name => resolve(name));
  } catch {
    return []; // The main thread reports errors in the paths.
  }
}

/** One file at a time, so that messages are received in between. */
function readAhead(): void {
  const name = unread.pop();
  if (name === undefined) return;
  looked.add(name);
  for (const { language, text } of likelyTemplates(readFileSync(name, 'utf8'))) {
    treeOf(language, text);
  }
  setImmediate(readAhead);
}

function check({ language, text, holes }: SentTemplate): void {
  const typed = holes.map(({ type, expression, maker }) => ({
    type: maker ? typeOfMade(type, madeBy(maker.text), maker.property) : type,
    expression,
    // The error will be found again and reported when the file is sent.
    typeText: () => '',
  }));
  clean.faultsOf([language, text], typed, () => {
    const { program, source } = treeOf(language, text);
    return program instanceof UserError ? program.diagnostics : faultsOf(program, source, typed);
  });
}

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
