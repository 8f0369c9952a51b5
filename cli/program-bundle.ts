/**
 * Bundles a program and the files it imports into one JavaScript file, which Node runs without a module
 * loader. Only for programs whose behaviour that cannot change: those that import third-party packages, have
 * dynamic imports of computed names, or are CommonJS need a loader.
 */
import type {
  Loader,
  OnLoadResult,
  OnResolveArgs,
  OnResolveResult,
  Plugin,
  PluginBuild,
} from 'esbuild';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProgramFiles } from './program-files.ts';

/** Another number whenever the same files give another text. */
export const recipe = '1';

/** With its source map inside; undefined when it needs a loader, or has errors for it to report. */
export async function bundleProgram(
  entry: string,
  files: ProgramFiles,
): Promise<string | undefined> {
  const { build } = await import('esbuild');
  const folder = dirname(entry);
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      outfile: join(folder, 'program.mjs'),
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // What a program does to the world, and what its functions are called, stays.
      treeShaking: false,
      ignoreAnnotations: true,
      keepNames: true,
      charset: 'utf8',
      tsconfigRaw: '{}',
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [localFiles(files)],
    });
    const text = (ending: string): string =>
      outputFiles.find(file => file.path.endsWith(ending))?.text ?? '';
    const [code, map] = [text('.mjs'), text('.mjs.map')];
    return needsLoader.test(code) ? undefined : withMap(code, map, folder);
  } catch {
    return undefined;
  }
}

/**
 * `import(…)` of what is not a literal, what is left of `import.meta`, code in strings, and the functions
 * by which esbuild stands in for CommonJS and for decorators, of which there are two kinds.
 */
const needsLoader =
  /\bimport\s*\((?!\s*["'])|\bimport\.meta\b|\beval\s*\(|\b__(?:commonJS|decorat\w*|runInitializers)\b/;

/** Modules by which a program would come upon files that are not in the bundle. */
const loading = /^(?:node:)?(?:module|worker_threads)$/;

class NeedsLoader extends Error {}

function localFiles(files: ProgramFiles): Plugin {
  return {
    name: 'local-files',
    setup(build) {
      build.onResolve({ filter: /.*/ }, args => resolveImport(args, files));
      build.onLoad({ filter: /.*/ }, ({ path }) => load(path, files, build.esbuild));
    },
  };
}

function resolveImport(
  { kind, path, resolveDir, importer, with: attributes }: OnResolveArgs,
  files: ProgramFiles,
): OnResolveResult {
  if (kind === 'entry-point') return { path };
  const isImport = kind === 'import-statement' || kind === 'dynamic-import';
  if (!isImport || Object.keys(attributes).length > 0) throw new NeedsLoader(path);
  if (/^einc(\/|$)/.test(path)) return { path: doorOf(path), external: true };
  if (isBuiltin(path) && !loading.test(path)) return { path, external: true };
  if (!/^\.\.?\//.test(path)) throw new NeedsLoader(path);
  const candidates = pathsOf(resolve(resolveDir, path), /\.m?ts$/.test(importer));
  const found = candidates.find(candidate => files.has(candidate));
  if (found === undefined) throw new NeedsLoader(path);
  return { path: found };
}

/** Of this very package, from wherever the program lies. */
function doorOf(name: string): string {
  return pathToFileURL(createRequire(import.meta.url).resolve(name)).href;
}

/** In TypeScript `./x.js` means `x.ts` if there is one, and `./x` may be either, or a folder. */
function pathsOf(path: string, fromTypeScript: boolean): readonly string[] {
  const extension = extname(path);
  if (/^\.m?js$/.test(extension)) {
    const typed = path.replace(/js$/, 'ts');
    return fromTypeScript ? [typed, path] : [path];
  }
  if (/^\.[cm]?[jt]sx?$/.test(extension)) return [path];
  return ['.ts', '.tsx', '.js', '/index.ts'].map(ending => `${path}${ending}`);
}

const loaders: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.mts': 'ts', '.mjs': 'js' };

/** A file may ask where it lies, which after bundling is elsewhere. */
async function load(
  path: string,
  files: ProgramFiles,
  esbuild: PluginBuild['esbuild'],
): Promise<OnLoadResult> {
  const loader = loaders[extname(path)];
  const contents = files.text(path);
  if (loader === undefined || contents === undefined) throw new NeedsLoader(path);
  if (!contents.includes('import.meta')) return { contents, loader };
  const { code } = await esbuild.transform(contents, {
    loader,
    sourcefile: path,
    sourcemap: 'inline',
    sourcesContent: false,
    target: 'esnext',
    charset: 'utf8',
    tsconfigRaw: '{}',
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(path).href),
      'import.meta.filename': JSON.stringify(path),
      'import.meta.dirname': JSON.stringify(dirname(path)),
    },
  });
  return { contents: code, loader: 'js' };
}

/** The map names its sources by URL, so that the file may lie anywhere. */
function withMap(code: string, map: string, folder: string): string {
  const { sources, ...rest } = JSON.parse(map) as { readonly sources: readonly string[] };
  const urls = sources.map(source => pathToFileURL(resolve(folder, source)).href);
  const text = Buffer.from(JSON.stringify({ ...rest, sources: urls })).toString('base64');
  return `${code}//# sourceMappingURL=data:application/json;base64,${text}\n`;
}
