/** One elaboration of a template with stand-ins, including the bodies of its functions and layers. */
import { type Diagnostic, type Span, UserError } from '../../compiler/index.ts';
import { elaborateCd } from '../elaborate/cd-template.ts';
import { each } from '../elaborate/collect.ts';
import { isLayer, type Setting } from '../elaborate/layer.ts';
import { settingsOf } from '../elaborate/layer-settings.ts';
import { elaborateOp } from '../elaborate/op-template.ts';
import type { Made } from '../elaborate/op-scope.ts';
import { definitionOf, isTensorFunction } from '../elaborate/tensor-function.ts';
import { Tensor } from '../graph/tensor.ts';
import type { CdProgram } from '../language/ast-cd.ts';
import type { OpProgram } from '../language/ast-op.ts';
import type { TemplateSource } from '../language/template-source.ts';
import { Solver } from '../shape/solve.ts';
import type { Roles } from './roles.ts';
import { anyFunction, anyTensor } from './stand-in.ts';

export interface DryTemplate {
  readonly program: OpProgram | CdProgram;
  readonly source: TemplateSource;
  readonly roles: Roles;
}

/** The errors of a template if its holes hold these values. */
export function elaborate(
  { program, source, roles }: DryTemplate,
  holes: readonly unknown[],
): readonly Diagnostic[] {
  try {
    if (program.kind === 'cd') elaborateCd(program, source, holes);
    else {
      const made = elaborateOp(program, source, holes);
      const all = isOne(made) ? [made] : Object.values(made);
      each(all, one => applyToAnything(one, roles, program.span));
    }
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics;
    throw error;
  }
}

function isOne(made: ReturnType<typeof elaborateOp>): made is Made {
  return made instanceof Tensor || isTensorFunction(made) || isLayer(made);
}

/** The bodies of functions and layers are elaborated only when they are applied. */
function applyToAnything(made: Made, roles: Roles, span: Span): void {
  if (isTensorFunction(made)) {
    const { arity, body, label } = definitionOf(made);
    const args = Array.from({ length: arity }, () => anyTensor(span));
    const written = { span, operator: span, operands: [] };
    Solver.transaction(solver => body(args, { solver, label }, written));
  } else if (isLayer(made)) {
    const settings = settingsOf(made) ?? [];
    const given = settings.map(name => [name, anySetting(name, roles, span)] as const);
    applyToAnything(made(Object.fromEntries(given)), roles, span);
  }
}

function anySetting(name: string, { names }: Roles, span: Span): Setting {
  const role = names.get(name);
  if (role?.kind === 'function') return anyFunction(role.arity, span);
  return role?.kind === 'size' || role?.kind === 'number' ? 1 : anyTensor(span);
}
