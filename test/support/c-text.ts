/** Loop programs as C, and the C checked by a compiler that takes every warning for an error. */
import { execFileSync } from 'node:child_process';
import { c99 } from '../../backends/cc/dialect.ts';
import { emit } from '../../backends/clike/emit.ts';
import { findCompiler } from '../../backends/native/compiler.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { verify } from '../../compiler/loop/verify.ts';

/** The C of a program given as text, all of it. */
export function cOf(text: string): string {
  const program = parseProgram(text);
  verify(program);
  return emit(program, c99);
}

/** The function that holds the program: without what it needs before and the entry point after. */
export function functionOf(text: string): string {
  const [whole = ''] = /^static void [^]*?^}$/m.exec(cOf(text)) ?? [];
  return whole;
}

/** The statements of a program: its function without the first line and the last. */
export function bodyInC(device: string, body: string, symbols = ''): string {
  const lines = functionOf(`p(${symbols}):\n  device ${device};\n${body}`).split('\n');
  const start = lines.findIndex(line => line.endsWith(') {'));
  return lines
    .slice(start + 1, -1)
    .map(line => line.slice(2))
    .join('\n');
}

/** Of style: written by a program, this is as it should be. */
const matters = [
  'unused-function',
  'unused-parameter',
  'parentheses',
  'tautological-compare',
  'int-in-bool-context',
];

/** What the compiler has to say about C with all its warnings on; nothing, if all is well. */
export function complaintsAbout(c: string): string {
  const flags = ['-std=c99', '-Wall', '-Wextra', '-Werror', ...matters.map(w => `-Wno-${w}`)];
  try {
    execFileSync(findCompiler().path, [...flags, '-fsyntax-only', '-x', 'c', '-'], {
      input: c,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    return '';
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  }
}
