/**
 * Emits a loop program as C-like text: a function that holds the program, with its own parameters, and one with
 * the kernel ABI that unpacks them.
 */
import { type Program, type Stmt, writtenIn, Writer } from '../../compiler/index.ts';
import { type For, statementsOf } from '../../compiler/loop/ir.ts';
import { asOneSource, type Functions, textOf } from './apart.ts';
import { arenaArgument, emitPlaces } from './arena.ts';
import { type Argument, arrayArgument, functionHead, indexArgument } from './arguments.ts';
import type { Dialect } from './dialect.ts';
import { ExprEmitter } from './expr.ts';
import { LoopArguments } from './loop-arguments.ts';
import { Identifiers } from './names.ts';
import { Nests } from './nests.ts';
import { boundsOfTurns, Parts } from './parallel.ts';
import { emitStmt } from './stmt.ts';

/**
 * The kernel ABI: `int einc_run(void *const *args)`. First the addresses of the parameters, then that
 * of the arena if the program has scratch arrays, then the static indices, as integers in the slots.
 * Returns 0 for success.
 */
export const entryPoint = 'einc_run';

export function emit(program: Program, dialect: Dialect): string {
  return asOneSource(emitFunctions(program, dialect));
}

/** The prelude, whose lines appear once in each source, and the functions of the program. */
export function emitParts(
  program: Program,
  dialect: Dialect,
  entry = entryPoint,
): { readonly needs: readonly string[]; readonly text: string } {
  const functions = emitFunctions(program, dialect, entry);
  return { needs: functions.needs, text: textOf(functions) };
}

export function emitFunctions(program: Program, dialect: Dialect, entry = entryPoint): Functions {
  const shares = dialect.parallel !== undefined && statementsOf(program.body).some(isParallel);
  const taken = [entry, ...(shares ? boundsOfTurns : [])];
  const identifiers = new Identifiers(program, dialect, taken);
  const exprs = new ExprEmitter(dialect, identifiers, program);
  const loops = new LoopArguments(program, exprs);
  const parts = new Parts(loops, exprs);
  const nests = new Nests(program, loops, exprs);
  const args = argumentsOf(program, exprs);
  const w = new Writer();
  functionHead(
    w,
    dialect.functionPrefix,
    identifiers.program,
    [...args.indices, ...args.arrays].map(parameterOf),
  );
  const outermost = new Set(statementsOf(program.body));
  const outline = (loop: For): string | undefined =>
    loop.mode === 'parallel' && outermost.has(loop) ? parts.call(loop, outline) : nests.call(loop);
  w.indented(() => {
    emitPlaces(program, w, exprs);
    emitStmt(program.body, w, exprs, outline);
  }).line('}');
  const whole = [w.toString(), emitEntry(identifiers.program, args, entry)];
  return { needs: exprs.needs(), nests: nests.texts(), parts: parts.texts(), program: whole };
}

function isParallel(s: Stmt): boolean {
  return s.kind === 'for' && s.mode === 'parallel';
}

interface Arguments {
  readonly indices: readonly Argument[];
  readonly arrays: readonly Argument[];
}

function argumentsOf({ symbols, params, scratch, body }: Program, exprs: ExprEmitter): Arguments {
  const written = writtenIn(body);
  return {
    indices: symbols.map(({ loop }) => indexArgument(loop, exprs)),
    arrays: [
      ...params.map(node =>
        arrayArgument(node, { isConst: false, isWritten: written.has(node), isAlone: true }, exprs),
      ),
      ...(scratch.length > 0 ? [arenaArgument(exprs)] : []),
    ],
  };
}

function parameterOf({ parameter }: Argument): string {
  return parameter;
}

function emitEntry(program: string, { indices, arrays }: Arguments, entry: string): string {
  const values = [
    ...indices.map(({ taken }, i) => taken(`args[${arrays.length + i}]`)),
    ...arrays.map(({ taken }, i) => taken(`args[${i}]`)),
  ];
  const w = new Writer();
  w.block(`int ${entry}(void *const *args)`, () => {
    w.statement(`${program}(${values.join(', ')});`).line('return 0;');
  });
  return w.toString();
}
