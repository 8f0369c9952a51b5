/** Maps an instruction of a library to the line of the `.cu` that it comes from. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Compiler } from '../native/compiler.ts';

/**
 * Asks `addr2line`, which comes with the assembler. Of functions that were inlined into each other the
 * outermost line of the `.cu` itself is meant. Undefined when it is not there or does not know.
 */
export function lineAt(library: string, place: number, compiler: Compiler): number | undefined {
  const address = `0x${place.toString(16)}`;
  const beside = join(dirname(compiler.path), 'addr2line');
  for (const tool of [beside, 'addr2line']) {
    try {
      const said = execFileSync(tool, ['-i', '-e', library, address], {
        encoding: 'utf8',
        env: { PATH: compiler.searchPath, LC_ALL: 'C' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const line = /\.cu:(\d+)/.exec(said)?.[1];
      return line === undefined ? undefined : Number(line);
    } catch {
      // The next one.
    }
  }
  return undefined;
}
