/**
 * Finds a CUDA compiler by looking at files only: a warm start must load no compiler. NVRTC, a
 * library, is several times faster than the command `nvcc`, which reads all of CUDA's headers each time.
 */
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { BackendError } from '../../../compiler/index.ts';
import type { Environment } from '../driver/driver.ts';
import { majorVersionOf } from './version.ts';

export interface CudaCompiler {
  readonly kind: 'nvrtc' | 'nvcc';
  readonly path: string;
  /** Changes whenever a different compiler is at this path. */
  readonly identity: string;
  /** 12 for CUDA 12.4; undefined if unknown. */
  readonly majorVersion: number | undefined;
  /** The folder of the f16 and bf16 headers, for NVRTC; `nvcc` finds them by itself. */
  readonly include: string | undefined;
  /** The search path for `nvcc`'s C++ compiler. */
  readonly searchPath: string;
}

/**
 * `$EINC_NVRTC` or `$EINC_NVCC`, paths, and only that if one of them is set; otherwise NVRTC from
 * CUDA or pip, otherwise `nvcc`. Throws a `BackendError` if there is none.
 */
export function findCudaCompiler(env: Environment = process.env): CudaCompiler {
  const isNvccChosen = (env['EINC_NVRTC'] ?? '') === '' && (env['EINC_NVCC'] ?? '') !== '';
  const found = (isNvccChosen ? undefined : findNvrtc(env)) ?? findNvcc(env);
  if (found === undefined) throw nothingFound(env);
  return found;
}

/** Throws a `BackendError` if `$EINC_NVRTC` is not one. */
export function findNvrtc(env: Environment): CudaCompiler | undefined {
  const own = env['EINC_NVRTC'] ?? '';
  if (own !== '') return chosen('nvrtc', 'EINC_NVRTC', own, env);
  const library = libraryFolders(env)
    .map(libraryIn)
    .find(path => path !== undefined);
  return library === undefined ? undefined : describe('nvrtc', library, env);
}

/** Throws a `BackendError` if `$EINC_NVCC` is not one. */
export function findNvcc(env: Environment): CudaCompiler | undefined {
  const own = env['EINC_NVCC'] ?? '';
  if (own !== '') return chosen('nvcc', 'EINC_NVCC', own, env);
  const command = commandFolders(env)
    .map(folder => join(folder, 'nvcc'))
    .find(isExecutable);
  return command === undefined ? undefined : describe('nvcc', command, env);
}

function chosen(
  kind: CudaCompiler['kind'],
  variable: string,
  path: string,
  env: Environment,
): CudaCompiler {
  const isThere = kind === 'nvcc' ? isExecutable(path) : isFile(path);
  if (isAbsolute(path) && isThere) return describe(kind, path, env);
  throw new BackendError({
    code: 'EINC0934',
    message: 'no CUDA compiler found for backend `cuda`',
    notes: [
      `$${variable} is \`${path}\`: not the absolute path of ${kind === 'nvcc' ? 'a command' : 'a library'}`,
    ],
    help: [
      `set ${variable} to ${kind === 'nvcc' ? '…/bin/nvcc' : '…/libnvrtc.so.13'}, or unset it`,
    ],
  });
}

function describe(kind: CudaCompiler['kind'], path: string, env: Environment): CudaCompiler {
  const include = kind === 'nvrtc' ? includeFolder(path, env) : undefined;
  const headers = include === undefined ? '' : identityOf(join(include, header));
  const identity = `${kind} ${identityOf(path)} ${headers}`;
  const majorVersion = majorVersionOf(kind, path);
  return { kind, path, identity, majorVersion, include, searchPath: env['PATH'] ?? '' };
}

