/** One transformation of a nest, as data: what a schedule is a list of. */
import { turnsLate } from '../loop/pipelined.ts';
import { grouped } from '../support/count.ts';
import { unreachable } from '../support/errors.ts';

export type Step =
  /** These loops now stand outside of the others of their pair; or inside of the other loops of a sum. */
  | { readonly kind: 'interchange'; readonly moved: readonly string[]; readonly inside?: true }
  /** A loop cut into blocks, with terms of the sum moved out of a block. */
  | {
      readonly kind: 'block';
      readonly loop: string;
      readonly size: number;
      readonly outside: readonly string[];
    }
  /** The sums of an array kept in a scalar while a loop adds to it. */
  | { readonly kind: 'accumulate'; readonly array: string; readonly over: readonly string[] }
  /** Cells of an array sum what turns of these loops added to them here and there. */
  | { readonly kind: 'gather'; readonly array: string; readonly over: readonly string[] }
  /** Terms left out that are 0 for lying in the margins of an array. */
  | { readonly kind: 'skip'; readonly array: string }
  | TileStep
  /** Loops over the same rows run as one. */
  | { readonly kind: 'fuse'; readonly loop: string; readonly turns: number }
  /** Loops over all cells of an array as one. */
  | { readonly kind: 'count'; readonly loops: readonly string[]; readonly turns: number }
  /** The rows of an array that is scattered to, dealt out to so many. */
  | { readonly kind: 'share'; readonly array: string; readonly shares: number }
  /** Kernels that share the blocks of one launch. */
  | { readonly kind: 'launch'; readonly kernels: number }
  /** Threads have up to so many neighbouring cells; of the launch, blocks and threads in each. */
  | {
      readonly kind: 'coarsen';
      readonly cells: number;
      readonly blocks: number;
      readonly threads: number;
    }
  /** Hardware copies what these shared arrays hold (TMA). */
  | { readonly kind: 'copy in bulk'; readonly arrays: readonly string[] }
  /** A long sum divided into `parts` sums and a tree. */
  | {
      readonly kind: 'split';
      readonly array: string;
      readonly over: string;
      readonly parts: number;
    }
  /** The columns of a matrix summed row by row, in so many blocks of rows. */
  | {
      readonly kind: 'rows';
      readonly array: string;
      readonly rows: string;
      readonly blocks: number;
    }
  /** The terms of a sum are computed first, so that several are computed at once. */
  | { readonly kind: 'separate'; readonly array: string }
  /** Arrays of which only so many rows are there at once. */
  | {
      readonly kind: 'rows at once';
      readonly arrays: readonly string[];
      readonly rows: number;
      readonly of: number;
    }
  /** Arrays that are computed once more for those who need them late. */
  | { readonly kind: 'rows again'; readonly arrays: readonly string[] }
  /** Copies made before a loop, for all of its turns. */
  | { readonly kind: 'copy once'; readonly arrays: readonly string[]; readonly loop: string }
  /** Sums over arrays of which there is one tile at a time, so many rows. */
  | {
      readonly kind: 'walk';
      readonly arrays: readonly string[];
      readonly rows: number;
      readonly overRows: string;
      readonly overColumns: string;
    }
  /** Prefetches what the next iteration of a loop uses. */
  | { readonly kind: 'prefetch'; readonly arrays: readonly string[]; readonly loop: string }
  | {
      readonly kind: 'vectorise';
      readonly loop: string;
      readonly vectors: number;
      readonly lanes: number;
    }
  /** A loop unrolled by `turns`. */
  | { readonly kind: 'unroll'; readonly loop: string; readonly turns: number }
  | { readonly kind: 'parallelise'; readonly loop: string; readonly turns: number }
  | BlockTileStep
  | BindStep;

export interface TileStep {
  readonly kind: 'tile';
  readonly rows: { readonly loop: string; readonly count: number } | undefined;
  readonly columns: { readonly loop: string; readonly vectors: number; readonly lanes: number };
  /** All iterations of a third loop. */
  readonly taps?: { readonly loop: string; readonly count: number } | undefined;
  readonly blocks?:
    | {
        readonly columns: number;
        readonly terms: { readonly loop: string; readonly count: number } | undefined;
      }
    | undefined;
  readonly packed: readonly { readonly node: string; readonly dims: readonly number[] }[];
}

/** A product in tiles of blocks of threads. */
export interface BlockTileStep {
  readonly kind: 'block-tile';
  readonly overRows: string;
  readonly overColumns: string;
  readonly rows: number;
  readonly columns: number;
  /** The share of each thread, or on tensor cores of each warp or warpgroup. */
  readonly share: {
    readonly of: 'thread' | 'warp' | 'group';
    readonly rows: number;
    readonly columns: number;
  };
  readonly terms: number;
  /** The number of iterations whose copies exist at once: one is in use, the others are arriving. */
  readonly stages: number;
  /** Rows of tiles that blocks walk through column by column. */
  readonly strip: number;
}

