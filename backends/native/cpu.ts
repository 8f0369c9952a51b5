import { closeSync, openSync, readSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { type Target, targets } from '../../compiler/index.ts';

const telling =
  /^(vendor_id|model name|flags|Features|CPU (implementer|variant|part|revision))\s*:/;

/** What `-march=native` depends on: two machines with the same text may share compiled code. */
export function cpuIdentity(): string {
  const lines = firstCpu()
    .split('\n')
    .filter(line => telling.test(line));
  return lines.length > 0 ? lines.join('\n') : (cpus()[0]?.model ?? '');
}

/** The features of this processor. */
export function nativeTarget(): Target {
  const words = new Set(firstCpu().split(/\s+/));
  if (words.has('avx512f') && words.has('avx512dq')) return targets.avx512;
  if (words.has('avx2') && words.has('fma')) return targets.avx2;
  if (words.has('asimd') || arch() === 'arm64') return targets.neon;
  return arch() === 'x64' ? targets.sse : targets.scalar;
}

/** The beginning of the file is enough, and cheap however many cores there are. */
function firstCpu(): string {
  try {
    const file = openSync('/proc/cpuinfo', 'r');
    try {
      const start = Buffer.alloc(16_384);
      const length = readSync(file, start);
      return start.toString('latin1', 0, length).split('\n\n')[0] ?? '';
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
