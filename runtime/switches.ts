/** The settings of the environment that are on or off. */

/** What each is if it is unset or empty. */
export const switches = {
  EINC_CACHE: true,
  EINC_EMULATOR_CHECKS: true,
  EINC_QUIET: false,
  EINC_TF32: false,
  EINC_TMA: false,
} as const satisfies Record<string, boolean>;

const words: Readonly<Record<string, boolean>> = {
  ...{ on: true, '1': true, true: true },
  ...{ off: false, '0': false, false: false },
};

type Environment = Readonly<Record<string, string | undefined>>;

/** A value that is neither counts as unset here: who opens a backend is told, by `checkSwitches`. */
export function isOn(variable: keyof typeof switches, env: Environment = process.env): boolean {
  return saidBy(env[variable]) ?? switches[variable];
}

/** Undefined for what is neither on nor off. */
export function saidBy(value = ''): boolean | undefined {
  return Object.hasOwn(words, value) ? words[value] : undefined;
}
