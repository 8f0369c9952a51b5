/**
 * Makes what is generated: the grammars' bundles beside their sources, and the package in `dist/`.
 * Does nothing when nothing changed, so scripts may call it every time. `--types` adds the
 * declarations, which a published package needs, and which `einc check` reads in a third of the time
 * that the sources take; `--prepared` compiles what each first run would, which is
 * done once, at the end of `npm ci`: `runtime/prepared.ts`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);

/** The doors of the package, by the name of their file in `dist/`. */
const doors = {
  einc: 'dsl/einc.ts',
  train: 'dsl/train/index.ts',
  data: 'dsl/data/index.ts',
  plot: 'dsl/plot/index.ts',
  compiler: 'compiler/index.ts',
  cli: 'cli/main.ts',
};
/** All but the command. */
const importable = Object.values(doors).filter(path => path !== doors.cli);
/** What other threads load, and what loads the package. */
const modules = {
  hooks: 'cli/resolve-hook.ts',
  'check-thread': 'cli/check/check-thread.ts',
  'code-cache': 'runtime/code-cache.ts',
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

/**
 * Where trees of templates are kept, Ohm and the grammars that it makes of the bundles are not needed, so
 * they are evaluated when a grammar is first asked for.
 */
const grammarsWhenNeeded = {
  name: 'grammars-when-needed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.ohm-bundle\.js$/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'require-call') return undefined;
      return { path: join(resolveDir, path), namespace: 'grammars' };
    });
    onLoad({ filter: /.*/, namespace: 'grammars' }, ({ path }) => ({
      contents: `export default new Proxy({}, {
        get: (_, name) => require(${JSON.stringify(path)}).default[name],
      });`,
      resolveDir: dirname(path),
    }));
  },
};

const taken = ['ohm-js', 'commander', 'picocolors'];

/** All doors in one file of CommonJS, since V8 keeps the code of no other: `runtime/code-cache.ts`. */
function wholePackage() {
  const parts = Object.entries(doors).map(
    ([name, path]) => `export * as ${name} from './${path}';`,
  );
  return [...parts, "export { hasCompiled } from './runtime/index.ts';"].join('\n');
}

/** What esbuild leaves stands in comments; without it, the text takes half the memory and is read faster. */
function inAscii(text) {
  const escaped = character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replaceAll(/[^\x00-\x7f]/g, escaped);
}

function writeDoors(bundle) {
  const whole = createRequire(import.meta.url)(join(root, bundle));
  const write = (name, lines) => writeFileSync(`dist/${name}.js`, `${lines.join('\n')}\n`);
  write('package', [
    "import { fileURLToPath } from 'node:url';",
    "import { evaluate } from './code-cache.js';",
    `const path = fileURLToPath(new URL('${basename(bundle)}', import.meta.url));`,
    `export const { ${Object.keys(doors).join(', ')} } = evaluate(path, whole => whole.hasCompiled());`,
  ]);
  for (const name of Object.keys(doors)) {
    write(name, [
      `import { ${name} } from './package.js';`,
      `export const { ${Object.keys(whole[name]).join(', ')} } = ${name};`,
    ]);
  }
}

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
  const options = {
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20',
    // These come along: they are always needed, and one file is found and read faster than their fifty.
    external: Object.keys(dependencies).filter(name => !taken.includes(name)),
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    conditions: ['einc-source'],
    plugins: [requiredTypeScript, grammarsWhenNeeded],
  };
  await build({ ...options, entryPoints: modules, format: 'esm' });
  const { metafile } = await build({
    ...options,
    stdin: { contents: wholePackage(), resolveDir: '.', loader: 'ts' },
    entryNames: 'package-[hash]',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    banner: { js: "const packageUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'packageUrl' },
    supported: { 'dynamic-import': false },
    metafile: true,
  });
  const bundle = Object.keys(metafile.outputs).find(name => name.endsWith('.cjs'));
  writeFileSync(bundle, inAscii(readFileSync(bundle, 'utf8')));
  writeDoors(bundle);
  writeFileSync(stamp, '');
}

/** Declarations only: `npm run types` says what is wrong with types. */
async function buildTypes() {
  const [folder, half] = [join('dist', 'types'), join(root, 'dist', `types-${process.pid}`)];
  if (existsSync(folder)) return;
  const { default: ts } = await import('typescript');
  const own = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    noCheck: true,
    rootDir: root,
    outDir: half,
  };
  const { options } = ts.getParsedCommandLineOfConfigFile('tsconfig.json', own, ts.sys);
  ts.createProgram(importable, options).emit();
  renameSync(half, folder);
}

/**
 * By a run of a program, of which nothing is kept but what any other needs as well. Where it fails, as without a C
 * compiler, nothing is prepared: first runs take longer, and say what is wrong.
 */
function prepare() {
  const folder = join('dist', 'prepared');
  if (existsSync(folder)) return;
  const env = { ...process.env, EINC_CACHE: '', EINC_CACHE_DIR: folder, EINC_BACKEND: 'cc' };
  const run = ['cli/einc.js', 'run', 'examples/moons.ts', '--', '--epochs', '1', '--json'];
  const { status } = spawnSync(process.execPath, run, { env, stdio: 'ignore' });
  const isDone = status === 0 && existsSync(join(folder, 'v1'));
  if (isDone) keepWhatIsShared(folder);
  else rmSync(folder, { recursive: true, force: true });
}

function keepWhatIsShared(folder) {
  for (const file of filesUnder(join(folder, 'v1'), '.json')) {
    const { name } = JSON.parse(readFileSync(file, 'utf8'));
    if (name === 'runtime') continue;
    for (const ending of ['json', 'so']) rmSync(file.replace(/json$/, ending));
  }
  for (const other of ['programs', 'translations', 'trees'])
    rmSync(join(folder, other), { recursive: true, force: true });
}

buildGrammars();
await buildPackage();
if (process.argv.includes('--types')) await buildTypes();
if (process.argv.includes('--prepared')) prepare();