function identityOf(path: string): string {
  const file = realpathSync(path);
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${mtimeMs}`;
}

// ── Where things are ──────────────────────────────────────────────────────────────────────────────

const header = 'cuda_fp16.h';

/** Of a CUDA installation: named by variables, that of the `nvcc` on the path, the usual folders. */
function toolkits(env: Environment): readonly string[] {
  const named = [env['CUDA_HOME'], env['CUDA_PATH']].filter(path => path !== undefined);
  const commands = searchFolders(env)
    .map(folder => join(folder, 'nvcc'))
    .filter(isExecutable)
    .map(path => dirname(dirname(realpathSync(path))));
  return [...named, ...commands, '/usr/local/cuda', '/opt/cuda'].filter(isAbsolute);
}

function commandFolders(env: Environment): readonly string[] {
  return [...searchFolders(env), ...toolkits(env).map(root => join(root, 'bin'))];
}

/** A relative folder would let the current folder choose. */
function searchFolders(env: Environment): readonly string[] {
  return (env['PATH'] ?? '').split(':').filter(isAbsolute);
}

function libraryFolders(env: Environment): readonly string[] {
  const target = process.arch === 'arm64' ? 'sbsa-linux' : 'x86_64-linux';
  const multiarch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const ofToolkits = toolkits(env).flatMap(root =>
    ['lib64', 'lib', `targets/${target}/lib`].map(folder => join(root, folder)),
  );
  const ofPip = sitePackages(env).flatMap(root => [
    ...namesIn(join(root, 'nvidia'), /^cu\d+$/).map(name => join(root, 'nvidia', name, 'lib')),
    join(root, 'nvidia/cuda_nvrtc/lib'),
  ]);
  const ofSystem = [`/usr/lib/${multiarch}`, '/usr/lib64', '/usr/lib', '/usr/local/lib'];
  const searched = (env['LD_LIBRARY_PATH'] ?? '').split(':').filter(isAbsolute);
  return [...ofToolkits, ...ofPip, ...searched, ...ofSystem];
}

/** The package folders of the Pythons on the path. */
function sitePackages(env: Environment): readonly string[] {
  const roots = [env['VIRTUAL_ENV'], env['CONDA_PREFIX']].filter(path => path !== undefined);
  const commands = searchFolders(env).filter(folder => isExecutable(join(folder, 'python3')));
  const home = env['HOME'] ?? '';
  const all = [
    ...roots,
    ...commands.map(dirname),
    ...commands.map(folder => dirname(dirname(realpathSync(join(folder, 'python3'))))),
    ...(home === '' ? [] : [join(home, '.local')]),
  ];
  return [...new Set(all)].filter(isAbsolute).flatMap(root => {
    const versions = namesIn(join(root, 'lib'), /^python3(\.\d+)?$/);
    return versions.flatMap(version =>
      ['site-packages', 'dist-packages'].map(folder => join(root, 'lib', version, folder)),
    );
  });
}

/** The newest in a folder. */
function libraryIn(folder: string): string | undefined {
  const [name] = namesIn(folder, /^libnvrtc\.so(\.\d+)*$/).toSorted(byVersion);
  return name === undefined ? undefined : join(folder, name);
}

function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

/** The library's own headers, or those of a CUDA installation beside it. */
function includeFolder(library: string, env: Environment): string | undefined {
  const lib = dirname(library);
  const own = [join(dirname(lib), 'include'), join(lib, '../../cuda_runtime/include')];
  const others = toolkits(env).map(root => join(root, 'include'));
  return [...own, ...others].find(folder => existsSync(join(folder, header)));
}

function namesIn(folder: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(folder).filter(name => pattern.test(name));
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function nothingFound(env: Environment): BackendError {
  return new BackendError({
    code: 'EINC0934',
    message: 'no CUDA compiler found for backend `cuda`',
    notes: [
      `looked for libnvrtc.so in ${libraryFolders(env).join(', ')}`,
      `looked for nvcc in ${commandFolders(env).join(', ')}`,
    ],
    help: [
      'pip install nvidia-cuda-nvrtc, or install CUDA',
      'elsewhere: set EINC_NVRTC=/path/to/libnvrtc.so.13 or EINC_NVCC=/path/to/nvcc',
      '`einc doctor` shows what was found',
    ],
  });
}
