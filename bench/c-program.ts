/** Builds the C programs of this folder on demand. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CProgram extends Disposable {
  readonly path: string;
}

/** How each compiler is told what the program is for. A driver makes of code for old GPUs that of its own. */
const flagsOf = {
  cc: ['-march=native', '-pthread', '-lm'],
  mpicc: ['-march=native', '-pthread', '-lm'],
  nvcc: ['-gencode=arch=compute_75,code=compute_75'],
};

/** Builds a program of this folder for this machine; undefined without the compiler. */
export function buildC(file: string, compiler: keyof typeof flagsOf = 'cc'): CProgram | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'einc-bench-'));
  const path = join(folder, 'program');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const source = fileURLToPath(new URL(file, import.meta.url));
  try {
    const args = ['-O3', '-o', path, source, ...flagsOf[compiler]];
    execFileSync(compiler, args, { stdio: 'ignore' });
  } catch {
    remove();
    return undefined;
  }
  return { path, [Symbol.dispose]: remove };
}
