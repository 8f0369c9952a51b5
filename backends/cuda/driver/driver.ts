/** The driver library, and the errors it reports. */
import { BackendError } from '../../../compiler/index.ts';
import {
  type ArgumentsOf,
  type Functions,
  type Library,
  LibraryNotFound,
  openLibrary,
  textAt,
} from '../../foreign/library.ts';
import { type AnyDriverCall, type DriverCall, functions, tensorMapFunctions } from './functions.ts';
import { isOfKernel, kernelFailure, refusal, type Suspect } from './status.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A stream that others may have to wait for. */
export interface Waiting {
  /** Work queued from now on starts after the event. */
  waitFor(event: number): void;
}

/** A stream with queued work, which the memory that it uses must outlive. */
export interface Busy {
  /** The queued kernels, for error messages. */
  readonly kernels: Iterable<Suspect>;
  /** Makes another stream wait for everything queued. */
  holdBack(stream: Waiting): void;
}

/** CUDA in this process. Nothing here blocks on a GPU unless it says so. */
export class Driver {
  /** As `cuda.h` counts: 12040 is CUDA 12.4. */
  readonly version: number;
  readonly busy = new Set<Busy>();
  /** Whether the driver waits for each kernel, so that a failure is that of the kernel just launched. */
  readonly #isBlocking: boolean;
  readonly #calls: Functions<typeof functions>;
  readonly #library: string;
  #tensorMaps: Functions<typeof tensorMapFunctions> | undefined;
  #current = 0;

  /** Loaded once per process. Throws a `BackendError` if there is no driver, or it does not work. */
  static open(env: Environment = process.env): Driver {
    const library = loadDriver(env);
    const known = drivers.get(library.name);
    const driver = known ?? new Driver(library, env['CUDA_LAUNCH_BLOCKING'] === '1');
    drivers.set(library.name, driver);
    return driver;
  }

  private constructor({ calls, name }: Library<typeof functions>, isBlocking: boolean) {
    this.#calls = calls;
    this.#library = name;
    this.#isBlocking = isBlocking;
    const status = calls.cuInit(0);
    if (status !== 0) throw noGpu([`${name}: cuInit: ${this.wordsOf(status)}`]);
    this.version = resultOf(out => this.call('say its version', 'cuDriverGetVersion', out));
  }

  /** Throws a `BackendError` that says what could not be done. */
  call<Name extends DriverCall>(
    what: string,
    name: Name,
    ...args: ArgumentsOf<(typeof functions)[Name]>
  ): void {
    const status = this.#calls[name](...args);
    if (status !== 0) throw this.failure(what, name, status);
  }

  /** Returns the status. */
  try<Name extends DriverCall>(name: Name, ...args: ArgumentsOf<(typeof functions)[Name]>): number {
    return this.#calls[name](...args);
  }

  /** What encodes tensor maps. Throws a `BackendError` for a driver before CUDA 12. */
  tensorMaps(): Functions<typeof tensorMapFunctions> {
    try {
      return (this.#tensorMaps ??= openLibrary([this.#library], tensorMapFunctions).calls);
    } catch (cause) {
      if (!(cause instanceof LibraryNotFound)) throw cause;
      throw refusal('make maps of arrays for bulk copies', cause.tried.join('; '), {
        help: ['bulk copies take a driver of CUDA 12; without EINC_TMA=on threads copy'],
      });
    }
  }

  /** The error for a call, possibly a kernel launch, that returned this status. */
  failure(what: string, name: AnyDriverCall, status: number, kernel?: Suspect): BackendError {
    const words = `${name}: ${this.wordsOf(status)}`;
    if (!isOfKernel(status)) return refusal(what, words, { kernel });
    const isCertain = kernel !== undefined && this.#isBlocking;
    const queued = [...this.busy].flatMap(({ kernels }) => [...kernels]);
    const byLabel = new Map(queued.map(suspect => [suspect.label, suspect]));
    return kernelFailure(isCertain ? [kernel] : [...byLabel.values()], words);
  }

  /** Graphs launch many kernels as one, so they are not used when each kernel is to be waited for. */
  get usesGraphs(): boolean {
    return !this.#isBlocking;
  }

  /** `CUDA_ERROR_NO_DEVICE, no CUDA-capable device is detected` */
  wordsOf(status: number): string {
    const [name, text] = (['cuGetErrorName', 'cuGetErrorString'] as const).map(call => {
      const address = resultOf(out => this.try(call, status, out));
      return address === 0 ? undefined : textAt(address);
    });
    return `${name ?? `status ${status}`}${text === undefined ? '' : `, ${text}`}`;
  }

  /** Makes this context current. Other code of this thread does not change it. */
  enter(context: number): void {
    if (context === this.#current) return;
    this.call('change to another GPU', 'cuCtxSetCurrent', context);
    this.#current = context;
  }

  /** The context may be destroyed from now on. */
  leave(context: number): void {
    if (context === this.#current) this.#current = 0;
  }
}

/** By the names of their libraries. */
const drivers = new Map<string, Driver>();

/** What a call writes through its first argument: an address, or a non-negative integer. */
export function resultOf(write: (out: BigUint64Array) => void): number {
  const out = new BigUint64Array(1);
  write(out);
  return Number(out[0]);
}

/** `$EINC_LIBCUDA` and only that if it is set; otherwise where drivers are installed. */
function loadDriver(env: Environment): Library<typeof functions> {
  const chosen = env['EINC_LIBCUDA'] ?? '';
  const usual = [
    'libcuda.so.1',
    // Locations used by WSL and by Kubernetes, which systems do not always search.
    '/usr/lib/wsl/lib/libcuda.so.1',
    '/usr/local/nvidia/lib64/libcuda.so.1',
  ];
  try {
    return openLibrary(chosen === '' ? usual : [chosen], functions);
  } catch (cause) {
    if (!(cause instanceof LibraryNotFound)) throw cause;
    throw noDriver(cause);
  }
}

export const dumpHelp =
  'without a GPU: `einc dump --backend cuda` writes the CUDA code of a program on any machine';

function noDriver(cause: LibraryNotFound): BackendError {
  return new BackendError(
    {
      code: 'EINC0930',
      message: 'no CUDA driver found for backend `cuda`',
      notes: cause.tried,
      help: [
        "it comes with NVIDIA's driver, 470 or newer; `nvidia-smi` works where it is installed",
        'in a container: start that with `--gpus all`',
        dumpHelp,
      ],
    },
    { cause },
  );
}

/** There is a driver, but no GPU. */
export function noGpu(notes: readonly string[]): BackendError {
  return new BackendError({
    code: 'EINC0931',
    message: 'the CUDA driver finds no GPU for backend `cuda`',
    notes,
    help: [
      '`nvidia-smi` says which GPUs there are, and CUDA_VISIBLE_DEVICES hides some',
      'in a container: start that with `--gpus all`',
      dumpHelp,
    ],
  });
}
