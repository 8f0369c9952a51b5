/** Whether a routine could be scheduled as its program asks: told from what the passes decided. */
import { localsOf } from '../loop/facts.ts';
import type { Program } from '../loop/ir.ts';
import { askedFor, type NestOverride, type Schedule } from '../schedule/override.ts';
import type { BlockTileStep } from '../schedule/step.ts';
import type { Target } from '../schedule/target.ts';
import type { Diagnostic } from '../support/diagnostic.ts';
import { UserError } from '../support/errors.ts';
import { suggest } from '../support/suggest.ts';
import type { Witnessed } from '../passes/pipeline.ts';
import { namesWritten, nestsIn } from './nest-facts.ts';
import { scheduledNests } from './nests.ts';

export interface Outcome {
  readonly unoptimized: Program;
  readonly program: Program;
  readonly target: Target;
  readonly witnessed: readonly Witnessed[];
}

/** Throws a `UserError` that says all that could not be done. */
export function checkHonoured(schedule: Exclude<Schedule, 'scalar'>, outcome: Outcome): void {
  const nests = namesOfNests(outcome);
  const [first, ...others] = Object.keys(schedule).flatMap(name => {
    if (!nests.includes(name)) return [noNest(name, nests, outcome)];
    return notDone(name, askedFor(schedule, name), outcome);
  });
  if (first) throw new UserError(first, ...others);
}

/** The arrays that nests compute when the first transformation is looked at. */
function namesOfNests({ program, witnessed }: Outcome): readonly string[] {
  const first = witnessed.find(({ decision }) => decision.about !== 'array');
  return [...new Set(nestsIn((first?.before ?? program).body).flatMap(namesWritten))];
}

function noNest(name: string, nests: readonly string[], outcome: Outcome): Diagnostic {
  const { unoptimized, witnessed } = outcome;
  const names = `the schedule of \`${unoptimized.name}\` names \`${name}\``;
  const nodes = [...unoptimized.params, ...localsOf(unoptimized)];
  if (!nodes.some(node => node.name === name)) {
    const similar = suggest(name, nests);
    const list = `its nests compute ${nests.map(nest => `\`${nest}\``).join(', ')}`;
    return {
      code: 'EINC0807',
      message: `${names}, which is none of its arrays`,
      help: [similar === undefined ? list : `did you mean \`${similar}\`?`],
    };
  }
  const fates = witnessed.flatMap(({ decision }) =>
    decision.about === 'array' && decision.node.name === name ? [decision] : [],
  );
  const last = fates.at(-1);
  return {
    code: 'EINC0807',
    message: `${names}, which no nest of it computes`,
    notes: last ? [`it is ${last.fate}: ${last.because}`] : [],
    help: [`\`einc dump --why ${name}\` says what became of it`],
  };
}

/** Requests that were refused. */
function notDone(
  name: string,
  asked: NestOverride | undefined,
  { unoptimized, program, target, witnessed }: Outcome,
): readonly Diagnostic[] {
  const nests = scheduledNests(witnessed, program).filter(({ writes, inside }) =>
    [...writes, ...inside].includes(name),
  );
  const refusal = (done: string, notes: readonly string[]): Diagnostic => ({
    code: 'EINC0808',
    message: `\`${name}\` cannot be ${done} as the schedule of \`${unoptimized.name}\` asks`,
    notes,
    help: ['`einc dump --stage schedule` shows the nest, and what is chosen for it'],
  });
  const isDoneBy = (pass: string): boolean =>
    nests.some(({ steps }) => steps.some(({ by }) => by === pass));
  if (target.gpu) {
    const steps = nests.flatMap(nest => nest.steps.map(({ step }) => step));
    const tiles = steps.filter(step => step.kind === 'block-tile');
    return notOnGpu(asked, tiles).map(([done, why]) => refusal(done, [why]));
  }
  const stages = target.vectorBytes > 0 ? asked?.stages : undefined;
  const ahead =
    stages === undefined
      ? []
      : [refusal(`copied in ${stages} stages`, ['copies that run ahead are those of a GPU'])];
  const refused = [...wantedOf(asked, target)].flatMap(([pass, done]) => {
    if (isDoneBy(pass)) return [];
    const refusals = nests.flatMap(nest => nest.refusals.filter(({ by }) => by === pass));
    const own = refusals.filter(({ of }) => of.includes(name));
    const reasons = new Set((own.length > 0 ? own : refusals).map(({ because }) => because));
    return [refusal(done, [...reasons])];
  });
  return [...refused, ...ahead];
}

/** Requests that only apply to vectors and threads of a CPU, and why a GPU has no such thing. */
function notOnGpu(
  asked: NestOverride = {},
  tiles: readonly BlockTileStep[],
): readonly (readonly [done: string, because: string])[] {
  const found: [string, string][] = [];
  if (asked.rows !== undefined || asked.vectors !== undefined) {
    const sizes = 'those of a GPU are as large as leaves blocks enough for all of it';
    found.push(['tiled', `\`rows\` and \`vectors\` are sizes of tiles on a processor: ${sizes}`]);
  }
  if (asked.pack === false && tiles.length > 0) {
    const copies = 'on a GPU what a tile reads is copied to memory that a block shares';
    found.push(['tiled without copies', `${copies}; \`tile: false\` leaves both out`]);
  }
  if (asked.stages !== undefined && !tiles.some(({ stages }) => stages === asked.stages)) {
    const room = 'so many turns of the sum with their copies, or so much shared memory';
    found.push([
      `copied in ${asked.stages} stages`,
      tiles.length > 0 ? `there are not ${room}` : 'it is not computed in tiles',
    ]);
  }
  if (asked.parallel === false)
    found.push(['left to one thread', 'on a GPU threads share whatever turns allow it']);
  return found;
}

/** The requests by the pass that must honour them. A processor without vectors has no tiles, so none are missing. */
function wantedOf(asked: NestOverride = {}, { vectorBytes }: Target): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  const hasSize = asked.rows !== undefined || asked.vectors !== undefined;
  if (hasSize && vectorBytes > 0) wanted.set('tile-registers', 'tiled');
  if (asked.parallel === true) wanted.set('parallelise', 'shared by threads');
  return wanted;
}
