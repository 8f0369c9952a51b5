/** The only place that knows all backends. */
import {
  boundToGpu,
  gpu,
  type Program,
  type Target,
  targets,
  withBulkCopies,
  withMatrices,
  UserError,
} from '../compiler/index.ts';
import type { Backend } from '../runtime/backend.ts';
import {
  checkSwitches,
  type Collective,
  inProcess,
  type Launch,
  noteOnOrigin,
  settings,
} from '../runtime/index.ts';
import { CcBackend } from './cc/backend.ts';
import { c99 } from './cc/dialect.ts';
import { emit } from './clike/emit.ts';
import { CompileOnlyBackend } from './compile-only.ts';
import { CudaBackend } from './cuda/backend.ts';
import { parseArchitecture, targetFor } from './cuda/compiler/architecture.ts';
import { type CudaSource, cudaSource } from './cuda/source.ts';
import { CudaEmulatorBackend } from './cuda-emulator/backend.ts';
import { openMpi } from './mpi/open.ts';
import { nativeTarget } from './native/cpu.ts';
import { InterpreterBackend } from './interpreter/backend.ts';

export { cudaInventory } from './cuda/inventory.ts';
export { checkToolchain, cppCompiler, type Toolchain } from './toolchain.ts';

/** Backends that run programs on any machine. */
export const backendNames = ['cc', 'interp', 'cuda-emulator'] as const;
/** Including those that need a GPU. */
export const allBackendNames = [...backendNames, 'cuda'] as const;
/** `cuda:1` is the second GPU. */
export type BackendName = (typeof allBackendNames)[number] | `cuda:${number}`;

/**
 * Opens a backend: the named one, else `$EINC_BACKEND`, else `cc`. Rejects with a `BackendError`
 * if the machine lacks what it needs.
 */
export async function openBackend(name?: BackendName): Promise<Backend> {
  checkSwitches();
  const { backend, ordinal } = known(name);
  switch (backend) {
    case 'interp':
      return new InterpreterBackend();
    case 'cuda':
      if (settings().executes)
        return new CudaBackend({ ordinal, target: gpuTarget(), source: boundSource });
      return cudaText('cuda');
    case 'cuda-emulator':
      if (settings().executes) return CudaEmulatorBackend.open(gpuTarget());
      return cudaText('cuda-emulator');
    case 'cc':
      if (settings().executes) return CcBackend.open(chosenTarget());
      return new CompileOnlyBackend('cc', chosenTarget(), program => ({
        extension: 'c',
        text: emit(program, c99),
      }));
  }
}

/**
 * Starts the slow part of opening the backend early: on a cold cache, compiling the runtime. Errors are
 * reported to whoever opens the backend.
 */
export function prepareBackend(): void {
  const { backend = 'cc', executes } = settings();
  if (backend === 'cc' && executes) CcBackend.open().catch(() => undefined);
}

/**
 * The `Collective` between the ranks of a launch: MPI, or a trivial one for a single rank. `seconds` is how long
 * a rank may keep the others waiting.
 */
export async function openCollective(launch: Launch, seconds: number): Promise<Collective> {
  const [alone] = launch.size === 1 ? inProcess(1) : [];
  return alone ?? openMpi(launch, seconds);
}

/** The requested GPU. Products of f32 use f32 arithmetic, unless tf32 is enabled; copies are those of threads, unless TMA is. */
function gpuTarget(): Target {
  const { allowsTf32, copiesInBulk, architecture = '' } = settings();
  const multiplying = allowsTf32 ? withMatrices(gpu, ['f16', 'bf16', 'tf32']) : gpu;
  const target = copiesInBulk ? withBulkCopies(multiplying) : multiplying;
  return architecture === '' ? target : targetFor(parseArchitecture(architecture), target);
}

/** `$EINC_TARGET`, else this processor. */
function chosenTarget(): Target {
  const name = settings().target;
  if (name === undefined || name === 'native') return nativeTarget();
  const found = Object.values(targets).find(target => target.name === name);
  if (found) return found;
  const names = ['native', ...Object.keys(targets)];
  throw new UserError({
    code: 'EINC0508',
    message: `there is no target called \`${name}\``,
    notes: noteOnOrigin('EINC_TARGET', name),
    help: [`the targets are ${names.map(known => `\`${known}\``).join(', ')}`],
  });
}

/** A backend that generates CUDA and runs nothing. */
function cudaText(name: BackendName): Backend {
  return new CompileOnlyBackend(name, gpuTarget(), program => ({
    extension: 'cu',
    text: boundSource(program).text,
  }));
}

/** Also for programs that have not been through the GPU passes. */
function boundSource(program: Program): CudaSource {
  return cudaSource(boundToGpu(program));
}

interface Known {
  readonly backend: (typeof allBackendNames)[number];
  /** The GPU's number. */
  readonly ordinal: number;
}

function known(given: string | undefined): Known {
  const { backend: preset } = settings();
  const name = given ?? preset ?? 'cc';
  const [, gpuOrdinal] = /^cuda:(\d+)$/.exec(name) ?? [];
  if (gpuOrdinal !== undefined) return { backend: 'cuda', ordinal: Number(gpuOrdinal) };
  const found = allBackendNames.find(backend => backend === name);
  if (found) return { backend: found, ordinal: 0 };
  throw new UserError({
    code: 'EINC0508',
    message: `there is no backend called \`${name}\``,
    ...(given === undefined && { notes: noteOnOrigin('EINC_BACKEND', preset) }),
    help: [`the backends are ${allBackendNames.map(backend => `\`${backend}\``).join(', ')}`],
  });
}
