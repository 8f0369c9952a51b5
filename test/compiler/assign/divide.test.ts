/** A program for devices that have a part of an axis each: what becomes of it, as text. */
import { expect, test } from 'vitest';
import {
  divide,
  dividedAxes,
  type LinkableRoutine,
  printRoutine,
  readsOf,
  visitAssigns,
} from '../../../compiler/index.ts';
import { cd, type Code, op, sequence, type Tensor, tensor } from '../../../dsl/index.ts';
import { gradUpdate } from '../../../dsl/train/index.ts';

/** Divided along the outputs of `array` among two. */
function dividedText(code: Code, array: string): string {
  const { routine }: LinkableRoutine = code.settle({ dtype: 'f32', keep: [], name: undefined });
  const node = routine.device.find(({ name }) => name === array);
  if (!node) throw new Error(`no ${array}`);
  const axes = dividedAxes(routine.body, new Map([[node, 0]]), 'hidden');
  const { steps } = divide(routine.body, { axes, parts: 2, name: 'hidden' });
  return steps
    .map(step => {
      if (step.kind === 'sum') return `sum ${step.node.name} [${step.node.dims.join(', ')}]`;
      const text = printRoutine({ ...routine, body: step.body });
      const extents: string[] = [];
      visitAssigns(step.body, a => {
        const dims = [a.target, ...readsOf(a)].map(
          ({ node: n }) => `${n.name}[${n.dims.join(', ')}]`,
        );
        extents.push(
          `  (${dims.join(' ')}; loops ${a.projections.axes.map(x => x.extent).join(', ')})`,
        );
      });
      const lines = text
        .split('\n')
        .slice(1)
        .filter(line => line.trim() !== '');
      return [...lines.map(line => line.trimEnd()), ...extents].join('\n');
    })
    .join('\n');
}

const x = tensor([1, 2, 3], { label: 'x', output: [3] });

test('two layers: the parts of the second product are added up', () => {
  const y = op`{ w2; o = [2] } * relu({ w1; o = [8] } * ${x})`;
  expect(dividedText(cd`${y}.forward`, 'w1')).toMatchInlineSnapshot(`
    "  matmul =:+ w1 * x ~logic:"@";
      relu =: relu(matmul);
      matmul2 =:+ w2 * relu ~logic:"@";
      (matmul[4] w1[4, 3] x[3]; loops 4, 3)
      (relu[4] matmul[4]; loops 4)
      (matmul2[2] w2[2, 4] relu[4]; loops 2, 4)
    sum matmul2 [2]"
  `);
});

test('backwards: what comes to the input of the first layer', () => {
  const h = op`h = tanh({ w0; o = [4] } * ${x})`;
  const y = op`y = { w2; o = [2] } * relu({ w1; o = [8] } * ${h})`;
  const loss = op`loss = ${y} ++ "o => 0"`;
  const sums = dividedText(gradUpdate(loss), 'w1').match(/^sum .*/gm);
  expect(sums).toEqual(['sum y [2]', 'sum h.grad [4]']);
});

const hidden = (label: string): Tensor => tensor([1, 2, 3, 4], { label });

test('sums into one array are one sum, added up before something reads it', () => {
  const [a, b] = [hidden('a'), hidden('b')];
  const total = tensor([0], { label: 'total' });
  const [both, read] = [
    cd`${total} =:+ ${a} ~logic:"i => 0"; ${total} =- ${b} *. ${a} ~logic:"i; i => 0"`,
    cd`${x} =- ${total}[0]; ${b} =* 2`,
  ];
  expect(dividedText(sequence([both, read]), 'a')).toMatchInlineSnapshot(`
    "  total =:+ a ~logic:"i => 0";
      total =- b * a ~logic:"i; i => 0";
      (total[1] a[2]; loops 2)
      (total[1] b[2] a[2]; loops 2)
    sum total [1]
      x =- total ~logic:"0 => o";
      b =* 2;
      (x[3] total[1]; loops 3)
      (b[2]; loops 2)"
  `);
});

test('a sum into what was there goes through an array of its own', () => {
  const total = tensor([0, 1], { label: 'total' });
  const a = hidden('a');
  expect(dividedText(cd`${total}[1] =- ${a} ~logic:"i => "`, 'a')).toMatchInlineSnapshot(`
    "  total.partial =:+ a ~logic:"i => ";
      (total.partial[] a[2]; loops 2)
    sum total.partial []
      total =- total.partial ~logic:" => 1";
      (total[2] total.partial[]; loops )"
  `);
});
