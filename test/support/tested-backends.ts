/**
 * Which backends the conformance tests are about: all that run on any machine, or the one that
 * `$EINC_TEST_BACKEND` names, such as `cuda` on a machine with a GPU (`../cuda/README.md`).
 */
import { type BackendName, backendNames } from '../../backends/index.ts';

/** Those that compile what they run. */
export const allCompiling = ['cc', 'cuda-emulator', 'cuda'] as const;
export type Compiling = (typeof allCompiling)[number];

export const chosen = chosenBackend(process.env['EINC_TEST_BACKEND']);

export const testedBackends: readonly BackendName[] = chosen ? [chosen] : backendNames;
export const compiling: readonly Compiling[] = chosen ? [chosen] : ['cc', 'cuda-emulator'];
/** Those whose programs are bound to blocks and threads. */
export const compilingForGpu = compiling.filter(backend => backend !== 'cc');

function chosenBackend(name: string | undefined): Compiling | undefined {
  if (name === undefined || name === '') return undefined;
  const found = allCompiling.find(backend => backend === name);
  if (!found)
    throw new Error(`EINC_TEST_BACKEND is ${name}, not one of ${allCompiling.join(', ')}`);
  return found;
}
