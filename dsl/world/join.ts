import { openCollective } from '../../backends/index.ts';
import { launchOf, timeoutOf } from '../../runtime/index.ts';
import { World } from './world.ts';

let joining: Promise<World> | undefined;

/**
 * The processes that `mpirun`, `srun` or `mpiexec` has started this one with; a world of one without a
 * launcher. The same world each time. Rejects with a `BackendError` when there is no MPI library, or one
 * that the launcher does not know; `$EINC_TIMEOUT` says for how many seconds a rank may keep the
 * others waiting.
 */
export function joinWorld(): Promise<World> {
  joining ??= join();
  return joining;
}

async function join(): Promise<World> {
  const launch = launchOf();
  const world = new World(await openCollective(launch, timeoutOf()), launch);
  if (world.size > 1) process.once('exit', code => leave(world, code));
  return world;
}

/** The library wants to be left by all. After a failure there is nobody to wait for. */
function leave(world: World, code: number): void {
  if (code !== 0) return;
  try {
    world[Symbol.dispose]();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
