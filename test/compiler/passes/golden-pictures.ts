/** Convolutions and their gradients, for the passes that are for these. */
export const ofPictures: Readonly<Record<string, string>> = {
  'gather-taps': `
    input_gradient():
      device y.grad: f32[6, 5], w: f32[5, 3, 4], x.grad: f32[6, 4];
      local pad.grad: f32[8, 4];
      zero_out pad.grad;
      for v < 6 { for j < 3 { for c < 4 { for o < 5 { pad.grad[v + j, c] += y.grad[v, o] * w[o, j, c]; } } } }
      for v < 6 { for c < 4 { x.grad[v, c] := pad.grad[v + 1, c]; } }`,
  'block-reductions': `
    weight_gradient():
      device y.grad: f32[2, 6, 32], x: f32[2, 6, 4], w.grad: f32[32, 4];
      zero_out w.grad;
      for o < 32 { for c < 4 {
        for b < 2 { for h < 6 { w.grad[o, c] += y.grad[b, h, o] * x[b, h, c]; } }
      } }`,
  'join-columns': `
    weight_gradient():
      device y.grad: f32[6, 8], x: f32[8, 6], w.grad: f32[8, 3, 6];
      zero_out w.grad;
      for o < 8 { for j < 3 { for c < 6 {
        for v < 6 { w.grad[o, j, c] += y.grad[v, o] * x[v + j, c]; }
      } } }`,
  'taps-last': `
    convolution():
      device w: f32[3, 5, 4], x: f32[8, 5], y: f32[6, 4];
      for v < 6 { for o < 4 {
        local sum: f32 := 0;
        for j < 3 { for c < 5 { sum += x[v + j, c] * w[j, c, o]; } } y[v, o] := relu(sum); } }`,
  'skip-margins': `
    convolution():
      device w: f32[3, 5, 4], x: f32[6, 5], y: f32[6, 4];
      local pad: f32[8, 5];
      zero_out pad;
      for v < 6 { for c < 5 { pad[v + 1, c] := x[v, c]; } }
      for v < 6 { for o < 4 {
        local sum: f32 := 0;
        for c < 5 { for j < 3 { sum += pad[v + j, c] * w[j, c, o]; } } y[v, o] := relu(sum); } }`,
  'prefetch-blocks': `
    gradient():
      device x: f32[8, 10, 8], y.grad: f32[8, 8, 8], w.grad: f32[3, 8, 8];
      for b < 8 {
        for k < 3 {
          for o < 2 { for h < 8 {
            for c < 4 unrolled { for v < 2 unrolled { for l < 4 vector {
              w.grad[k, 4*o + c, 4*v + l] += y.grad[b, h, 4*o + c] * x[b, h + k, 4*v + l];
            } } }
          } }
        }
      }`,
};
