/** What a user's program that is wrong prints, with places in the user's own file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compileFunction } from 'node:vm';
import { UserError } from '../../compiler/index.ts';
import * as einc from '../../dsl/einc.ts';
import * as train from '../../dsl/train/index.ts';

const inScope = { ...einc, ...train };

const opening = 'return (async () => {';

/**
 * Runs the lines as the file `program.js`, in which all of `einc` is imported and `ctx` is a context,
 * and gives the message they fail with.
 */
export async function messageOf(...lines: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
  const filename = join(folder, 'program.js');
  const text = lines.join('\n');
  using ctx = await einc.context({ backend: 'interp', seed: 1 });
  try {
    writeFileSync(filename, text);
    const names = [...Object.keys(inScope), 'ctx'];
    const options = { filename, columnOffset: -opening.length };
    const program = compileFunction(`${opening}${text}\n})()`, names, options);
    await (program as (...scope: readonly unknown[]) => unknown)(...Object.values(inScope), ctx);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.replaceAll(relative(process.cwd(), filename), 'program.js');
  } finally {
    rmSync(folder, { recursive: true });
  }
  throw new Error('the program is not wrong');
}
