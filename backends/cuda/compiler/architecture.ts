/** The architectures that GPU code is compiled for. */
import { beforeSm80, type Target, UserError, withGroups } from '../../../compiler/index.ts';

/** `sm_90`, or `sm_90a` with architecture-specific features. */
export type Architecture = `sm_${string}`;

/** Parses `$EINC_CUDA_ARCH` or `--arch`: `sm_90`, `90` or `9.0`. Throws a `UserError` if it is invalid. */
export function parseArchitecture(text: string): Architecture {
  const [, major, minor, suffix = ''] = /^(?:sm_)?(\d+)\.?(\d)([af]?)$/.exec(text) ?? [];
  if (major !== undefined && minor !== undefined) return `sm_${major}${minor}${suffix}`;
  throw new UserError({
    code: 'EINC0937',
    message: `\`${text}\` is no architecture of a GPU`,
    help: ['write one as `sm_80`, `sm_90` or `9.0`; `einc doctor` says which this GPU has'],
  });
}

/** Earlier CUDA versions do not know `sm_90a`. */
const firstWithGroups = 12;

/** The full architecture of a GPU of that capability, as far as a compiler of that CUDA version knows it. */
export function architectureOf(
  [major, minor]: readonly [number, number],
  compiler?: number,
): Architecture {
  const isHopper = major === 9 && minor === 0;
  const knowsGroups = compiler === undefined || compiler >= firstWithGroups;
  return isHopper && knowsGroups ? 'sm_90a' : `sm_${major}${minor}`;
}

/**
 * `nvcc` is given both of its stages: with `-arch=sm_90a` alone some versions compile for sm_90 first, which lacks
 * features.
 */
export function archOptionOf(architecture: Architecture): string {
  return `-gencode=arch=${architecture.replace('sm', 'compute')},code=${architecture}`;
}

/** `mma` of all dtypes needs sm_80, `wgmma` needs sm_90a. */
export function targetFor(architecture: Architecture, target: Target): Target {
  if (numberOf(architecture) < 80) return beforeSm80(target);
  return architecture === 'sm_90a' ? withGroups(target) : target;
}

function numberOf(architecture: Architecture): number {
  return Number(/\d+/.exec(architecture)?.[0]);
}

/**
 * The target for a compiler that knows these architectures: the architecture itself, or for a GPU newer than the
 * compiler the newest known one before it, as PTX, which the driver compiles.
 */
export function compilableBy(known: readonly number[], architecture: Architecture): string {
  const wanted = numberOf(architecture);
  const older = known.filter(number => number < wanted);
  if (known.includes(wanted) || older.length === 0) return architecture;
  return `compute_${Math.max(...older)}`;
}
