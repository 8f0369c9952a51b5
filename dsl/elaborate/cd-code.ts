/** Code used as a statement of `cd`: a hole that contains code, `loss.forward`. */
import { Code } from '../graph/code.ts';
import { type CodeTree, sequenceOf } from '../graph/code-tree.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Expr, Field } from '../language/ast.ts';
import {
  arrayFields,
  type CdScope,
  gradOf,
  isCodeField,
  tensorAt,
  unknownField,
} from './cd-scope.ts';
import { fail, unknownName, wrongHole } from './errors.ts';

/** A hole that holds code, or `loss.forward`, `.backprop`, `.zero_grads`, `.init_params`. */
export function codeOf(e: Expr, scope: CdScope): CodeTree {
  if (e.kind === 'hole') {
    const value = scope.holes[e.index];
    const pieces: readonly unknown[] = Array.isArray(value) ? value : [value];
    return sequenceOf(
      pieces.map(piece => {
        if (piece instanceof Code) return piece.tree;
        throw wrongHole(piece, e.span, 'code');
      }),
    );
  }
  if (e.kind === 'name' && !scope.names.has(e.name)) {
    throw unknownName(e.name, e.span, [...scope.names.keys()]);
  }
  if (e.kind !== 'field')
    throw fail('EINC0217', 'this is no statement', e.span, { help: statementHelp });
  if (!isCodeField(e.field.text)) {
    if (!arrayFields.includes(e.field.text)) throw unknownField(e.field);
    throw fail('EINC0217', `\`.${e.field.text}\` is an array, not code`, e.span, {
      help: statementHelp,
    });
  }
  const tensor = tensorAt(e.object, scope);
  if (e.field.text === 'forward') return { kind: 'forward', tensor };
  if (e.field.text === 'init_params') {
    checkParams(tensor, e);
    return { kind: 'init-params', tensor };
  }
  gradOf(tensor, e.field);
  return { kind: e.field.text === 'backprop' ? 'backprop' : 'zero-grads', tensor };
}

function checkParams({ params, label, hint }: Tensor, { field }: Field): void {
  if (Object.keys(params).length > 0) return;
  throw fail('EINC0211', `\`${label ?? hint}\` has no parameters to initialise`, field.span);
}

const statementHelp = ['assign something: x =: …', 'or run code: ${loss}.forward'];
