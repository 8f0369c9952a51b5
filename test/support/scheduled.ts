/** A program of loops, scheduled as is asked, with what the passes said on their way. */
import { checkHonoured, type Outcome } from '../../compiler/decisions/honoured.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { passesFor } from '../../compiler/passes/index.ts';
import { runPipeline, type Witnessed } from '../../compiler/passes/pipeline.ts';
import type { Schedule } from '../../compiler/schedule/override.ts';
import type { Target } from '../../compiler/schedule/target.ts';

/** Throws a `UserError` for a schedule that cannot be. Products are left apart from sums. */
export function scheduled(
  unoptimized: Program,
  target: Target,
  schedule: Exclude<Schedule, 'scalar'> = {},
): Outcome {
  const witnessed: Witnessed[] = [];
  const passes = passesFor(target, schedule).filter(pass => pass.name !== 'contract-fma');
  const program = runPipeline(passes, unoptimized, { witness: told => witnessed.push(told) });
  const outcome = { unoptimized, program, target, witnessed };
  checkHonoured(schedule, outcome);
  return outcome;
}
