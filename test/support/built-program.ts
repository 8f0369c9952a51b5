/**
 * Programs that tests run in processes of their own, each as one module. To read einc's sources file by
 * file, a process needs more than a second; most of these have less to do than that.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Inside the package, whose folder and whose dependencies the programs look for from where they lie. */
const folder = join(process.cwd(), 'build_files', 'test-programs');

const built = new Map<string, string>();

/** The path of a module with the program and all that it imports. */
export function builtProgram(program: URL): string {
  const path = built.get(program.href) ?? build(fileURLToPath(program));
  built.set(program.href, path);
  return path;
}

function build(program: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [program],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['einc-source'],
    external: ['koffi', 'node-api-headers'],
    sourcemap: 'inline',
    sourcesContent: false,
    write: false,
  });
  const path = join(folder, `${basename(program, '.ts')}.js`);
  const own = `${path}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(own, outputFiles[0]?.text ?? '');
  // Whole at once: another process may be reading it, or writing the same.
  renameSync(own, path);
  return path;
}
