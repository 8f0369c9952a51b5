/** Loop programs as text: what goes into a pass, and what comes out. */
import { expect } from 'vitest';
import type { Program } from '../../compiler/loop/ir.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { printProgram } from '../../compiler/loop/print.ts';
import { verify } from '../../compiler/loop/verify.ts';
import { type Pass, runPipeline } from '../../compiler/passes/pipeline.ts';
import { cornersFor, difference, inputFor, outputsOf } from './run-program.ts';

/** Without the margin that all lines share, and without blank lines around. */
export function dedent(text: string): string {
  const lines = text
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n');
  const margins = lines.filter(line => line.trim() !== '').map(line => line.search(/\S/));
  const margin = Math.min(...margins);
  return lines.map(line => line.slice(margin)).join('\n');
}

/** The program of these statements; `device` lists its arrays. */
export function programOf(device: string, body: string, symbols = ''): Program {
  const program = parseProgram(`p(${symbols}):\n  device ${device};\n${body}`);
  verify(program);
  return program;
}

/** All that follows the arrays on the device. */
export function bodyOf(program: Program): string {
  const text = printProgram({ ...program, params: [], symbols: [] });
  return dedent(text.replace(/^.*\n/, ''));
}

export interface Setting {
  /** Arrays on the device: `x: f32[4], y: f32[4]`. */
  readonly device: string;
  /** `batch : [0..1], step` */
  readonly symbols?: string;
  /** Whether two results are as good as the same; bit for bit if not given. */
  readonly same?: (a: number, b: number) => boolean;
}

/** Statements as the printer lays them out. */
export function laidOut(body: string, { device, symbols }: Setting): string {
  return bodyOf(programOf(device, body, symbols));
}

/**
 * A pass as a function from statements to statements. On its way every program must be well-formed
 * and compute what it did before, and a second run must find nothing to do.
 */
export function through(pass: Pass, { device, symbols, same }: Setting): (body: string) => string {
  return body => {
    const before = programOf(device, body, symbols);
    const after = runPipeline([pass], before);
    verify(after);
    for (const input of [inputFor, cornersFor]) {
      const [expected, actual] = [before, after].map(p => outputsOf(p, 0, input));
      if (expected && actual) expect(difference(expected, actual, same)).toBeUndefined();
    }
    expect(pass.run(after), 'a second run').toBe(after);
    return bodyOf(after);
  };
}
