/**
 * Loop IR to C-like text: a function that holds the program, with its own parameters, and one of
 * the kernel ABI that unpacks them.
 */
import { type Program, type TensorNode, writtenIn, Writer } from '../../compiler/index.ts';
import type { Dialect } from './dialect.ts';
import { ExprEmitter } from './expr.ts';
import { Identifiers } from './names.ts';
import { emitStmt } from './stmt.ts';

/**
 * The kernel ABI: `int einc_run(void *const *args)`. First the addresses of the parameters and of
 * the scratch arrays, then the static indices, as integers in the slots. Returns 0 for success.
 */
export const entryPoint = 'einc_run';

export function emit(program: Program, dialect: Dialect): string {
  const { needs, text } = emitParts(program, dialect);
  return [...needs, ...(needs.length > 0 ? [''] : []), text].join('\n');
}

/** The lines that come first, each of which a source has once, and the functions of the program. */
export function emitParts(
  program: Program,
  dialect: Dialect,
  entry = entryPoint,
): { readonly needs: readonly string[]; readonly text: string } {
  const identifiers = new Identifiers(program, dialect, [entry]);
  const nodes = [...program.params, ...program.scratch];
  const exprs = new ExprEmitter(dialect, identifiers, nodes);
  const body = new Writer();
  body.indented(() => emitStmt(program.body, body, exprs));

  const w = new Writer();
  const params = parametersOf(program, dialect, identifiers);
  w.line(`${dialect.functionPrefix} ${identifiers.program}(`);
  w.indented(() => params.forEach((p, i) => w.line(p + (i < params.length - 1 ? ',' : ') {'))));
  if (params.length === 0) w.line(') {');
  const text = `${w.toString()}${body.toString()}}\n\n${emitEntry(program, dialect, identifiers, entry)}`;
  return { needs: exprs.needs(), text };
}

function parametersOf(
  { symbols, params, scratch, body }: Program,
  { typeName }: Dialect,
  identifiers: Identifiers,
): readonly string[] {
  const written = writtenIn(body);
  const pointer = (node: TensorNode): string =>
    `${written.has(node) ? '' : 'const '}${typeName[node.dtype]} *restrict ${identifiers.ofNode(node)}`;
  const indices = symbols.map(({ loop }) => `const ${typeName.i32} ${identifiers.ofLoop(loop)}`);
  return [...indices, ...[...params, ...scratch].map(pointer)];
}

function emitEntry(
  { symbols, params, scratch }: Program,
  { typeName }: Dialect,
  identifiers: Identifiers,
  entry: string,
): string {
  const nodes = [...params, ...scratch];
  const values = [
    ...symbols.map((_, i) => `(${typeName.i32})(long)args[${nodes.length + i}]`),
    ...nodes.map((_, i) => `args[${i}]`),
  ];
  const w = new Writer();
  w.block(`int ${entry}(void *const *args)`, () => {
    w.statement(`${identifiers.program}(${values.join(', ')});`).line('return 0;');
  });
  return w.toString();
}
