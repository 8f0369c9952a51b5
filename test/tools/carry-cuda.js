/**
 * Prepares a folder with all that a machine with a GPU needs to test and time the backend `cuda` when it has
 * neither npm nor Node: see test/cuda/README.md.
 *
 *   node test/tools/carry-cuda.js --out DIR
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);

const { values } = parseArgs({ options: { out: { type: 'string' } } });
if (values.out === undefined) {
  console.error('usage: node test/tools/carry-cuda.js --out DIR');
  process.exit(2);
}
const out = resolve(values.out);
const mostBytes = 40 * 2 ** 20;

/** Programs of ours, each as modules that need koffi alone. */
const programs = [
  {
    from: 'test/cuda/conformance.ts',
    to: 'conformance',
    alias: { vitest: './test/cuda/vitest.ts' },
  },
  { from: 'bench/main.ts', to: 'bench' },
];

/** What they look for beside them; the sources of C for an emulated GPU, which needs no other. */
const copied = [
  'bench/peers',
  'bench/machine.c',
  'bench/machine.cu',
  'backends/native',
  'backends/cuda-emulator/include',
  'node_modules/koffi',
  'node_modules/@koromix',
  'node_modules/node-api-headers/package.json',
  'node_modules/node-api-headers/include',
];

async function buildPrograms() {
  const { build } = await import('esbuild');
  for (const { from, to, alias = {} } of programs) {
    rmSync(join(out, to), { recursive: true, force: true });
    await build({
      entryPoints: { main: from },
      outdir: join(out, to),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: ['koffi', 'node-api-headers'],
      conditions: ['einc-source'],
      alias,
      logLevel: 'warning',
    });
  }
}

function copyFiles() {
  const isNeeded = path => !/\/(doc|vendor|musl_x64|__pycache__)(\/|$)|\.(ts|md)$/.test(path);
  for (const path of copied) {
    cpSync(path, join(out, path), { recursive: true, dereference: true, filter: isNeeded });
  }
  writeFileSync(join(out, 'package.json'), '{ "name": "einc", "type": "module" }\n');
  cpSync('test/cuda/run.sh', join(out, 'run.sh'));
}

/** This Node, without symbols; made once, since it takes a minute. */
function packNode() {
  const packed = join(out, 'node.xz');
  if (!existsSync(packed)) {
    const plain = join(out, 'node');
    execFileSync('strip', ['-o', plain, process.execPath]);
    execFileSync('xz', ['-3', '--threads=0', plain]);
  }
  // Of older systems, should the machine have none.
  mkdirSync(join(out, 'lib'), { recursive: true });
  for (const library of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    const path = execFileSync('gcc', [`-print-file-name=${library}`], { encoding: 'utf8' }).trim();
    cpSync(path, join(out, 'lib', library), { dereference: true });
  }
}

function bytesUnder(folder) {
  return readdirSync(folder, { recursive: true })
    .map(name => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

execFileSync(process.execPath, ['test/tools/build.js'], { stdio: 'inherit' });
mkdirSync(out, { recursive: true });
await buildPrograms();
copyFiles();
packNode();
const bytes = bytesUnder(out);
console.log(`${out}: ${(bytes / 2 ** 20).toFixed(1)} MiB`);
if (bytes > mostBytes) {
  console.error(`that is more than the ${mostBytes / 2 ** 20} MiB that it may be`);
  process.exit(1);
}
