/**
 * Makes what is generated: the grammars' bundles beside their sources, and the package in `dist/`.
 * Does nothing when nothing changed, so scripts may call it every time. `--types` adds the
 * declarations that only a published package needs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);

/** The doors of the package, by the name of their file in `dist/`. */
const entryPoints = {
  einc: 'dsl/einc.ts',
  train: 'dsl/train/index.ts',
  data: 'dsl/data/index.ts',
  plot: 'dsl/plot/index.ts',
  compiler: 'compiler/index.ts',
  cli: 'cli/main.ts',
  hooks: 'cli/resolve-hook.ts',
  'check-thread': 'cli/check/check-thread.ts',
};
const sourceFolders = ['compiler', 'runtime', 'backends', 'dsl', 'cli'];
const stamp = 'dist/.built';

const changed = path => (existsSync(path) ? statSync(path).mtimeMs : 0);
const filesUnder = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .map(name => join(folder, name))
    .filter(name => name.endsWith(ending));

function buildGrammars() {
  const stale = filesUnder('dsl', '.ohm').filter(g => changed(g) > changed(`${g}-bundle.js`));
  if (stale.length === 0) return;
  const ohm = join('node_modules', '@ohm-js', 'cli', 'index.js');
  execFileSync(process.execPath, [ohm, 'generateBundles', '--withTypes', '--esm', ...stale], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * To import what is CommonJS, Node first looks for the names in all its text, which of TypeScript
 * takes a tenth of a second; to require it, it does not.
 */
const requiredTypeScript = {
  name: 'required-typescript',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^ts-morph$/ }, ({ path }) => ({ path, namespace: 'required' }));
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `import { createRequire } from 'node:module';
        export const { Project, ts } = createRequire(import.meta.url)('${path}');`,
    }));
  },
};

async function buildPackage() {
  const inputs = sourceFolders.flatMap(folder => [
    ...filesUnder(folder, '.ts'),
    ...filesUnder(folder, '.ohm-bundle.js'),
  ]);
  const newest = Math.max(...['package.json', 'test/tools/build.js', ...inputs].map(changed));
  if (newest <= changed(stamp)) return;
  // Loaded only when there is something to build: a no-op call should cost next to nothing.
  const { build } = await import('esbuild');
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  rmSync('dist', { recursive: true, force: true });
  await build({
    entryPoints,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Ohm comes along: it is always needed, and one file is found and read faster than its forty.
    external: Object.keys(dependencies).filter(name => name !== 'ohm-js'),
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    conditions: ['einc-source'],
    plugins: [requiredTypeScript],
  });
  writeFileSync(stamp, '');
}

function buildTypes() {
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const options = '--noEmit false --declaration --emitDeclarationOnly --outDir dist/types';
  execFileSync(process.execPath, [tsc, ...options.split(' ')], { stdio: 'inherit' });
}

buildGrammars();
await buildPackage();
if (process.argv.includes('--types')) buildTypes();
