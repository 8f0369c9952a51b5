/** Brackets in expressions: `x[0, 1:]`, `table[ids]`. */
import type { Tensor } from '../graph/tensor.ts';
import type { Picking } from '../language/ast.ts';
import { taking } from '../ops/indexing.ts';
import { pick } from '../ops/views.ts';
import { both } from './collect.ts';
import { applyTo, type Elaboration, slicingSymbolAt, tensorsOf, writtenIn } from './elaboration.ts';
import type { Environment } from './environment.ts';
import { applyIndexing } from './indexing.ts';
import { computedIn, type ComputedIndex, type PickContext, picksOf, rowTaken } from './picks.ts';

export function elaborateBracket(e: Picking, elaboration: Elaboration, label?: string): Tensor {
  const computed = computedIn(e, pickContextOf(elaboration.environment));
  return computed.length > 0
    ? taken(e, computed, elaboration, label)
    : partOf(e, elaboration, label);
}

function partOf(e: Picking, elaboration: Elaboration, label?: string): Tensor {
  const operation = pick(picksOf(e, pickContextOf(elaboration.environment)));
  const place = { span: e.span, operator: e.picksSpan };
  return applyTo(operation, [e.object], place, elaboration, label);
}

/** Applies indices that are tensors, after those whose numbers the template knows. */
function taken(
  e: Picking,
  computed: readonly ComputedIndex[],
  elaboration: Elaboration,
  label?: string,
): Tensor {
  const { environment, solver } = elaboration;
  const { object, span, picksSpan: operator } = e;
  const indices = computed.map(({ index }) => index);
  const hasOthers = [e.batch, e.input, e.output].flat().length > computed.length;
  const [x, ids] = both(
    () => (hasOthers ? partOf(e, elaboration) : elaboration.tensor(object)),
    () => tensorsOf(indices, elaboration),
    solver,
  );
  const row = rowTaken(computed);
  const name = row === 'batch' ? 'take_batch' : 'take';
  const written = { span, operator, operands: writtenIn([object, ...indices], environment) };
  return applyIndexing(taking(row), name, [x, ...ids], written, { solver, label });
}

export function pickContextOf(environment: Environment): PickContext {
  const { holes, settings, names } = environment;
  return {
    valueOf: place => {
      if (place.kind === 'hole') return holes[place.index];
      return names.has(place.name) ? undefined : settings.get(place.name);
    },
    symbolOf: symbol => slicingSymbolAt(symbol, environment),
  };
}
