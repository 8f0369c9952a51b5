/** The only place that knows all backends. */
import { type Target, targets, UserError } from '../compiler/index.ts';
import type { Backend } from '../runtime/backend.ts';
import { settings } from '../runtime/index.ts';
import { CcBackend } from './cc/backend.ts';
import { c99 } from './cc/dialect.ts';
import { emit } from './clike/emit.ts';
import { CompileOnlyBackend } from './compile-only.ts';
import { nativeTarget } from './native/cpu.ts';
import { InterpreterBackend } from './interpreter/backend.ts';

export { cudaInventory } from './cuda/inventory.ts';
export { checkToolchain, type Toolchain } from './toolchain.ts';

export const backendNames = ['cc', 'interp'] as const;
export type BackendName = (typeof backendNames)[number];

/**
 * Opens a backend: the named one, else `$EINC_BACKEND`, else `cc`. Rejects with a `BackendError`
 * when the machine lacks what it needs.
 */
export async function openBackend(name?: BackendName): Promise<Backend> {
  const wanted = known(name ?? settings().backend ?? 'cc');
  switch (wanted) {
    case 'interp':
      return new InterpreterBackend();
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

function known(name: string): BackendName {
  const found = backendNames.find(backend => backend === name);
  if (found) return found;
  throw new UserError({
    code: 'EINC0508',
    message: `there is no backend called \`${name}\``,
    help: [`the backends are ${backendNames.map(backend => `\`${backend}\``).join(' and ')}`],
  });
}
