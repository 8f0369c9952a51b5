/** The code that computes a tensor from its operands. */
import {
  access,
  assign,
  mapCode,
  type Origins,
  scalarConst,
  sequence,
} from '../../compiler/index.ts';
import type { Logic } from '../shape/logic.ts';
import { cellOf, forwardOf } from './apply.ts';
import { OpenProjections } from './open-projections.ts';
import {
  ArrayRef,
  type OpenAssign,
  type OpenCode,
  type Scan,
  type ScanResult,
  Tensor,
} from './tensor.ts';

export function forwardCodeOf(tensor: Tensor): OpenCode {
  const { source } = tensor;
  return source.kind === 'scan' ? scanCode(source.scan) : sequence(forwardOf(tensor));
}

/** Whether it needs code of its own: the results of a scan are computed by its run. */
export function takesCode({ source }: Tensor): boolean {
  return source.kind === 'computed' || source.kind === 'scan';
}

/**
 *   h =: h_start;
 *   for t < n (
 *     x =: xs @| t;
 *     …                        the step, which computes next from h and x
 *     ys @| t =: next;
 *     h =: next);
 *   h_last =: h;
 */
function scanCode(scan: Scan): OpenCode {
  const { turns, carries, slices, stacks, sums, inner } = scan;
  const { symbol } = turns;
  const by: By = { origins: symbol.span ? [symbol.span] : [], logic: { kind: 'turn', turns } };
  const body = sequence([
    ...slices.map(s => slice(s.place, s.whole, by)),
    ...carries.map(c => putTurn(c.saved, by)),
    ...inner.map(forwardCodeOf),
    ...stacks.map(s => putTurn(s, by)),
    ...sums.map(s => copy(s.whole, s.each, by, 'add')),
    ...carries.map(c => copy(c.place, c.next, by)),
  ]);
  const code = sequence([
    ...carries.map(c => copy(c.place, c.start, by)),
    ...sums.map(s => zero(s.whole, by)),
    { kind: 'repeat', symbol, body } as const,
    ...carries.map(c => copy(c.last, c.place, by)),
  ]);
  return withOwnArrays(code, scan);
}

interface By {
  readonly origins: Origins;
  readonly logic: Logic;
}

function copy(to: Tensor, from: Tensor, { origins }: By, op: 'set' | 'add' = 'set'): OpenAssign {
  const projections = projectionsOf({ kind: 'pointwise' }, to, from);
  return assign(cell(to, 0), { op }, cellOf(from, 1), projections, origins);
}

function zero(to: Tensor, { origins }: By): OpenAssign {
  const projections = projectionsOf({ kind: 'pointwise' }, to);
  return assign(cell(to, 0), { op: 'set' }, scalarConst(0), projections, origins);
}

function slice(part: Tensor, whole: Tensor, { origins, logic }: By): OpenAssign {
  const projections = projectionsOf(logic, part, whole);
  return assign(cell(part, 0), { op: 'set' }, cell(whole, 1), projections, origins);
}

/** The inverse slice: source and target slots swapped. */
function putTurn({ each, whole }: ScanResult, { origins, logic }: By): OpenAssign {
  const projections = projectionsOf(logic, each, whole);
  return assign(cell(whole, 1), { op: 'set', keeps: true }, cellOf(each, 0), projections, origins);
}

function cell({ value }: Tensor, slot: number): OpenAssign['target'] {
  return access(value, slot);
}

function projectionsOf(logic: Logic, ...tensors: readonly [Tensor, ...Tensor[]]): OpenProjections {
  const [{ span, label, shape }] = tensors;
  const use = { operator: 'scan', span, operands: [], result: { span, text: label, shape } };
  return new OpenProjections(
    logic,
    tensors.map(t => t.shape),
    use,
  );
}

/**
 * The scans of the derivatives recompute what an iteration computes: each of them has its own
 * arrays for it.
 */
function withOwnArrays(code: OpenCode, { operands, carries, stacks, sums }: Scan): OpenCode {
  const results = [...carries.flatMap(c => [c.saved, { whole: c.last }]), ...stacks, ...sums];
  const shared = [...operands, ...results.map(r => r.whole)];
  const arrays = new Map(shared.map(({ value }) => [value, value]));
  const own = (array: ArrayRef): ArrayRef => {
    const known = arrays.get(array) ?? new ArrayRef(twinOf(array.tensor), array.part);
    arrays.set(array, known);
    return known;
  };
  return mapCode(code, own, projections => projections);
}

function twinOf({ label, hint, shape, dtypeVar: dtype, source, origins }: Tensor): Tensor {
  return new Tensor({ label, hint, shape, dtype, source, origins });
}
