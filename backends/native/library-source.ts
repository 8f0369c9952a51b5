/** What a library is made of. */
export interface LibrarySource {
  /** Letters, digits and `_.-`; names the source file, so diagnostics and debuggers show it. */
  readonly name: string;
  /** How the name of the source file ends; `c` unless something else is said. */
  readonly extension?: string;
  readonly source: string;
  /** More sources of it, compiled at the same time. */
  readonly others?: readonly string[];
  /** Options of the compiler; `-l…` go behind the source, where linkers want them. */
  readonly flags: readonly string[];
  /** Headers beside the system's; `version` stands for what is in them. */
  readonly include?: { readonly path: string; readonly version: string };
}

export function sourceFile({ name, extension = 'c' }: LibrarySource): string {
  return `${name}.${extension}`;
}
