/** What GPU code is made for. */
import { beforeSm80, type Target, UserError, withGroups } from '../../../compiler/index.ts';

/** `sm_90`, or `sm_90a` with what only that one has. */
export type Architecture = `sm_${string}`;

/** Of `$EINC_CUDA_ARCH`, `--arch`: `sm_90`, `90` or `9.0`. Throws a `UserError` for what is none. */
export function parseArchitecture(text: string): Architecture {
  const [, major, minor, suffix = ''] = /^(?:sm_)?(\d+)\.?(\d)([af]?)$/.exec(text) ?? [];
  if (major !== undefined && minor !== undefined) return `sm_${major}${minor}${suffix}`;
  throw new UserError({
    code: 'EINC0937',
    message: `\`${text}\` is no architecture of a GPU`,
    help: ['write one as `sm_80`, `sm_90` or `9.0`; `einc doctor` says which this GPU has'],
  });
}

/** CUDA before does not know `sm_90a`. */
const firstWithGroups = 12;

/** With all that a GPU of that capability has, as far as a compiler of that CUDA knows it. */
export function architectureOf(
  [major, minor]: readonly [number, number],
  compiler?: number,
): Architecture {
  const isHopper = major === 9 && minor === 0;
  const knowsGroups = compiler === undefined || compiler >= firstWithGroups;
  return isHopper && knowsGroups ? 'sm_90a' : `sm_${major}${minor}`;
}

/** `nvcc` is told of both its steps: with `-arch=sm_90a` alone some compile for sm_90 first, which has less. */
export function archOptionOf(architecture: Architecture): string {
  return `-gencode=arch=${architecture.replace('sm', 'compute')},code=${architecture}`;
}

/** `mma` of all dtypes is there from sm_80 on, `wgmma` with sm_90a alone. */
export function targetFor(architecture: Architecture, target: Target): Target {
  if (numberOf(architecture) < 80) return beforeSm80(target);
  return architecture === 'sm_90a' ? withGroups(target) : target;
}

function numberOf(architecture: Architecture): number {
  return Number(/\d+/.exec(architecture)?.[0]);
}

/**
 * What to tell a compiler that knows these: the architecture itself, or for a GPU that is newer than the
 * compiler the newest before it, as PTX, which the driver compiles.
 */
export function compilableBy(known: readonly number[], architecture: Architecture): string {
  const wanted = numberOf(architecture);
  const older = known.filter(number => number < wanted);
  if (known.includes(wanted) || older.length === 0) return architecture;
  return `compute_${Math.max(...older)}`;
}
