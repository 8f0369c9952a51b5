/** Runs the programs in `peers/`, where this machine can. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a C program prints first; undefined without a C compiler. */
export function microsecondsOfC(file: string): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'einc-bench-'));
  try {
    const program = join(folder, 'peer');
    execFileSync('cc', ['-O3', '-march=native', '-o', program, pathOf(file)], { stdio: 'ignore' });
    return parseFloat(execFileSync(program, { encoding: 'utf8' }));
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a Python program prints first; undefined without Python or what the program imports. */
export function microsecondsOfPython(file: string): number | undefined {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const output = execFileSync(python, [pathOf(file)], { encoding: 'utf8', stdio: 'pipe' });
      return parseFloat(output);
    } catch {
      // Another Python may have it.
    }
  }
  return undefined;
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`peers/${file}`, import.meta.url));
}
