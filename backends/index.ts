/** The only place that knows all backends. */
import {
  boundToGpu,
  gpu,
  type Program,
  type Target,
  targets,
  withMatrices,
  UserError,
} from '../compiler/index.ts';
import type { Backend } from '../runtime/backend.ts';
import { type Collective, inProcess, type Launch, settings } from '../runtime/index.ts';
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

/** Those that run programs on any machine. */
export const backendNames = ['cc', 'interp', 'cuda-emulator'] as const;
/** With those that need a GPU. */
export const allBackendNames = [...backendNames, 'cuda'] as const;
/** `cuda:1` is the second GPU. */
export type BackendName = (typeof allBackendNames)[number] | `cuda:${number}`;

/**
 * Opens a backend: the named one, else `$EINC_BACKEND`, else `cc`. Rejects with a `BackendError`
 * when the machine lacks what it needs.
 */
export async function openBackend(name?: BackendName): Promise<Backend> {
  const { backend, ordinal } = known(name ?? settings().backend ?? 'cc');
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
 * Begins with what opening the backend would wait for: the first time of all, a compiler's run. Whoever opens
 * it is told what goes wrong.
 */
export function prepareBackend(): void {
  const { backend = 'cc', executes } = settings();
  if (backend === 'cc' && executes) CcBackend.open().catch(() => undefined);
}

/**
 * What the ranks of a launch speak through: MPI, or nothing for a rank that is alone. `seconds` is how long
 * one may keep the others waiting.
 */
export async function openCollective(launch: Launch, seconds: number): Promise<Collective> {
  const [alone] = launch.size === 1 ? inProcess(1) : [];
  return alone ?? openMpi(launch, seconds);
}

/** The GPU that is asked for. Products of f32 are those of f32, unless somebody says that tf32 will do. */
function gpuTarget(): Target {
  const { allowsTf32, architecture = '' } = settings();
  const target = allowsTf32 ? withMatrices(gpu, ['f16', 'bf16', 'tf32']) : gpu;
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
    help: [`the targets are ${names.map(known => `\`${known}\``).join(', ')}`],
  });
}

/** A backend that writes CUDA and runs nothing. */
function cudaText(name: BackendName): Backend {
  return new CompileOnlyBackend(name, gpuTarget(), program => ({
    extension: 'cu',
    text: boundSource(program).text,
  }));
}

/** Of programs that no pass for a GPU has seen, too. */
function boundSource(program: Program): CudaSource {
  return cudaSource(boundToGpu(program));
}

interface Known {
  readonly backend: (typeof allBackendNames)[number];
  /** Which GPU. */
  readonly ordinal: number;
}

function known(name: string): Known {
  const [, gpuOrdinal] = /^cuda:(\d+)$/.exec(name) ?? [];
  if (gpuOrdinal !== undefined) return { backend: 'cuda', ordinal: Number(gpuOrdinal) };
  const found = allBackendNames.find(backend => backend === name);
  if (found) return { backend: found, ordinal: 0 };
  throw new UserError({
    code: 'EINC0508',
    message: `there is no backend called \`${name}\``,
    help: [`the backends are ${allBackendNames.map(backend => `\`${backend}\``).join(', ')}`],
  });
}
