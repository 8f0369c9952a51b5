import { dropDead } from './drop-dead.ts';
import { gatherOneHot } from './gather-one-hot.ts';
import { inlineConstants } from './inline-constants.ts';
import { inlineVirtual } from './inline-virtual.ts';
import type { Pass } from './pipeline.ts';
import { recompute } from './recompute.ts';
import { simplify } from './simplify.ts';

/** Placement and simplification: first on every target. */
export const simplifying: readonly Pass[] = [
  dropDead, // first: a store nobody reads would hold its inputs in memory
  inlineConstants, // before placement: what is constant costs nothing
  gatherOneHot, // before placement, which would store one-hot arrays that are read often
  inlineVirtual,
  simplify, // after inlining: constants have met their uses
  dropDead, // inlining and folding leave stores without readers
  recompute, // after placement: the arrays that remain will be in memory; before any schedule
];
