import type { ts } from 'ts-morph';
import { type EincSymbols, eincSymbols } from './einc-symbols.ts';
import { Evident } from './evident.ts';
import type { Programs } from './programs.ts';

/** A project's names and types. Reading `checker` or `einc` builds the whole program. */
export class KnownTypes {
  readonly evident: Evident;
  readonly #programs: Programs;
  #einc: EincSymbols | undefined;

  constructor(programs: Programs) {
    this.evident = new Evident(programs);
    this.#programs = programs;
  }

  get checker(): ts.TypeChecker {
    return this.#programs.whole.getTypeChecker();
  }

  get einc(): EincSymbols {
    return (this.#einc ??= eincSymbols(this.#programs));
  }
}
