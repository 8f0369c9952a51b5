/** Checks that compiled code can be linked to a context. */
import { type ArrayHandle, type DType, UserError } from '../compiler/index.ts';
import { checkOptions, described, handlesToKeep, wrong } from './arguments.ts';
import type { Backend } from './backend.ts';
import type { CompiledCode } from './compiled-code.ts';
import { DeviceStream } from './device-stream.ts';
import type { Indices } from './routine.ts';

export interface LinkOptions {
  /** Values of static symbols that no run has to give: see `Routine.bind`. */
  readonly indices?: Indices | undefined;
  /**
   * The arrays that will be sent to this context. Code that reads the merge buffer of another one is
   * refused; without this, that is found out when it runs.
   */
  readonly receives?: readonly ArrayHandle[] | undefined;
}

export function checkCode(
  { name, backend, dtype }: CompiledCode,
  wanted: Backend,
  wantedDtype: DType,
): void {
  if (backend.name !== wanted.name) {
    throw new UserError({
      code: 'EINC0527',
      message: `\`${name}\` is compiled for ${backend.name}, and this context is of ${wanted.name}`,
    });
  }
  if (dtype === wantedDtype) return;
  throw new UserError({
    code: 'EINC0527',
    message: `\`${name}\` is compiled for contexts of ${dtype}, and this one is of ${wantedDtype}`,
    help: [`compile(code, { dtype: '${wantedDtype}' })`],
  });
}

export function checkLinkOptions(code: CompiledCode, options: LinkOptions): void {
  checkOptions('EINC0521', 'link', options, ['indices', 'receives']);
  const { receives } = options;
  if (receives === undefined) return;
  const sent = handlesToKeep(receives, 'receives').map(({ merge }) =>
    merge.deviceArray(code.dtype),
  );
  const missing = code.linkable.arrays.find(
    array => array.initial.kind === 'sent' && !sent.includes(array),
  );
  if (!missing) return;
  const names = receives.map(handle => `\`${handle.deviceArray(code.dtype).label}\``);
  const label = missing.label.replace(/\.merge$/, '');
  throw new UserError({
    code: 'EINC0521',
    message: `\`${code.name}\` reads what is sent for \`${label}\`, which is not among what this context receives`,
    notes: [names.length === 0 ? 'it receives nothing' : `it receives ${names.join(', ')}`],
    help: [`add it: { receives: [${receives.length === 0 ? '' : '…, '}${label}] }`],
  });
}

export function checkChildOptions(options: unknown): void {
  checkOptions('EINC0528', 'child', options, ['stream']);
  const { stream } = options as { readonly stream?: unknown };
  if (stream === undefined || stream instanceof DeviceStream) return;
  const message = `the option \`stream\` of \`child\` is a stream, not ${described(stream)}`;
  throw wrong('EINC0528', message, 'streams are made by devices: device.stream()');
}

/** A child reads its parent's arrays, which may not be accessible from another device. */
export function checkChild(child: DeviceStream, parent: DeviceStream): void {
  const [own, other] = [child.device, parent.device];
  if (child.sharing === parent.sharing && (own === other || child.sharing.backend.sharesMemory))
    return;
  const why = child.sharing === parent.sharing ? 'share no memory' : 'are opened apart';
  throw new UserError({
    code: 'EINC0528',
    message: `a context on ${own.name} cannot see the arrays of one on ${other.name}: they ${why}`,
    help: ['open a context of its own there, and send it arrays: deviceToDevice(…)'],
  });
}
