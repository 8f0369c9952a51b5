/** Names of arrays and routines in dumps: based on the user's names, and deterministic. */
import { Names } from '../../compiler/index.ts';
import type { CodeTree } from './code-tree.ts';
import { distinctNames } from './distinct-names.ts';
import type { ArrayRef, Tensor } from './tensor.ts';

/**
 * Labelled tensors keep their labels if possible; the others are named after their operation, and a
 * gradient after its tensor.
 */
export function nameArrays(arrays: readonly ArrayRef[]): ReadonlyMap<ArrayRef, string> {
  const tensors = [...new Set(arrays.map(array => array.tensor))];
  const labelled = tensors.filter(t => t.label !== undefined);
  const labels = distinctNames(labelled.map(t => plain(t.label ?? t.hint)));
  const names = new Names(labels);
  const byTensor = new Map<Tensor, string>(labelled.map((t, i) => [t, labels[i] ?? t.hint]));
  for (const tensor of tensors.filter(t => t.label === undefined)) {
    byTensor.set(tensor, names.fresh(tensor.hint));
  }
  const nameOf = ({ tensor, part }: ArrayRef): string =>
    `${byTensor.get(tensor) ?? tensor.hint}${part === 'value' ? '' : `.${part}`}`;
  return new Map(arrays.map(array => [array, nameOf(array)]));
}

/** The language allows letters of all alphabets; dumps and generated code use ASCII. */
function plain(label: string): string {
  return label.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/\W/gu, '_');
}

/** From the titles of the outermost sections: `scalar_loss_gradient_then_gd_update`. */
export function nameOfCode(tree: CodeTree): string {
  const titles = outerTitles(tree);
  const words = titles.map(title => title.match(/\w+/g)?.join('_')).filter(Boolean);
  const name = words.join('_then_');
  return /^[a-z_]/i.test(name) ? name : `routine_${name}`.replace(/_$/, '');
}

function outerTitles(tree: CodeTree): readonly string[] {
  switch (tree.kind) {
    case 'sequence':
      return tree.body.flatMap(outerTitles);
    case 'section':
    case 'stage':
      return [tree.title];
    case 'repeat':
      return outerTitles(tree.body);
    case 'forward':
      return [`${tree.tensor.label ?? tree.tensor.hint} forward`];
    case 'backprop':
      return [`${tree.tensor.label ?? tree.tensor.hint} backprop`];
    case 'init-params':
      return [`${tree.tensor.label ?? tree.tensor.hint} init params`];
    case 'assign':
    case 'zero-grads':
      return [];
  }
}
