/** The names that the definitions of an `op` template define, which must be distinct. */
import { type Span, UserError } from '../../compiler/index.ts';
import { paramTensor } from '../graph/make.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Ident, Inline } from '../language/ast.ts';
import type { TemplateSource } from '../language/template-source.ts';
import type { Solver } from '../shape/solve.ts';
import type { Collector } from './collect.ts';
import type { Environment, Value } from './environment.ts';
import { isLayer, type Layer } from './layer.ts';
import { parameter } from './parameter.ts';

/** The value of a definition. */
export type Made = Value | Layer;

/** The names of a template and what they mean. */
export class TemplateScope {
  readonly environment: Environment;
  readonly #names = new Map<string, Value>();
  readonly #layers = new Map<string, Layer>();
  readonly #places = new Map<string, Span>();
  readonly #inlines = new Map<Inline, Tensor>();
  readonly #errors: Collector;

  constructor(source: TemplateSource, holes: readonly unknown[], errors: Collector) {
    this.#errors = errors;
    this.environment = {
      source,
      holes,
      names: this.#names,
      symbols: new Map(),
      inlines: this.#inlines,
      settings: new Map(),
      captures: new Map(),
      layers: { named: this.#layers, made: new Map() },
    };
  }

  define({ text, span }: Ident, value: Made, help?: string): void {
    const first = this.#places.get(text);
    if (first) throw definedTwice(text, span, first, help);
    this.#places.set(text, span);
    if (isLayer(value)) this.#layers.set(text, value);
    else this.#names.set(text, value);
  }

  introduce(inline: Inline, solver: Solver): void {
    const { name, span } = inline;
    const made = this.#errors.try(() => parameter(inline, this.environment, solver));
    const nothing = { initial: { kind: 'none' } } as const;
    // A parameter of unknown shape replaces a faulty one, so that its uses are not reported as well.
    const param = made?.value ?? paramTensor(name.text, nothing, { rows: {} }, span);
    this.#inlines.set(inline, param);
    const help = `to use it again write \`${name.text}\` without braces`;
    this.#errors.try(() => {
      this.define(name, param, help);
    });
  }
}

/** Parameters are defined before the definition that contains them, so either place may come first. */
export function definedTwice(
  name: string,
  one: Span,
  other: Span,
  help = 'give one of them another name',
): UserError {
  const [first, span] = one.start < other.start ? [one, other] : [other, one];
  return new UserError({
    code: 'EINC0204',
    message: `\`${name}\` is defined twice in this template`,
    labels: [{ span }, { span: first, text: 'first here' }],
    help: [help],
  });
}
