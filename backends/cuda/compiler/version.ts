/**
 * The CUDA version of a compiler, determined from file names and neighbouring files, without loading or running it.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** 11 for CUDA 11.8; undefined if unknown. */
export function majorVersionOf(kind: 'nvrtc' | 'nvcc', path: string): number | undefined {
  const file = realpathSync(path);
  return kind === 'nvrtc' ? ofLibrary(basename(file)) : ofToolkit(dirname(dirname(file)));
}

/** `libnvrtc.so.12`, `libnvrtc.so.11.8.89`; the short name is `libnvrtc.so.11.2` throughout CUDA 11. */
function ofLibrary(name: string): number | undefined {
  return numberIn(/\.so\.(\d+)/.exec(name));
}

/** CUDA has a version file; older installations have the version in the folder's name. */
function ofToolkit(root: string): number | undefined {
  return numberIn(/"cuda"\s*:\s*{[^}]*"version"\s*:\s*"(\d+)\./.exec(textOf(root))) ?? named(root);
}

function textOf(root: string): string {
  try {
    return readFileSync(join(root, 'version.json'), 'utf8');
  } catch {
    return '';
  }
}

function named(root: string): number | undefined {
  return numberIn(/^cuda-(\d+)/.exec(basename(root)));
}

function numberIn(found: RegExpExecArray | null): number | undefined {
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
