import { BackendError } from '../../../compiler/index.ts';
import type { ArgumentsOf } from '../../foreign/library.ts';
import { type Driver, dumpHelp, noGpu, resultOf } from './driver.ts';
import { attribute, type DriverCall, flag, type functions } from './functions.ts';
import { peerAccessAlreadyEnabled } from './status.ts';

/** Properties of a GPU, known without opening it. */
export interface DeviceProperties {
  readonly ordinal: number;
  readonly name: string;
  /** `9.0` as [9, 0]. */
  readonly capability: readonly [major: number, minor: number];
  readonly bytes: number;
  readonly multiprocessors: number;
  readonly maxThreadsPerBlock: number;
  /** The most shared memory a kernel can request; without a request it gets 48 KiB. */
  readonly maxSharedBytesPerBlock: number;
  /** Whether memory can be allocated in stream order. */
  readonly hasPools: boolean;
}

/** Throws a `BackendError` if there are none. */
export function devicesOf(driver: Driver): readonly DeviceProperties[] {
  const count = resultOf(out => driver.call('count the GPUs', 'cuDeviceGetCount', out));
  if (count === 0) throw noGpu(['cuDeviceGetCount: 0']);
  return Array.from({ length: count }, (_, ordinal) => propertiesOf(driver, ordinal));
}

function propertiesOf(driver: Driver, ordinal: number): DeviceProperties {
  const device = handleOf(driver, ordinal);
  const what = `describe GPU ${ordinal}`;
  const get = (index: number): number =>
    resultOf(out => driver.call(what, 'cuDeviceGetAttribute', out, index, device));
  const name = new Uint8Array(256);
  driver.call(what, 'cuDeviceGetName', name, name.length, device);
  return {
    ordinal,
    name: Buffer.from(name.subarray(0, name.indexOf(0))).toString(),
    capability: [get(attribute.capabilityMajor), get(attribute.capabilityMinor)],
    bytes: resultOf(out => driver.call(what, 'cuDeviceTotalMem_v2', out, device)),
    multiprocessors: get(attribute.multiprocessors),
    maxThreadsPerBlock: get(attribute.maxThreadsPerBlock),
    maxSharedBytesPerBlock: get(attribute.maxSharedBytesPerBlock),
    hasPools: get(attribute.memoryPools) !== 0,
  };
}

function handleOf(driver: Driver, ordinal: number): number {
  return resultOf(out => driver.call(`find GPU ${ordinal}`, 'cuDeviceGet', out, ordinal));
}

/**
 * An open GPU: its primary context, which all users of the GPU in this process share, including other
 * libraries. Calls made through it run in that context.
 */
export class Device implements Disposable {
  readonly driver: Driver;
  readonly properties: DeviceProperties;
  /** The `CUdevice`. */
  readonly handle: number;
  readonly context: number;
  readonly #peers = new Set<number>();
  readonly #releases = new Set<() => void>();
  #isOpen = true;

  /** Throws a `BackendError` for a GPU that does not exist. */
  constructor(driver: Driver, ordinal: number) {
    const all = devicesOf(driver);
    const properties = all[ordinal];
    if (properties === undefined) throw noSuchGpu(ordinal, all);
    this.driver = driver;
    this.properties = properties;
    this.handle = handleOf(driver, ordinal);
    this.context = resultOf(out =>
      driver.call(`use GPU ${ordinal}`, 'cuDevicePrimaryCtxRetain', out, this.handle),
    );
  }

  /** Throws a `BackendError` that says what could not be done. */
  call<Name extends DriverCall>(
    what: string,
    name: Name,
    ...args: ArgumentsOf<(typeof functions)[Name]>
  ): void {
    this.driver.enter(this.context);
    this.driver.call(what, name, ...args);
  }

  /** Returns the status: for releasing resources, where a failure matters to nobody. */
  try<Name extends DriverCall>(name: Name, ...args: ArgumentsOf<(typeof functions)[Name]>): number {
    this.driver.enter(this.context);
    return this.driver.try(name, ...args);
  }

  /**
   * Registers a resource to be released: by calling the returned function, which does so once, or
   * else when the GPU is closed, in reverse order. `release` must not throw.
   */
  owns(release: () => void): () => void {
    const once = (): void => {
      if (this.#releases.delete(once)) release();
    };
    this.#releases.add(once);
    return once;
  }

  /** The memory pool of `cuMemAllocAsync`, if the GPU supports it. */
  pool(): number | undefined {
    if (!this.properties.hasPools) return undefined;
    const what = 'find the memory of the GPU';
    return resultOf(out => this.call(what, 'cuDeviceGetDefaultMemPool', out, this.handle));
  }

  /**
   * Enables direct copies from the other GPU (peer access), if the machine supports it; otherwise copies go through
   * the host.
   */
  reach(other: Device): void {
    if (this.#peers.has(other.context)) return;
    this.#peers.add(other.context);
    const { driver, handle } = this;
    const can = resultOf(out =>
      driver.call(
        'ask for a way to another GPU',
        'cuDeviceCanAccessPeer',
        out,
        handle,
        other.handle,
      ),
    );
    if (can === 0) return;
    const what = 'open the way to another GPU';
    const status = this.try('cuCtxEnablePeerAccess', other.context, 0);
    if (status !== 0 && status !== peerAccessAlreadyEnabled) {
      throw driver.failure(what, 'cuCtxEnablePeerAccess', status);
    }
    // Pool memory has separate access rights.
    const pool = other.pool();
    if (pool === undefined) return;
    const access = Int32Array.of(flag.locationOfDevice, handle, flag.readsAndWrites);
    this.call(what, 'cuMemPoolSetAccess', pool, access, 1);
  }

  /** Waits for everything queued. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.try('cuCtxSynchronize');
    [...this.#releases].toReversed().forEach(release => release());
    this.driver.leave(this.context);
    this.driver.try('cuDevicePrimaryCtxRelease_v2', this.handle);
  }
}

function noSuchGpu(ordinal: number, all: readonly DeviceProperties[]): BackendError {
  return new BackendError({
    code: 'EINC0931',
    message: `there is no GPU ${ordinal}`,
    notes: all.map(({ ordinal: n, name }) => `\`cuda:${n}\` is ${name}`),
    help: ['CUDA_VISIBLE_DEVICES hides GPUs, and changes their numbers', dumpHelp],
  });
}
