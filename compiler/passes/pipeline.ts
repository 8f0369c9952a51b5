import type { Program } from '../loop/ir.ts';
import { verify } from '../loop/verify.ts';
import { InternalError } from '../support/errors.ts';
import type { Decision, Note } from './decision.ts';

export interface Pass {
  /** Kebab-case; names the pass in dumps, in `--after` and in failure reports. */
  readonly name: string;
  /** Returns its argument when it changes nothing. Says what it decides to `note`, if there is one. */
  readonly run: (program: Program, note?: Note) => Program;
}

/** Called after each pass. */
export type Observer = (pass: Pass, after: Program, changed: boolean) => void;

/** A decision, the pass that made it, and the program that this pass was given. */
export interface Witnessed {
  readonly pass: string;
  readonly decision: Decision;
  readonly before: Program;
}

export interface PipelineOptions {
  /** Check the program after each pass: on unless a caller trusts the passes. */
  readonly verify?: boolean;
  readonly observe?: Observer | undefined;
  /** Told each decision of a pass. */
  readonly witness?: ((told: Witnessed) => void) | undefined;
}

export function runPipeline(
  passes: readonly Pass[],
  input: Program,
  { verify: checks = true, observe, witness }: PipelineOptions = {},
): Program {
  return passes.reduce((before, pass) => {
    const note =
      witness && ((decision: Decision) => witness({ pass: pass.name, decision, before }));
    const after = pass.run(before, note);
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
