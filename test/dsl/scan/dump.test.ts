/** What a reader sees of a recurrent network and its gradient. `npm run golden` rewrites the goldens. */
import { describe, expect, test } from 'vitest';
import { compile, printProgram, printRoutine } from '../../../compiler/index.ts';
import { cumsum, op, type Tensor, tensor, type TensorFunction } from '../../../dsl/einc.ts';
import { forward } from '../../../dsl/index.ts';
import { gradUpdate } from '../../../dsl/train/index.ts';
import type { Code } from '../../../dsl/graph/code.ts';
import type { ArrayHandle } from '../../../compiler/index.ts';

function dumpOf(code: Code, keep: readonly ArrayHandle[] = []): { cd: string; ll: string } {
  const { routine } = code.settle({ dtype: 'f32', keep, name: undefined });
  return { cd: printRoutine(routine), ll: printProgram(compile(routine).program) };
}

describe('a recurrent network, forward and backward', () => {
  const xs = tensor([1, 2, 3, 4, 5, 6], { label: 'xs', batch: [3], output: [2] });
  const rnn = op<TensorFunction>`rnn(h, x) = tanh({ w; o = [4] } * x + { u } * h)`;
  const loss = op`loss = scan(${rnn}, 0, ${xs}) ++ "...|... => "`;
  const dump = dumpOf(
    gradUpdate(loss),
    Object.values(loss.params).map(p => p.grad),
  );

  test.each(['cd', 'll'] as const)('.%s', async kind => {
    await expect(dump[kind]).toMatchFileSnapshot(`../../golden/scan/rnn_gradient.${kind}`);
  });
});

describe('a cumulative sum', () => {
  const x = tensor([1, 2, 3, 4, 5, 6], { label: 'x' });
  const sums = (t: Tensor): Tensor => cumsum(t, { label: 'sums' });

  test('is one loop with the sum in a scalar', () => {
    expect(dumpOf(forward(sums(x))).ll).toMatchInlineSnapshot(`
      "sums_forward():
        device sums: f32[6], x: f32[6];
        local so_far: f32 := 0;
        local add: f32;
        for t < 6 {
          add := so_far + x[t];
          sums[t] := add;
          so_far := add;
        }
      "
    `);
  });

  test('has a gradient of one loop, which saves nothing', () => {
    const p = op`{ p; o = [6] }`;
    const loss = op`loss = (${sums(p)} *. ${x}) ++ "i => "`;
    const { ll } = dumpOf(gradUpdate(loss), [p.grad]);
    expect(ll).toMatchInlineSnapshot(`
      "loss_gradient():
        device loss: f32, p: f32[6], p.grad: f32[6], x: f32[6];
        /* loss gradient */
        local so_far: f32 := 0;
        local add: f32;
        local sums: f32[6];
        for t < 6 {
          add := so_far + p[t];
          sums[t] := add;
          so_far := add;
        }
        zero_out loss;
        for i < 6 {
          loss := fma(sums[i], x[i], loss);
        }
        /* loss zero grads and backprop */
        zero_out p.grad;
        local grad_so_far: f32 := 0;
        local grad_add2: f32;
        local grad_p: f32[6];
        for t < 6 {
          grad_add2 := grad_so_far + x[-1*t + 5];
          grad_p[-1*t + 5] := grad_add2;
          grad_so_far := grad_add2;
        }
        for o < 6 {
          p.grad[o] += grad_p[o];
        }
      "
    `);
  });

  test('a forward pass alone saves nothing for a backward pass', () => {
    const { cd } = dumpOf(forward(op`cumprod(${x})`));
    expect(cd).not.toContain('saved');
  });
});
