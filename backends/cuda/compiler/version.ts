/** Which CUDA a compiler is of, without loading or running it: what files are called, and what lies beside them says so. */
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** 11 for CUDA 11.8; undefined where nothing tells. */
export function majorVersionOf(kind: 'nvrtc' | 'nvcc', path: string): number | undefined {
  const file = realpathSync(path);
  return kind === 'nvrtc' ? ofLibrary(basename(file)) : ofToolkit(dirname(dirname(file)));
}

/** `libnvrtc.so.12`, `libnvrtc.so.11.8.89`; all of CUDA 11 are `libnvrtc.so.11.2` by their short name. */
function ofLibrary(name: string): number | undefined {
  return numberIn(/\.so\.(\d+)/.exec(name));
}

/** CUDA says its version in a file; folders of older ones have it in their name. */
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
