/** Products by groups of four warps, `wgmma` of sm_90a. */

export interface Product {
  readonly dtype?: 'f16' | 'bf16';
  /** Rows, columns, terms. */
  readonly size: readonly [number, number, number];
  readonly stages?: number;
  /** Subscripts of the factors. */
  readonly x?: string;
  readonly w?: string;
  /** What the text has to say. */
  readonly says: readonly string[];
}

export const products: Readonly<Record<string, Product>> = {
  'rows of terms, not copied ahead': {
    ...{ size: [128, 64, 128], w: 'o, i', stages: 1 },
    says: ['n64k16_bf16<0, 0>', 'group_wait<0>'],
  },
  'weights the other way round': { size: [128, 64, 128], says: ['n64k16_bf16<0, 1>'] },
  'rows the other way round': { size: [128, 64, 128], x: 'i, b', w: 'o, i', says: ['<1, 0>'] },
  'both the other way round': { size: [128, 64, 128], x: 'i, b', says: ['<1, 1>'] },
  'f16, copied a turn ahead': {
    ...{ dtype: 'f16', size: [66, 40, 128] },
    says: ['n64k16_f16<0, 1>', 'copy_async_wait<0>', 'group_wait<0>'],
  },
  'the next turn begins before one is done': {
    size: [66, 40, 192],
    says: ['copy_async_wait<0>', 'group_wait<1>', '% 3 *'],
  },
  'copied two turns ahead': {
    ...{ size: [72, 40, 448], x: 'i, b' },
    says: ['copy_async_wait<1>', 'group_wait<1>', '% 4 *'],
  },
  '128 columns, some of which are none': {
    size: [66, 72, 192],
    says: ['n128k16_bf16<0, 1>', 'make_uint4'],
  },
  '128 columns, of which rows of terms': {
    ...{ dtype: 'f16', size: [66, 104, 128], w: 'o, i' },
    says: ['n128k16_f16<0, 0>'],
  },
};

export function textOf({ dtype = 'bf16', size, x = 'b, i', w = 'i, o' }: Product): string {
  const [rows, columns, terms] = size;
  const extents: Readonly<Record<string, number>> = { b: rows, o: columns, i: terms };
  const dims = (index: string): string => index.replaceAll(/\w/g, l => String(extents[l]));
  return `
    layer(): device x: ${dtype}[${dims(x)}], w: ${dtype}[${dims(w)}], y: f32[${rows}, ${columns}];
      local s: f32[${rows}, ${columns}];
      zero_out s;
      for b < ${rows} { for o < ${columns} { for i < ${terms} {
        s[b, o] += f32(x[${x}]) * f32(w[${w}]);
      } } }
      for b < ${rows} { for o < ${columns} { y[b, o] := relu(s[b, o]); } }`;
}

export const others = {
  'a batch': `
    batch(): device x: bf16[3, 66, 128], w: bf16[3, 128, 40], y: f32[3, 66, 40];
      zero_out y;
      for n < 3 { for b < 66 { for o < 40 { for i < 128 {
        y[n, b, o] += f32(x[n, b, i]) * f32(w[n, i, o]);
      } } } }`,
  'a convolution': `
    convolution(): device x: bf16[3, 72, 64], w: bf16[2, 64, 40], y: bf16[2, 72, 40];
      local s: f32[2, 72, 40];
      zero_out s;
      for p < 2 { for q < 72 { for o < 40 { for u < 2 { for c < 64 {
        s[p, q, o] += f32(x[p + u, q, c]) * f32(w[u, c, o]);
      } } } } }
      for p < 2 { for q < 72 { for o < 40 { y[p, q, o] := bf16(s[p, q, o]); } } }`,
};
