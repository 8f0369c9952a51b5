/** `einc dump --stage schedule`: what was done to each nest, and what programs may ask for instead. */
import { describe, expect, test } from 'vitest';
import { placeWith } from './support.ts';

const model = (options = ''): string => `
  import { context, forward, op, tensor } from 'einc';
  using ctx = await context();
  const x = tensor(new Float32Array(64 * 512), { label: 'x', batch: [64], output: [512] });
  const h = op\`h = relu({ w } * \${x} + { b; o = [256] })\`;
  const e = op\`e = exp(\${h} - (\${h} @^^ "...|i => ...|0"))\`;
  const p = op\`p = \${e} /. (\${e} ++ "...|i => ...|0")\`;
  await ctx.compile(forward(p)${options});`;

const { einc, files } = placeWith({
  'chosen.ts': model(),
  'asked.ts': model(
    ', { schedule: { h: { rows: 6, vectors: 1, pack: false }, e: { fuse: false } } }',
  ),
  'scalar.ts': model(", { schedule: 'scalar' }"),
  'too-many.ts': model(', { schedule: { h: { rows: 65 }, p: { parallel: false } } }'),
  'nothing.ts': `console.log('not shown');`,
});

const stage = (file: string, ...args: readonly string[]) =>
  einc(['dump', file, '--target', 'avx2', '--stage', 'schedule', ...args]);

describe.concurrent('einc dump --stage schedule', () => {
  test('has each nest, what was done to it and what was not', async ({ expect }) => {
    const before = files();
    const { code, stdout, stderr } = await stage('chosen.ts');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatchInlineSnapshot(`
      "p_forward
        h  [b4:64, o3:256, i:512]  contraction
          tile-registers  rows 4 of b4, columns 3 × 8 of o3, pack w [512, 24]
          parallelise     o3_2: 10 turns
          parallelise     b4_6: 16 turns
          unroll-terms    i5 by 4
          unroll-terms    i7 by 4
        p, with max, e, sum inside  [b5:64, i2:256]  reduction
          accumulate-in-registers  max over i2
          accumulate-in-registers  sum over i3
          fuse-loops               over b5: 64 turns
          split-reductions         max_max over i2: 64 parts
          split-reductions         sum_sum over i3: 64 parts
          vectorise                o5 by 4 × 8
          vectorise                o6 by 4 × 8
          parallelise              b5: 64 turns
          tile-registers           no: max: what it would copy is read too seldom
          tile-registers           no: sum: what it would copy is read too seldom
      "
    `);
    expect(files()).toEqual(before);
  });

  test('has what the program asks for', async ({ expect }) => {
    expect((await stage('asked.ts')).stdout).toMatchInlineSnapshot(`
      "p_forward
        h  [b4:64, o3:256, i:512]  contraction
          tile-registers  rows 6 of b4, columns 1 × 8 of o3
          parallelise     o3_2: 32 turns
          unroll-terms    i4 by 4
          unroll-terms    i5 by 4
        max  [b5:64, i2:256]  reduction
          accumulate-in-registers  max over i2
          split-reductions         max_max over i2: 64 parts
          tile-registers           no: what it would copy is read too seldom
          parallelise              no: 65,728 operations are too few
        e  [b7:64, o5:256]  pointwise
          vectorise    o5 by 4 × 8
          parallelise  b7: 64 turns
        p, with sum inside  [b8:64, i3:256]  reduction
          accumulate-in-registers  sum over i3
          fuse-loops               over b8: 64 turns
          split-reductions         sum_sum over i3: 64 parts
          vectorise                o6 by 4 × 8
          tile-registers           no: sum: what it would copy is read too seldom
          parallelise              no: p: 213,184 operations are too few
      "
    `);
  });

  test('has next to nothing for scalars', async ({ expect }) => {
    expect((await stage('scalar.ts')).stdout).toMatchInlineSnapshot(`
      "p_forward
        h  [b4:64, o3:256, i:512]  contraction
          parallelise  b4: 64 turns
        max  [b5:64, i2:256]  reduction
          accumulate-in-registers  max over i2
          parallelise              no: 49,344 operations are too few
        e  [b7:64, o5:256]  pointwise
          parallelise  b7: 64 turns
        sum  [b8:64, i3:256]  reduction
          accumulate-in-registers  sum over i3
          parallelise              no: 49,344 operations are too few
        p  [b9:64, o6:256]  pointwise
          parallelise  no: 147,456 operations are too few
      "
    `);
  });

  test('is data as JSON', async ({ expect }) => {
    const { stdout } = await stage('chosen.ts', '--json');
    const [routine] = JSON.parse(stdout) as readonly { readonly nests: readonly unknown[] }[];
    expect(routine?.nests[0]).toMatchInlineSnapshot(`
      {
        "inside": [],
        "kind": "contraction",
        "loops": [
          {
            "extent": 64,
            "loop": "b4",
          },
          {
            "extent": 256,
            "loop": "o3",
          },
          {
            "extent": 512,
            "loop": "i",
          },
        ],
        "refusals": [],
        "steps": [
          {
            "by": "tile-registers",
            "step": {
              "columns": {
                "lanes": 8,
                "loop": "o3",
                "vectors": 3,
              },
              "kind": "tile",
              "packed": [
                {
                  "dims": [
                    512,
                    24,
                  ],
                  "node": "w",
                },
              ],
              "rows": {
                "count": 4,
                "loop": "b4",
              },
            },
          },
          {
            "by": "parallelise",
            "step": {
              "kind": "parallelise",
              "loop": "o3_2",
              "turns": 10,
            },
          },
          {
            "by": "parallelise",
            "step": {
              "kind": "parallelise",
              "loop": "b4_6",
              "turns": 16,
            },
          },
          {
            "by": "unroll-terms",
            "step": {
              "kind": "unroll",
              "loop": "i5",
              "turns": 4,
            },
          },
          {
            "by": "unroll-terms",
            "step": {
              "kind": "unroll",
              "loop": "i7",
              "turns": 4,
            },
          },
        ],
        "writes": [
          "h",
        ],
      }
    `);
  });

  test('may be of no routine', async ({ expect }) => {
    expect(await stage('nothing.ts')).toEqual({ code: 0, stdout: '\n', stderr: '' });
    expect((await stage('nothing.ts', '--json')).stdout).toBe('[]\n');
  });

  test('is a stage that there is', async ({ expect }) => {
    const { code, stderr } = await einc(['dump', 'chosen.ts', '--stage', 'loops']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      "error: option '--stage <name>' argument 'loops' is invalid. Allowed choices are schedule.",
    ]);
  });
});

test('a tile that cannot be', async () => {
  expect(await stage('too-many.ts')).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "error[EINC0808]: \`h\` cannot be tiled as the schedule of \`p_forward\` asks
     --> too-many.ts:8:3
      = note: b4 has 64 turns, which are no 65 rows
      = help: \`einc dump --stage schedule\` shows the nest, and what is chosen for it
    ",
      "stdout": "",
    }
  `);
});
