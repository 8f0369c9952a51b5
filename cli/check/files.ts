/** Which files of a folder are checked, judged by their names. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../compiler/index.ts';

export function isSource(name: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(name) && !isDeclaration(name);
}

export function isDeclaration(name: string): boolean {
  return /\.d\.(?:[^/]*\.)?[cm]?ts$/.test(name);
}

export function isJavaScript(name: string): boolean {
  return /\.[cm]?jsx?$/.test(name);
}

/** The patterns of files in a folder. */
const isTypeScript = /\.[cm]?tsx?$/;

/** The TypeScript in a folder, or the file itself. */
export function filesAt(path: string): readonly string[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) {
    throw new UserError({
      code: 'EINC0701',
      message: `there is no file ${path}`,
    });
  }
  if (status.isFile() && !isSource(path) && !isDeclaration(path)) {
    throw new UserError({
      code: 'EINC0701',
      message: `${path} is no file of TypeScript or JavaScript`,
    });
  }
  if (!status.isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap(entry => {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) return [];
    const inner = join(path, entry.name);
    return entry.isDirectory() ? filesAt(inner) : isTypeScript.test(entry.name) ? [inner] : [];
  });
}
