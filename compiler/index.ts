/** The compiler's door: what the language, the runtime and tools may name. */
export {
  BackendError,
  InternalError,
  invariant,
  unreachable,
  UserError,
} from './support/errors.ts';
export type { Label } from './support/code-frame.ts';
export { describe } from './support/describe.ts';
export { type Diagnostic, render } from './support/diagnostic.ts';
export {
  type Location,
  noOrigins,
  type Origins,
  shownPlace,
  type Source,
  type Span,
  uniteOrigins,
} from './support/source.ts';
export { product } from './support/list.ts';
export { once } from './support/once.ts';
export { suggest } from './support/suggest.ts';
export { Writer } from './support/writer.ts';

export {
  bytesOf,
  computeDtype,
  type DType,
  dtypes,
  holds,
  isDType,
  isWide,
  kindOf,
  roundTo,
  shortest,
  type Value,
} from './core/dtype.ts';
export {
  type AnyCells,
  cellArrays,
  type Cells,
  cellsFrom,
  deviceCells,
  deviceView,
  fromDevice,
  type MutableCells,
  store,
  toDevice,
} from './core/cells.ts';
export { isNarrowFloat, toBits } from './core/narrow-float.ts';
export {
  at,
  type Digit,
  digitOf,
  fixed,
  type Index,
  isLoop,
  loopsIn,
  type LoopVar,
  loopVar,
  printIndex,
  rangeOf,
  sumOf,
} from './core/index-expr.ts';
export { Names } from './core/names.ts';
export { type AccumulateOp, evaluate, infoOf, neutralOf, type Op, ops } from './core/op.ts';
export type { StaticSymbol } from './core/static-symbol.ts';
export { cellsOf, sizeOf, type TensorNode, tensorNode } from './core/tensor-node.ts';
export { keyOf, threefry2x32, uniformAt, type Word2 } from './core/threefry.ts';

export {
  type Access,
  access,
  type Assign,
  assign,
  type AxisPlace,
  type Code,
  position,
  type Scalar,
  scalarApply,
  scalarConst,
  sequence,
} from './assign/ir.ts';
export type { Tally, TallyOf } from './assign/accumulation.ts';
export { adjointOf, type GradientOf } from './assign/adjoint.ts';
export { mayBeInfinite } from './assign/chain-rule.ts';
export { divide, type Divided, type DividedStep } from './assign/divide.ts';
export { type DividedAxes, dividedAxes } from './assign/divided-axes.ts';
export { tangentOf } from './assign/tangent.ts';
export { printRoutine } from './assign/print.ts';
export {
  type ProductAxis,
  type Projections,
  type Rows,
  inMemoryOrder,
} from './assign/projections.ts';
export type { Routine } from './assign/routine.ts';
export { setByParts } from './assign/set-by-parts.ts';
export { setWherePossible } from './assign/set-where-possible.ts';
export { type LateSum, lateSumOf, sumOver, withoutTargets } from './assign/late-sums.ts';
export { arraysByRow, type RowRange, someRows } from './assign/some-rows.ts';
export {
  accessesOf,
  mapAccesses,
  mapAssigns,
  mapCode,
  mapNodes,
  mapScalar,
  readsOf,
  symbolsOf,
  visitAssigns,
} from './assign/traverse.ts';

export type { Accumulate, Apply, Declare, Expr, For, Program, Stmt } from './loop/ir.ts';
export { arenaBytes } from './loop/arena.ts';
export { givenArrays, localsOf, writtenIn } from './loop/facts.ts';
export { interpret, type Memory } from './loop/interpret.ts';
export { parseProgram } from './loop/parse.ts';
export { LoopNames } from './loop/loop-names.ts';
export { printProgram } from './loop/print.ts';

export type {
  ArrayHandle,
  DeviceArray,
  Explainable,
  Initial,
  InitialScale,
  LinkableRoutine,
  RoutineSource,
  SettleOptions,
} from './device-array.ts';
export { type Compiled, compile, type CompileOptions } from './compile.ts';
export { type ArrayStory, arrayStories, type Told } from './decisions/arrays.ts';
export { type ScheduledNest, scheduledNests } from './decisions/nests.ts';
export { type NestVariants, nestVariants, type Variant } from './decisions/variants.ts';
export { type NestOverride, overrideNames, type Schedule } from './schedule/override.ts';
export { printStep, type Step } from './schedule/step.ts';
export { boundToGpu } from './passes/gpu/bound-to-gpu.ts';
export { passesFor } from './passes/index.ts';
export {
  beforeSm80,
  gpu,
  type Target,
  type TargetName,
  targets,
  withBulkCopies,
  withGroups,
  withMatrices,
} from './schedule/target.ts';
export type { Pass } from './passes/pipeline.ts';
