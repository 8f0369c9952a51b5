import { UserError } from '../compiler/index.ts';
import { saidBy, switches } from './switches.ts';

/** Throws a `UserError` for the first setting of the environment that is neither on nor off, as it has to be. */
export function checkSwitches(
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  for (const [variable, isOnByDefault] of Object.entries(switches)) {
    const value = env[variable] ?? '';
    if (value === '' || saidBy(value) !== undefined) continue;
    const byDefault = isOnByDefault ? 'on' : 'off';
    const isCache = variable === 'EINC_CACHE';
    throw new UserError({
      code: 'EINC0913',
      message: `$${variable} is \`${value}\`, which is neither \`on\` nor \`off\``,
      help: [
        `set it to on, 1 or true, or to off, 0 or false; unset, it is ${byDefault}`,
        ...(isCache ? ['for another folder set EINC_CACHE_DIR'] : []),
      ],
    });
  }
}
