/** Checks of arguments from JavaScript callers, so that mistakes are reported before they cause failures elsewhere. */
import {
  type ArrayHandle,
  describe,
  dtypes,
  isDType,
  type RoutineSource,
  suggest,
  UserError,
} from '../compiler/index.ts';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is a plain object `{ … }`; the fields of class instances are no options. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value) || isHandle(value) || isSource(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Options are an object, and a misspelt one is not just left out. */
export function checkOptions(
  code: string,
  call: string,
  options: unknown,
  known: readonly string[],
  noun = 'option',
): void {
  const names = known.map(name => `\`${name}\``).join(', ');
  const listed = known.length === 0 ? 'it has none' : `its ${noun}s are ${names}`;
  if (!isPlain(options)) {
    const given = shown(options) === 'an object' ? 'one that a class made' : shown(options);
    const message = `the ${noun}s of \`${call}\` are given in an object, not ${given}`;
    throw wrong(
      code,
      message,
      isSource(options) ? 'several pieces are one: sequence([…])' : listed,
    );
  }
  const unknown = Object.keys(options).find(name => !known.includes(name));
  if (unknown === undefined) return;
  const similar = suggest(unknown, known);
  const help = similar === undefined ? listed : `did you mean \`${similar}\`?`;
  throw wrong(code, `\`${call}\` has no ${noun} \`${unknown}\``, help);
}

export function checkContextOptions(options: unknown, others: readonly string[] = []): void {
  checkOptions('EINC0508', 'context', options, [...others, 'seed', 'dtype']);
  const { seed, dtype } = options as { readonly seed?: unknown; readonly dtype?: unknown };
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    const help =
      typeof seed === 'number' && Number.isInteger(seed) ? 'from -2⁵³ + 1 to 2⁵³ - 1' : undefined;
    throw wrong('EINC0508', `the seed of a context is an integer, not ${described(seed)}`, help);
  }
  if (dtype === undefined || (typeof dtype === 'string' && isDType(dtype))) return;
  const message = `the dtype of a context cannot be ${describe(dtype)}`;
  throw wrong('EINC0508', message, `the dtypes are ${dtypes.join(' ')}`);
}

/** A tensor, or its gradient. */
export function handleOf(value: unknown, call: string): ArrayHandle {
  if (isHandle(value)) return value;
  const message = `\`${call}\` takes a tensor or the gradient of one, not ${shown(value)}`;
  throw wrong('EINC0505', message);
}

function isHandle(value: unknown): value is ArrayHandle {
  return isObject(value) && typeof value['deviceArray'] === 'function';
}

/** Code, to be compiled. */
export function sourceOf(value: unknown): RoutineSource {
  if (isSource(value)) return value;
  if (isHandle(value)) {
    const help = 'for the code that computes it: compile(forward(tensor))';
    throw wrong('EINC0509', '`compile` takes code, not a tensor', help);
  }
  const help = 'code is made by `cd`, `forward` or `sequence`';
  throw wrong('EINC0509', `\`compile\` takes code, not ${describe(value)}`, help);
}

function isSource(value: unknown): value is RoutineSource {
  return isObject(value) && typeof value['settle'] === 'function';
}

export function handlesToKeep(keep: unknown, option = 'keep'): readonly ArrayHandle[] {
  if (Array.isArray(keep)) return keep.map(handle => handleOf(handle, option));
  const help = `write { ${option}: [tensor] }`;
  throw wrong('EINC0505', `\`${option}\` is a list of tensors, not ${shown(keep)}`, help);
}

/** Checks that `values` has a number for each cell of the array. */
export function checkValues(label: string, cells: number, values: unknown): void {
  if (!Array.isArray(values) && (!ArrayBuffer.isView(values) || values instanceof DataView)) {
    throw wrong(
      'EINC0602',
      `the values of \`${label}\` are a list of numbers, not ${shown(values)}`,
    );
  }
  const { length } = values as ArrayLike<unknown>;
  if (length === cells && !Array.isArray(values)) return;
  const all: readonly unknown[] = Array.isArray(values) ? values : [];
  const odd = all.findIndex(value => typeof value !== 'number' && typeof value !== 'bigint');
  if (odd >= 0) {
    const help = Array.isArray(all[odd]) ? 'give them flat: values.flat()' : undefined;
    throw wrong('EINC0602', `a value of \`${label}\` is ${describe(all[odd])}, not a number`, help);
  }
  if (length === cells) return;
  const counts = `${cells} ${cells === 1 ? 'cell' : 'cells'} but ${length}`;
  const were = length === 1 ? 'value was' : 'values were';
  throw wrong('EINC0602', `\`${label}\` has ${counts} ${were} given`);
}

export function checkCell(label: string, cells: number, cell: unknown): void {
  if (typeof cell === 'number' && Number.isInteger(cell) && cell >= 0 && cell < cells) return;
  const several = cells === 0 ? 'no cells' : `cells 0 to ${cells - 1}`;
  const range = cells === 1 ? 'one cell, 0' : several;
  throw wrong('EINC0505', `\`${label}\` has ${range}; \`item\` was asked for ${described(cell)}`);
}

/** The runtime knows the language's values only by their interfaces. */
function shown(value: unknown): string {
  return isHandle(value) ? 'a tensor' : isSource(value) ? 'code' : describe(value);
}

export function described(value: unknown): string {
  return typeof value === 'number' ? String(value) : describe(value);
}

export function wrong(code: string, message: string, help?: string): UserError {
  return new UserError({ code, message, help: help === undefined ? [] : [help] });
}
