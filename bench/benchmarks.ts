/** All benchmarks, in the order they run. */
import type { Benchmark } from './benchmark.ts';
import { allReduce } from './all-reduce.ts';
import { attention } from './attention.ts';
import { call } from './call.ts';
import { conv } from './conv.ts';
import { dataParallelMlp } from './data-parallel.ts';
import { elementwise } from './elementwise.ts';
import { firstStep } from './first-step.ts';
import { gemm } from './gemm.ts';
import { gpt } from './gpt.ts';
import { mlp } from './mlp.ts';
import { moons } from './moons.ts';
import { ocannl } from './ocannl.ts';
import { layerNorm, softmax } from './rows.ts';

export const benchmarks: readonly Benchmark[] = [
  gemm,
  mlp,
  gpt,
  elementwise,
  softmax,
  layerNorm,
  attention,
  conv,
  moons,
  ocannl,
  dataParallelMlp,
  call,
  allReduce,
  firstStep,
];
