/** Training: steps, optimisers, checkpoints, parallel training. */
export { type CheckpointOptions, resumeFrom, saveCheckpoint } from './checkpoint.ts';
export { gradUpdate } from './gradient.ts';
export { sgdOne, type SgdOptions, sgdUpdate } from './sgd.ts';
export { DataParallel, dataParallel } from './data-parallel.ts';
export type { StepResult } from './shard-steps.ts';
export type { Batch, EpochOptions, EpochResult } from './epoch.ts';
export { ProgressBar, progressBar, type ProgressBarOptions } from './progress-bar.ts';
export type { DeviceTime } from '../../runtime/index.ts';
export type { DataParallelOptions, Examples, ExampleShape } from './data-parallel-options.ts';
export { TensorParallel, tensorParallel } from './tensor-parallel.ts';
export type { TensorParallelOptions } from './tensor-parallel-options.ts';
export { ShardOptimizer, shardOptimizer, type ShardOptimizerOptions } from './shard-optimizer.ts';
export type { DividedState } from './kept-arrays.ts';
export type { DeviceMemory } from './replicas.ts';
