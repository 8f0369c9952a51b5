/** The nests of a routine that could be scheduled otherwise, each as programs of its own to be timed. */
import type { TensorNode } from '../core/tensor-node.ts';
import { declaredIn, loopsNamedIn, sitesUnder } from '../loop/facts.ts';
import { block, type Program, type Stmt, type SymbolParam } from '../loop/ir.ts';
import { printProgram } from '../loop/print.ts';
import { visitStmts } from '../loop/traverse.ts';
import { passesFor } from '../passes/index.ts';
import { runPipeline, type Witnessed } from '../passes/pipeline.ts';
import { holdsNests } from '../schedule/nest.ts';
import type { NestOverride } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { namesWritten } from './nest-facts.ts';
import { scheduledNests } from './nests.ts';

export interface NestVariants {
  /** The name of the array that the nest stores to. */
  readonly name: string;
  /** The compiler's choice, then others. All take the same arrays; their scratch arrays may differ. */
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly asked: NestOverride;
  readonly program: Program;
}

/** At most `most` besides what is chosen. Nests for which there is no other are left out. */
export function nestVariants(
  witnessed: readonly Witnessed[],
  final: Program,
  target: Target,
  most: number,
): readonly NestVariants[] {
  const before = witnessed.find(({ decision }) => decision.about !== 'array')?.before;
  if (!before) return [];
  const byName = new Map(
    scheduledNests(witnessed, final).flatMap(({ writes, inside, candidates }) => {
      const [name] = [...writes, ...inside];
      return name === undefined ? [] : [[name, candidates] as const];
    }),
  );
  return [...byName].flatMap(([name, candidates]) => {
    const alone = nestAlone(before, name);
    const all = candidates.slice(0, most + 1).map(asked => ({
      asked,
      program: runPipeline(passesFor(target, { [name]: asked }), alone),
    }));
    const texts = all.map(({ program }) => printProgram(program));
    const variants = all.filter((_, i) => texts.indexOf(texts[i] ?? '') === i);
    return variants.length < 2 ? [] : [{ name, variants }];
  });
}

/** The nests that store to an array, and nothing else, on arrays from outside. */
function nestAlone(program: Program, name: string): Program {
  const body = block(statementsAbout(program.body, name));
  const own = declaredIn(body);
  const params = new Set<TensorNode>();
  for (const { node } of sitesUnder(body)) if (!own.has(node)) params.add(node);
  return {
    name: `${program.name}_${name}`.replaceAll(/\W/g, '_'),
    symbols: [...program.symbols, ...loopsAround(program, body)],
    params: [...params],
    scratch: [],
    body,
  };
}

function statementsAbout(s: Stmt, name: string): readonly Stmt[] {
  if (s.kind === 'block') return s.body.flatMap(child => statementsAbout(child, name));
  if (s.kind === 'fill') return s.node.name === name ? [s] : [];
  if (s.kind !== 'for') return [];
  if (holdsNests(s)) return statementsAbout(s.body, name);
  return namesWritten(s).includes(name) ? [s] : [];
}

/** Loops around several nests, of which one turn is enough. */
function loopsAround(program: Program, body: Stmt): readonly SymbolParam[] {
  const named = loopsNamedIn(body);
  const around: SymbolParam[] = [];
  visitStmts(program.body, s => {
    if (s.kind !== 'for' || !holdsNests(s) || !named.has(s.loop)) return;
    around.push({ loop: s.loop, range: s.extent });
  });
  return around;
}
