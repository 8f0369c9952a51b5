import type { Program } from '../loop/ir.ts';
import { verify } from '../loop/verify.ts';
import { InternalError } from '../support/errors.ts';

export interface Pass {
  /** Kebab-case; names the pass in dumps, in `--after` and in failure reports. */
  readonly name: string;
  /** Returns its argument when it changes nothing. */
  readonly run: (program: Program) => Program;
}

/** Called after each pass. */
export type Observer = (pass: Pass, after: Program, changed: boolean) => void;

export interface PipelineOptions {
  /** Check the program after each pass: on unless a caller trusts the passes. */
  readonly verify?: boolean;
  readonly observe?: Observer | undefined;
}

export function runPipeline(
  passes: readonly Pass[],
  input: Program,
  { verify: checks = true, observe }: PipelineOptions = {},
): Program {
  return passes.reduce((before, pass) => {
    const after = pass.run(before);
    if (checks && after !== before) verifyAfter(pass, after);
    observe?.(pass, after, after !== before);
    return after;
  }, input);
}

function verifyAfter(pass: Pass, program: Program): void {
  try {
    verify(program);
  } catch (cause) {
    throw new InternalError(`pass ${pass.name} broke the program`, { cause });
  }
}

/** The program with another body; the program itself when the body is the same. */
export function withBody(program: Program, body: Program['body']): Program {
  return body === program.body ? program : { ...program, body };
}
