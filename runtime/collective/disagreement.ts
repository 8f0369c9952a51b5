import { UserError } from '../../compiler/index.ts';
import type { CollectiveName, ReduceOp } from './collective.ts';

/** A rank's description of the collective that it calls. */
export interface Terms {
  /** `end`: nothing more will come. */
  readonly call: CollectiveName | 'end';
  readonly dtype: string;
  /** The number of cells of the whole array. */
  readonly cells: number;
  readonly op?: ReduceOp | undefined;
  readonly root?: number | undefined;
}

/** Readable, and different for terms that differ. */
export function printTerms({ call, dtype, cells, op, root }: Terms): string {
  if (call === 'end') return 'the end of its program';
  if (call === 'barrier') return '`barrier`';
  const how = [
    ...(op === undefined || op === 'sum' ? [] : [`the ${op} over ranks`]),
    ...(root === undefined ? [] : [`from rank ${root}`]),
  ];
  return [`\`${call}\` of ${cells} ${dtype}`, ...how].join(', ');
}

/** Two ranks came to the n-th collective and meant different ones. */
export function disagreement(
  number: number,
  ranks: readonly { readonly rank: number; readonly terms: string }[],
): UserError {
  return new UserError({
    code: 'EINC0952',
    message: `the ranks do not do the same: they differ in collective ${number}`,
    notes: ranks.map(({ rank, terms }) => `rank ${rank} came to ${terms}`),
    help: ['all ranks call the same functions in the same order, with arrays of the same size'],
  });
}
