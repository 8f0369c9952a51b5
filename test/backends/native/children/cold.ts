/** Compiles the same libraries as others do at the same time, in an order of its own; runs each. */
import { loadNative } from '../../../../backends/native/addon.ts';
import { compileLibrary } from '../../../../backends/native/compile.ts';
import { findCompiler } from '../../../../backends/native/compiler.ts';
import { openKernel } from '../../../../backends/native/kernel.ts';
import { NativeBuffer } from '../../../../backends/native/buffer.ts';
import { NativeStream } from '../../../../backends/native/stream.ts';
import { openCache } from '../../../../runtime/cache.ts';

const [, , folder = '', number = '0', count = '0'] = process.argv;
const cache = openCache({ env: { EINC_CACHE_DIR: folder } });
const compiler = findCompiler();
const native = await loadNative();
const stream = new NativeStream(native);

for (let i = 0; i < Number(count); i++) {
  const key = (i * 7 + Number(number)) % Number(count);
  const source = `int k(void *const *args) { ((int *)args[0])[0] = ${key}; return 0; }`;
  const path = await compileLibrary(compiler, { name: `k${key}`, source, flags: [] }, { cache });
  using kernel = openKernel(native, path, 'k');
  using result = new NativeBuffer(native, 'i32', 1);
  using plan = stream.plan([{ kernel: kernel.bind([result]), symbols: [] }]);
  stream.run(plan, []);
  if (result.read()[0] !== key) throw new Error(`library ${key} gave ${result.read()[0] ?? ''}`);
}
console.log('done');
