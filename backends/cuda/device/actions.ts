/**
 * What a plan does in each run. Launches that take neither an index of the routine nor a variable of a
 * surrounding loop are the same every time: adjacent ones become a graph, with loops of them
 * unrolled. Other launches are issued individually, with the values of the run.
 */
import type { Device } from '../driver/device.ts';
import type { Suspect } from '../driver/status.ts';
import type { DriverStream } from '../driver/stream.ts';
import type { Step } from '../steps.ts';
import { Graph } from './graph.ts';
import { type ArgumentBlock, PreparedLaunch, variable } from './launch.ts';
import type { Module } from './module.ts';

export interface Action {
  /** The number of kernels in it. */
  readonly launches: number;
  /** The number of driver calls for them in each run. */
  readonly kernels: readonly Suspect[];
  /** Whether it takes a value from one of these slots, which change from run to run. */
  takes(changing: ReadonlySet<number>): boolean;
  run(stream: DriverStream): void;
  /** Releases its GPU resources. To be called when none of its runs is in flight. */
  release(): void;
}

/** Beyond that, a graph takes longer to build than it saves. */
const mostInGraph = 4096;

export function prepare(
  module: Module,
  routine: string,
  steps: readonly Step[],
  block: ArgumentBlock,
): readonly Action[] {
  return steps.map(step =>
    step.kind === 'launch'
      ? new LaunchAction(new PreparedLaunch(module, routine, step, block))
      : new LoopAction(
          prepare(module, routine, step.body, block),
          step.turns,
          block,
          block.slotOf(variable(step.variable)),
        ),
  );
}

/** The same, with graphs for the parts that do not use the changing slots. */
export function withGraphs(
  device: Device,
  actions: readonly Action[],
  changing: ReadonlySet<number>,
): readonly Action[] {
  const result: Action[] = [];
  let same: Action[] = [];
  const end = (): void => {
    if (launchesOf(same) > 1) result.push(new GraphAction(device, same));
    else result.push(...same);
    same = [];
  };
  for (const action of actions) {
    if (action.takes(changing) || action.launches > mostInGraph) {
      end();
      const isLoop = action instanceof LoopAction;
      result.push(isLoop ? action.withGraphs(device, changing) : action);
      continue;
    }
    if (launchesOf(same) + action.launches > mostInGraph) end();
    same.push(action);
  }
  end();
  return result;
}

export function launchesOf(actions: readonly Action[]): number {
  return actions.reduce((sum, { launches }) => sum + launches, 0);
}

class LaunchAction implements Action {
  readonly launches = 1;
  readonly kernels: readonly Suspect[];
  readonly #launch: PreparedLaunch;

  constructor(launch: PreparedLaunch) {
    this.kernels = [launch];
    this.#launch = launch;
  }

  takes(changing: ReadonlySet<number>): boolean {
    return this.#launch.slots.some(slot => changing.has(slot));
  }

  run(stream: DriverStream): void {
    this.#launch.run(stream);
  }

  release(): void {
    // Has no resources.
  }
}

class LoopAction implements Action {
  readonly launches: number;
  readonly kernels: readonly Suspect[];
  readonly #body: readonly Action[];
  readonly #turns: number;
  readonly #block: ArgumentBlock;
  /** The slot of the variable. */
  readonly #slot: number;

  constructor(body: readonly Action[], turns: number, block: ArgumentBlock, slot: number) {
    this.launches = turns * launchesOf(body);
    this.kernels = body.flatMap(({ kernels }) => kernels);
    this.#body = body;
    this.#turns = turns;
    this.#block = block;
    this.#slot = slot;
  }

  withGraphs(device: Device, changing: ReadonlySet<number>): LoopAction {
    const inside = new Set([...changing, this.#slot]);
    const body = withGraphs(device, this.#body, inside);
    return new LoopAction(body, this.#turns, this.#block, this.#slot);
  }

  takes(changing: ReadonlySet<number>): boolean {
    return this.#body.some(action => action.takes(changing));
  }

  run(stream: DriverStream): void {
    for (let turn = 0; turn < this.#turns; turn++) {
      this.#block.set(this.#slot, turn);
      for (const action of this.#body) action.run(stream);
    }
  }

  release(): void {
    this.#body.forEach(action => action.release());
  }
}

/** The first run does not use the graph, since a plan that runs once needs none. */
class GraphAction implements Action {
  readonly launches: number;
  readonly kernels: readonly Suspect[];
  readonly #device: Device;
  readonly #actions: readonly Action[];
  readonly #label: string;
  #hasRun = false;
  #graph: Graph | undefined;

  constructor(device: Device, actions: readonly Action[]) {
    this.launches = launchesOf(actions);
    this.kernels = actions.flatMap(({ kernels }) => kernels);
    this.#device = device;
    this.#actions = actions;
    const others = this.launches - 1;
    this.#label = `the graph of ${this.kernels[0]?.label ?? ''} and ${others} ${others === 1 ? 'other' : 'others'}`;
  }

  takes(changing: ReadonlySet<number>): boolean {
    return this.#actions.some(action => action.takes(changing));
  }

  run(stream: DriverStream): void {
    const launch = (): void => this.#actions.forEach(action => action.run(stream));
    if (!this.#hasRun) {
      this.#hasRun = true;
      launch();
      return;
    }
    this.#graph ??= new Graph(this.#device, stream, this.#label, launch);
    this.#graph.run(stream);
  }

  release(): void {
    this.#graph?.release();
  }
}
