/** The sources and options of a library. */
export interface LibrarySource {
  /** Letters, digits and `_.-`; names the source file, so diagnostics and debuggers show it. */
  readonly name: string;
  /** The extension of the source file; `c` by default. */
  readonly extension?: string;
  readonly source: string;
  /** Further sources, compiled in parallel. */
  readonly others?: readonly string[];
  /** Compiler options; `-l…` go behind the source, where linkers expect them. */
  readonly flags: readonly string[];
  /** Headers besides the system's; `version` identifies their contents. */
  readonly include?: { readonly path: string; readonly version: string };
}

export function sourceFile({ name, extension = 'c' }: LibrarySource): string {
  return `${name}.${extension}`;
}
