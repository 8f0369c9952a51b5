/** The meaning of the names and holes of an `op` template. */
import type { Span, StaticSymbol, UserError } from '../../compiler/index.ts';
import { constantTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Configure, Expr, Field, Hole, Inline } from '../language/ast.ts';
import type { TemplateSource } from '../language/template-source.ts';
import { fail, wrongHole } from './errors.ts';
import { isSymbol } from './hole.ts';
import type { Layer, Setting } from './layer.ts';
import { settingsOf } from './layer-settings.ts';
import { isTensorFunction, type TensorFunction } from './tensor-function.ts';

export type Value = Tensor | TensorFunction;

/** A template being elaborated: its text, what its holes hold, and what its names mean. */
export interface Environment {
  readonly source: TemplateSource;
  readonly holes: readonly unknown[];
  readonly names: ReadonlyMap<string, Value>;
  /** The enclosing loops of `cd`: names for static symbols. */
  readonly symbols: ReadonlyMap<string, StaticSymbol>;
  /** The parameter of each inline definition. */
  readonly inlines: ReadonlyMap<Inline, Tensor>;
  /** The settings of the layer that is being made. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** The sizes that specs have captured so far, as tensors. */
  readonly captures: Map<string, Tensor>;
  /** The layers defined so far, and those already applied to settings; none in `cd`. */
  readonly layers: TemplateLayers | undefined;
  /** In `cd`: the current value of a part such as `p.grad`, as a tensor. */
  readonly part?: (e: Field | Hole) => Tensor;
}

interface TemplateLayers {
  readonly named: ReadonlyMap<string, Layer>;
  readonly made: Map<Configure, Value>;
}

/** A setting used as a value. */
export function settingValue(name: string, setting: Setting, span: Span): Value {
  if (typeof setting === 'number') return constantTensor(setting, [span]);
  if (setting instanceof Tensor || isTensorFunction(setting)) return setting;
  throw fail('EINC0221', `\`${name}\` is a list of sizes, not a tensor`, span);
}

/** The error about a layer that is used without settings. */
export function withoutSettings(name: string, layer: Layer, span: Span): UserError {
  const settings = (settingsOf(layer) ?? []).map(setting => `~${setting}: …`).join(', ');
  return fail('EINC0221', `\`${name}\` is a layer without its settings`, span, {
    help: [`give it its settings first: ${name}(${settings})`],
  });
}

/** A hole that holds a static symbol, or the name of an enclosing loop. */
export function symbolAt(e: Expr, { holes, symbols }: Environment): StaticSymbol {
  const known = e.kind === 'name' ? symbols.get(e.name) : undefined;
  const value = e.kind === 'hole' ? holes[e.index] : known;
  if (isSymbol(value)) return value;
  if (e.kind === 'hole') throw wrongHole(value, e.span, 'a static symbol');
  const hint = e.kind === 'name' ? [`write \${${e.name}} if \`${e.name}\` is one`] : [];
  if (e.kind === 'infix') hint.push('`@|` takes all that follows it: write (x @| ${i}) + …');
  throw fail('EINC0202', 'a static symbol must stand here, in a hole', e.span, { help: hint });
}
