import { openCollective } from '../../backends/index.ts';
import { launchOf, promiseOf, timeoutOf } from '../../runtime/index.ts';
import { World } from './world.ts';

let joining: Promise<World> | undefined;

/**
 * The processes that `mpirun`, `srun` or `mpiexec` has started together with this one; a world of one without a
 * launcher. Returns the same world each time. Rejects with a `BackendError` if there is no MPI library, or one
 * that does not recognise the launcher; `$EINC_TIMEOUT` sets for how many seconds a rank may keep the
 * others waiting.
 */
export function joinWorld(): Promise<World> {
  joining ??= promised(join());
  return joining;
}

const promised = promiseOf<World>('joinWorld', World, ['rank', 'size', 'localRank', 'collective']);

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
