/** Programs in C of this folder, built where they are needed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CProgram extends Disposable {
  readonly path: string;
}

/** Builds a program of this folder for this machine; undefined without the compiler. */
export function buildC(file: string, compiler: 'cc' | 'mpicc' = 'cc'): CProgram | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'einc-bench-'));
  const path = join(folder, 'program');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const source = fileURLToPath(new URL(file, import.meta.url));
  try {
    const flags = ['-O3', '-march=native', '-pthread'];
    execFileSync(compiler, [...flags, '-o', path, source, '-lm'], { stdio: 'ignore' });
  } catch {
    remove();
    return undefined;
  }
  return { path, [Symbol.dispose]: remove };
}
