/** Which functions are layers, and the names of their settings. */
const settings = new WeakMap<object, readonly string[]>();

export function registerLayer(layer: object, names: readonly string[]): void {
  settings.set(layer, names);
}

/** Undefined for all that is not a layer. */
export function settingsOf(value: unknown): readonly string[] | undefined {
  return typeof value === 'function' ? settings.get(value) : undefined;
}
