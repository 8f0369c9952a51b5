/** Which parts of CUDA are installed on this machine, for `einc doctor`. */
import { BackendError } from '../../compiler/index.ts';
import { LibraryNotFound } from '../foreign/library.ts';
import { architectureOf } from './compiler/architecture.ts';
import { findNvcc, findNvrtc } from './compiler/find.ts';
import { Nvrtc } from './compiler/nvrtc.ts';
import { devicesOf } from './driver/device.ts';
import { Driver, type Environment } from './driver/driver.ts';

export interface InventoryItem {
  readonly what: string;
  readonly isHere: boolean;
  readonly found: string;
  /** How to install it, one line each. */
  readonly fix?: readonly string[];
}

/** The driver, the GPUs, and the compiler. */
export function cudaInventory(env: Environment = process.env): readonly InventoryItem[] {
  return [...looking('CUDA driver', () => driverAndGpus(env)), ...compilers(env)];
}

function driverAndGpus(env: Environment): readonly InventoryItem[] {
  const driver = Driver.open(env);
  const [major, minor] = [Math.floor(driver.version / 1000), Math.floor(driver.version / 10) % 100];
  const gpus = devicesOf(driver).map(gpu => {
    const memory = `${(gpu.bytes / 2 ** 30).toFixed(1)} GiB`;
    const processors = `${gpu.multiprocessors} multiprocessors`;
    const found = [gpu.name, memory, architectureOf(gpu.capability), processors].join(', ');
    return { what: `GPU ${gpu.ordinal}`, isHere: true, found };
  });
  return [{ what: 'CUDA driver', isHere: true, found: `CUDA ${major}.${minor}` }, ...gpus];
}

function compilers(env: Environment): readonly InventoryItem[] {
  const nvrtc = looking('NVRTC', () => {
    const found = findNvrtc(env);
    if (found === undefined)
      return [missing('NVRTC', 'pip install nvidia-cuda-nvrtc, or install CUDA')];
    const { version } = new Nvrtc(found.path);
    return [{ what: 'NVRTC', isHere: true, found: `${version}, ${found.path}` }];
  });
  const nvcc = looking('nvcc', () => {
    const found = findNvcc(env);
    if (found === undefined)
      return [missing('nvcc', 'install CUDA; with NVRTC there is no need to')];
    return [{ what: 'nvcc', isHere: true, found: found.path }];
  });
  return [...nvrtc, ...nvcc];
}

function missing(what: string, fix: string): InventoryItem {
  return { what, isHere: false, found: 'none', fix: [fix] };
}

function looking(what: string, look: () => readonly InventoryItem[]): readonly InventoryItem[] {
  try {
    return look();
  } catch (error) {
    if (error instanceof LibraryNotFound) {
      return [{ what, isHere: false, found: 'cannot be loaded', fix: error.tried }];
    }
    if (!(error instanceof BackendError)) throw error;
    const { message, notes = [], help = [] } = error.diagnostic;
    return [{ what, isHere: false, found: message, fix: help.length > 0 ? help : notes }];
  }
}
