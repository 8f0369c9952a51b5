import { addressOf } from '../../foreign/library.ts';
import type { Device } from '../driver/device.ts';
import { resultOf } from '../driver/driver.ts';
import { flag } from '../driver/functions.ts';
import { isOfKernel, refusal } from '../driver/status.ts';

/** The shared memory that a kernel may use without an explicit limit. */
const usualSharedBytes = 48 << 10;
const logBytes = 8 << 10;

/** The code of a routine, loaded on a GPU; shared by its creator and all plans that use it. */
export class Module {
  readonly device: Device;
  readonly #routine: string;
  readonly #handle: number;
  readonly #functions = new Map<string, number>();
  readonly #release: () => void;
  #users = 1;

  /** Throws a `BackendError` for code that is not for this GPU. */
  constructor(device: Device, routine: string, image: Uint8Array) {
    const handle = load(device, routine, image);
    this.device = device;
    this.#routine = routine;
    this.#handle = handle;
    this.#release = device.owns(() => device.try('cuModuleUnload', handle));
  }

  keep(): void {
    this.#users += 1;
  }

  /** The last owner releases it when no kernel of it is running. */
  letGo(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#release();
  }

  /** The function of a kernel that is launched with this much dynamic shared memory. */
  functionOf(kernel: string, sharedBytes: number): number {
    const known = this.#functions.get(kernel);
    if (known !== undefined && sharedBytes <= usualSharedBytes) return known;
    const { device } = this;
    const found =
      known ??
      resultOf(out => {
        const what = `find kernel \`${kernel}\` in the code of \`${this.#routine}\``;
        device.call(what, 'cuModuleGetFunction', out, this.#handle, kernel);
      });
    this.#functions.set(kernel, found);
    if (sharedBytes > usualSharedBytes) {
      const most = device.properties.maxSharedBytesPerBlock;
      const what = `give kernel \`${kernel}\` ${sharedBytes} bytes of shared memory, of ${most}`;
      device.call(what, 'cuFuncSetAttribute', found, flag.maxDynamicSharedBytes, sharedBytes);
    }
    return found;
  }
}

/** The driver compiles PTX for its GPU, and reports errors in it. */
function load(device: Device, routine: string, image: Uint8Array): number {
  const log = new Uint8Array(logBytes);
  const options = Int32Array.of(flag.jitErrorLog, flag.jitErrorLogBytes);
  const values = BigUint64Array.of(BigInt(addressOf(log)), BigInt(log.length));
  const out = new BigUint64Array(1);
  const status = device.try('cuModuleLoadDataEx', out, image, options.length, options, values);
  if (status === 0) return Number(out[0]);
  const { driver, properties } = device;
  const what = `load the code of \`${routine}\` into GPU ${properties.ordinal}`;
  const error = driver.failure(what, 'cuModuleLoadDataEx', status);
  const said = Buffer.from(log.subarray(0, log.indexOf(0)))
    .toString()
    .trimEnd();
  if (isOfKernel(status)) throw error;
  const words = [...(error.diagnostic.notes ?? []), ...(said === '' ? [] : [said])].join('\n');
  const [major, minor] = properties.capability;
  const cuda = `CUDA ${Math.floor(driver.version / 1000)}.${Math.floor(driver.version / 10) % 100}`;
  throw refusal(what, words, {
    help: [
      `this GPU is sm_${major}${minor}; $EINC_CUDA_ARCH, if it is set, says what code is made for`,
      `the driver is of ${cuda} and takes no code of a CUDA with a higher first number; $EINC_NVRTC or $EINC_NVCC may name an older compiler`,
    ],
  });
}
