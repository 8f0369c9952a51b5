/** `einc types`: generates a declaration file that gives TypeScript the types of templates. */
import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../compiler/index.ts';
import { shownPath } from '../dsl/language/text-file.ts';
import { makeFolder } from '../runtime/index.ts';
import { declarationsOf } from './check/declarations.ts';
import { DefinitionReader } from './check/defined-parts.ts';
import { KnownTypes } from './check/known-types.ts';
import { findSources, openProject } from './check/project.ts';

export interface TypesOptions {
  readonly project?: string;
  readonly out: string;
}

/** Writes the file, and says how many templates it declares. */
export function types(paths: readonly string[], { project, out }: TypesOptions): void {
  const opened = openProject(findSources({ paths, project }));
  const reader = new DefinitionReader(new KnownTypes(opened.programs));
  const templates = opened.files.flatMap(file =>
    reader.inFile(file).map(parts => ({ file: shownPath(file.fileName), parts })),
  );
  const { text, keys } = declarationsOf(templates);
  write(out, text);
  console.log(`${out}: ${keys.length === 1 ? '1 template' : `${keys.length} templates`}`);
}

function write(path: string, text: string): void {
  try {
    makeFolder(dirname(resolve(path)));
    writeFileSync(path, text);
  } catch (cause) {
    throw new UserError({
      code: 'EINC0705',
      message: `the declarations cannot be written to ${path}`,
      notes: [cause instanceof Error ? cause.message : String(cause)],
    });
  }
}
