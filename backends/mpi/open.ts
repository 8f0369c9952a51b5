/** Joins the ranks that a launcher has started. */
import { cpus } from 'node:os';
import { loadNative } from '../native/addon.ts';
import { NativeBuffer } from '../native/buffer.ts';
import { openKernel } from '../native/kernel.ts';
import { NativeStream } from '../native/stream.ts';
import { findCompiler } from '../native/compiler.ts';
import type { Collective, Launch } from '../../runtime/index.ts';
import { MpiCollective, outcomeOf } from './collective.ts';
import { noLibrary, otherWorld } from './failures.ts';
import { librariesFor } from './find-library.ts';
import { buildShim } from './source.ts';

const textBytes = 4096;

/** Rejects with a `BackendError` if there is no MPI, or one that does not recognise the launcher. */
export async function openMpi(launch: Launch, seconds: number): Promise<Collective> {
  const compiler = findCompiler();
  const native = await loadNative(compiler);
  const path = await buildShim(compiler);
  const [join, collect, leave] = ['mpi_join', 'mpi_collect', 'mpi_leave'].map(name =>
    openKernel(native, path, name),
  );
  if (!join || !collect || !leave) throw new Error('unreachable');
  const stream = new NativeStream(native);
  const facts = new NativeBuffer(native, 'f64', 4);
  const text = new NativeBuffer(native, 'u8', textBytes);
  const tried: string[] = [];
  for (const library of librariesFor(launch)) {
    const name = Buffer.from(`${library}\0`);
    using libraryName = new NativeBuffer(native, 'u8', name.length);
    libraryName.write(name);
    facts.write([launch.localSize, cpus().length, 0, 0]);
    using plan = stream.plan([{ kernel: join.bind([facts, libraryName, text]), symbols: [] }]);
    try {
      stream.launch(plan, []);
      await stream.idle();
    } catch (error) {
      if (outcomeOf(error) !== 'no library') throw error;
      tried.push(`${library}: ${textOf(text)}`);
      continue;
    }
    const [rank = NaN, size = NaN] = Array.from(facts.read(), Number);
    const found = { path: library, about: textOf(text), rank, size };
    if (rank !== launch.rank || size !== launch.size) throw otherWorld(launch, found);
    return new MpiCollective({ native, stream, collect, leave, rank, size, seconds });
  }
  throw noLibrary(launch, tried);
}

function textOf(buffer: NativeBuffer): string {
  const bytes = Uint8Array.from(buffer.read() as Uint8Array);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
