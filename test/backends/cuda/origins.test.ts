/** Errors of kernels have the line of the template that the kernel computes. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { BackendError, type Origins } from '../../../compiler/index.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { op, tensor } from '../../../dsl/einc.ts';
import { gradUpdate } from '../../../dsl/train/index.ts';
import { cudaOf } from './programs.ts';
import { launch, openStub, routine, type Stub } from './support.ts';

let stub: Stub;
beforeAll(async () => {
  stub = await openStub();
});
afterEach(() => stub.reset());

/** The text of a template from where each begins, to the end of the line. */
function textsOf(origins: Origins): readonly string[] {
  return origins.map(({ source, start }) => {
    const { text, column } = source.locate(start);
    return text.slice(column - 1).trim();
  });
}

const x = tensor([1, -2], { label: 'x' });
const one = { ...launch('one', 0), origins: op`h = relu(${x})`.origins };

/** What the error says, as if line and column were 1; of the stub, `cause` makes it. */
async function errorOf(cause: () => void, more: readonly (typeof one)[] = []): Promise<string> {
  const { backend, kernel } = await routine(stub, [one, ...more]);
  const log = backend.allocate('f64', 64);
  const stream = backend.openStream();
  const plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [] }]);
  cause();
  try {
    stream.launch(plan, []);
    stream.wait();
    return 'nothing is wrong';
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    const place = /test\/backends\/cuda\/origins\.test\.ts:\d+/g;
    return error.message.replaceAll(place, 'model.ts:1').replaceAll(/^ *\d* +\|/gm, '  |');
  } finally {
    [plan, stream, log, kernel, backend].forEach(resource => resource[Symbol.dispose]());
  }
}

const illegalAddress = 700;

test('a kernel that fails while it runs', async () => {
  const error = await errorOf(() => stub.failKernel('one', illegalAddress));
  expect(error).toMatchInlineSnapshot(`
    "error[EINC0933]: kernel \`one\` of \`r\` failed on the GPU
      --> model.ts:1:52
      |
      | const one = { ...launch('one', 0), origins: op\`h = relu(\${x})\`.origins };
      |                                                    ^^^^^^^^^^ what the kernel computes
      |
       = note: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS, an illegal memory access was encountered
       = note: the GPU takes no more calls of this process, and what its arrays held is lost
       = help: \`compute-sanitizer node …\` says where it reads or writes what it must not"
  `);
});

test('one of several', async () => {
  const error = await errorOf(() => stub.failKernel('one', illegalAddress), [launch('two', 0)]);
  expect(error).toMatchInlineSnapshot(`
    "error[EINC0933]: a kernel failed on the GPU
      = note: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS, an illegal memory access was encountered
      = note: one of those that were queued: kernel \`one\` of \`r\` (model.ts:1), kernel \`two\` of \`r\`
      = note: the GPU takes no more calls of this process, and what its arrays held is lost
      = help: with CUDA_LAUNCH_BLOCKING=1 the kernel that fails is named
      = help: \`compute-sanitizer node …\` says where it reads or writes what it must not"
  `);
});

test('a kernel that cannot be launched', async () => {
  const error = await errorOf(() => stub.fail('cuLaunchKernel', 1));
  expect(error).toMatchInlineSnapshot(`
    "error[EINC0932]: the CUDA driver could not launch kernel \`one\` of \`r\` as 1x1x1 blocks of 1x1x1 threads
      --> model.ts:1:52
      |
      | const one = { ...launch('one', 0), origins: op\`h = relu(\${x})\`.origins };
      |                                                    ^^^^^^^^^^ what the kernel computes
      |
       = note: cuLaunchKernel: CUDA_ERROR_INVALID_VALUE, invalid argument"
  `);
});

test('a launch has the places of what it stores, forward and backward', () => {
  const values = Array.from({ length: 64 }, () => Array.from({ length: 96 }, (_, i) => i));
  const images = tensor(values, { label: 'images' });
  const hidden = op`hidden = relu({ w; o = [200] } * ${images})`;
  const loss = op`loss = (${hidden} **. 2) ++ "...|... => 0"`;
  const { routine } = gradUpdate(loss).settle({
    dtype: 'f32',
    keep: [loss, loss.param('w').grad],
    name: 'step',
  });
  const { steps } = cudaOf(lower(routine));
  const texts = steps.map(step => (step.kind === 'launch' ? textsOf(step.origins) : []));
  expect(texts.map(of => of.at(-1))).toMatchInlineSnapshot(`
    [
      "relu({ w; o = [200] } * \${images})\`;",
      "(\${hidden} **. 2) ++ "...|... => 0"\`;",
      "{ w; o = [200] } * \${images})\`;",
      "{ w; o = [200] } * \${images})\`;",
    ]
  `);
});
