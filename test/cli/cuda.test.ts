/** What the command says and writes of a GPU, on a machine that needs none. */
import { describe, test } from 'vitest';
import { placeWith } from './support.ts';

const { einc, files, read } = placeWith({
  'layer.ts': `
    import { context, forward, op, tensor } from 'einc';
    using ctx = await context();
    const x = tensor(new Float32Array(256 * 512), { label: 'x', batch: [256], output: [512] });
    const h = op\`h = relu({ w } * \${x} + { b; o = [256] })\`;
    const total = op\`total = \${h} ++ "...|... => 0"\`;
    await ctx.compile(forward(total), { keep: [h] });`,
  'narrow.ts': `
    import { context, forward, op, tensor } from 'einc';
    using ctx = await context();
    const x = tensor(new Float32Array(1024 * 512), { label: 'x', batch: [1024], output: [512], dtype: 'bf16' });
    const h = op\`h = { w; o = [1024]; dtype = bf16 } * \${x}\`;
    await ctx.compile(forward(h), { keep: [h] });`,
  'narrow-layer.ts': `
    import { context, forward, op, tensor } from 'einc';
    using ctx = await context();
    const x = tensor(new Float32Array(1000 * 192), { label: 'x', batch: [1000], output: [192], dtype: 'bf16' });
    const h = op\`h = relu({ w; o = [1016]; dtype = bf16 } * \${x} + { b; o = [1016]; dtype = bf16 })\`;
    await ctx.compile(forward(h), { keep: [h] });`,
});

describe.concurrent('--backend cuda', () => {
  test('einc dump writes the kernels in the place of C', async ({ expect }) => {
    const { code, stderr } = await einc(['dump', 'layer.ts', '--backend', 'cuda', '--out', 'out']);
    expect([code, stderr]).toEqual([0, '']);
    expect(files('out')).toEqual(
      ['-unoptimized.ll', '.cd', '.cu', '.ll'].map(ending => `total_forward${ending}`),
    );
    expect(read('out/total_forward.cu')).toContain('extern "C" __global__ void');
    expect(read('out/total_forward.ll')).toMatch(/for \w+ < \d+ block/);
  });

  test('einc dump --stage schedule says what is bound to what', async ({ expect }) => {
    const { stdout } = await einc(['dump', 'layer.ts', '--backend', 'cuda', '--stage', 'schedule']);
    expect(stdout).toMatchInlineSnapshot(`
      "total_forward
        h  [b4:256, o3:256, i:512]  contraction
          split-products  matmul over i: 4 parts
          tile-blocks     32 of b4_2 × 64 of o3_2, 4 × 4 a thread, 16 terms at once, copied 2 turns ahead
          bind-threads    i_part, b4_2_2, o3_2_2 on 128 × 128 threads
          bind-threads    b4, o3 on 256 × 256 threads
        total  [b5:256, o4:256]  reduction
          accumulate-in-registers  total over b5, o4
          split-sums               total_sum over b5: 256 blocks
          split-sums               total_sum_row over o4: 64 parts
          split-sums               total_sum over b5_2: 64 parts
          bind-threads             b5 on 256 × 64 threads
          bind-threads             64 threads of one block
      "
    `);
  });

  test('einc dump --arch sm_90a multiplies by groups of warps', async ({ expect }) => {
    const dump = ['dump', 'narrow.ts', '--backend', 'cuda', '--arch', 'sm_90a'];
    const { code, stderr } = await einc([...dump, '--out', 'groups']);
    expect([code, stderr]).toEqual([0, '']);
    expect(read('groups/h_forward.cu')).toContain('wgmma.mma_async');
    const { stdout } = await einc([...dump, '--stage', 'schedule']);
    expect(stdout).toContain('64 × 64 a group, 64 terms at once, copied 2 turns ahead');
  });

  test('what follows a product of 16 bits is part of it', async ({ expect }) => {
    const dump = ['dump', 'narrow-layer.ts', '--backend', 'cuda', '--stage', 'schedule'];
    const { stdout } = await einc(dump);
    expect(stdout).toMatchInlineSnapshot(`
      "h_forward
        h  [b5:1000, o4:1016, i:192]  contraction
          tile-blocks   128 of b5 × 64 of o4, 64 × 32 a warp, 32 terms at once, copied 3 turns ahead
          bind-threads  b5_2, o4_2 on 128 × 128 threads
      "
    `);
  });

  test('with EINC_TMA=on hardware copies for them', async ({ expect }) => {
    const dump = ['dump', 'narrow.ts', '--backend', 'cuda', '--arch', 'sm_90a'];
    const env = { EINC_TMA: 'on' };
    const { code, stderr } = await einc([...dump, '--out', 'bulk'], env);
    expect([code, stderr]).toEqual([0, '']);
    expect(read('bulk/h_forward.cu')).toContain('cp.async.bulk.tensor.2d');
    const { stdout } = await einc([...dump, '--stage', 'schedule'], env);
    expect(stdout).toContain('copy-in-bulk  x_rows, w_columns by hardware');
    const older = ['dump', 'narrow.ts', '--backend', 'cuda', '--arch', 'sm_90', '--out', 'older'];
    await einc(older, env);
    expect(read('older/h_forward.cu')).not.toContain('bulk');
  });

  test('einc dump --why says where arrays are', async ({ expect }) => {
    const { stdout } = await einc(['dump', 'layer.ts', '--backend', 'cuda', '--why']);
    expect(stdout).toMatchInlineSnapshot(`
      "total_forward
        b       f32[256], 1 KiB         argument: a parameter
        h       f32[256, 256], 256 KiB  argument: the program keeps it
        total   f32[1], 4 B             argument: the code says forward
        w       f32[256, 512], 512 KiB  argument: a parameter
        x       f32[256, 512], 512 KiB  argument: data
        matmul  f32[256, 256], 256 KiB  inlined into h: 65,536 reads of 65,536 cells, 1,536 each: recomputing costs 100,663,296, storing 100,794,368
        add     f32[256, 256], 256 KiB  inlined into h: 65,536 reads of 65,536 cells, 1,538 each: recomputing costs 100,794,368, storing 100,925,440
      "
    `);
  });

  test('einc run says what is missing', async ({ expect }) => {
    const { code, stderr } = await einc(['run', '--backend', 'cuda', 'layer.ts'], {
      EINC_LIBCUDA: '/nowhere/libcuda.so',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('error[EINC0930]: no CUDA driver found for backend `cuda`');
  });

  test('the help names it', async ({ expect }) => {
    expect((await einc(['dump', '--help'])).stdout).toContain('one of cc, interp, cuda');
  });
});