/** A kernel; the loops become blocks (`block`) or threads (`grid`). */
export interface BindStep {
  readonly kind: 'bind';
  readonly mode: 'grid' | 'block';
  readonly loops: readonly string[];
  readonly blocks: number;
  readonly threads: number;
}

/** `rows 8 of i, columns 2 × 16 of j, pack w [512, 32]` */
export function printStep(step: Step): string {
  switch (step.kind) {
    case 'interchange':
      return `${step.moved.join(', ')} ${step.inside ? 'inside' : 'outside'}`;
    case 'block':
      return `${step.loop} by ${step.size}, ${step.outside.join(', ')} outside`;
    case 'accumulate':
    case 'gather':
      return `${step.array} over ${step.over.join(', ')}`;
    case 'skip':
      return `of ${step.array}`;
    case 'tile':
      return printTile(step);
    case 'fuse':
      return `over ${step.loop}: ${step.turns} turns`;
    case 'count':
      return `${step.loops.join(', ')} as one count of ${step.turns} cells`;
    case 'share':
      return `rows of ${step.array} dealt out to ${step.shares}`;
    case 'launch':
      return `${step.kernels} kernels at one launch`;
    case 'split':
      return `${step.array} over ${step.over}: ${step.parts} parts`;
    case 'rows':
      return `${step.array} over ${step.rows}: ${step.blocks} blocks`;
    case 'separate':
      return `the terms of ${step.array} first`;
    case 'rows at once':
      return `${step.rows} of ${step.of} rows of ${step.arrays.join(', ')} at once`;
    case 'rows again':
      return `${step.arrays.join(', ')} for those who need them late`;
    case 'copy once':
      return `${step.arrays.join(', ')} before ${step.loop}`;
    case 'walk':
      return `${step.rows} of ${step.overRows} over ${step.overColumns}, ${step.arrays.join(', ')} by tiles`;
    case 'prefetch':
      return `${step.arrays.join(', ')} of the next ${step.loop}`;
    case 'vectorise':
      return `${step.loop} by ${step.vectors} × ${step.lanes}`;
    case 'unroll':
      return `${step.loop} by ${step.turns}`;
    case 'parallelise':
      return `${step.loop}: ${step.turns} turns`;
    case 'block-tile':
      return printBlockTile(step);
    case 'bind':
      return printBind(step);
    case 'coarsen':
      return `${step.cells} cells a thread, ${grouped(step.blocks)} × ${step.threads} threads`;
    case 'copy in bulk':
      return `${step.arrays.join(', ')} by hardware`;
    default:
      return unreachable(step);
  }
}

/** `128 of b × 128 of o, 8 × 8 a thread, 16 terms at once, copied ahead` */
function printBlockTile(step: BlockTileStep): string {
  const { overRows, overColumns, rows, columns, share, terms, stages, strip } = step;
  const tile = `${rows} of ${overRows} × ${columns} of ${overColumns}`;
  const own = `${share.rows} × ${share.columns} a ${share.of}`;
  const turns = stages - 1 - turnsLate(share.of === 'group', stages);
  const ahead = turns > 1 ? `, copied ${turns} turns ahead` : ', copied ahead';
  const order = strip > 1 ? `, in strips of ${strip}` : '';
  return `${tile}, ${own}, ${terms} terms at once${stages > 1 ? ahead : ''}${order}`;
}

function printBind({ mode, loops, blocks, threads }: BindStep): string {
  const size = `${grouped(blocks)} × ${threads} threads`;
  return mode === 'grid' || blocks > 1
    ? `${loops.join(', ')} on ${size}`
    : `${threads} threads of one block`;
}

function printTile({ rows, columns, taps, packed, blocks }: TileStep): string {
  const { loop, vectors, lanes } = columns;
  const terms = blocks?.terms ? `, terms ${blocks.terms.count} of ${blocks.terms.loop}` : '';
  return [
    ...(rows ? [`rows ${rows.count} of ${rows.loop}`] : []),
    `columns ${vectors} × ${lanes} of ${loop}`,
    ...(taps ? [`${taps.count} taps of ${taps.loop}`] : []),
    ...(blocks ? [`blocks of ${blocks.columns} columns${terms}`] : []),
    ...packed.map(({ node, dims }) => `pack ${node} [${dims.join(', ')}]`),
  ].join(', ');
}
