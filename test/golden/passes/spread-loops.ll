/* before */
gradients():
  device x: f32[512, 64], y: f32[512], dy: f32[30, 40, 8], w: f32[8, 5, 8], dx: f32[30, 44, 8];
  for i < 64 {
    for b < 512 {
      y[b] += x[b, i];
    }
  }
  for k < 5 {
    for b < 30 {
      for h < 40 {
        for o < 8 {
          for c < 8 {
            dx[b, h + k, c] += dy[b, h, o] * w[o, k, c];
          }
        }
      }
    }
  }

/* after spread-loops */
gradients():
  device x: f32[512, 64], y: f32[512], dy: f32[30, 40, 8], w: f32[8, 5, 8], dx: f32[30, 44, 8];
  for b < 512 {
    for i < 64 {
      y[b] += x[b, i];
    }
  }
  for k < 5 {
    for b < 30 {
      for c < 8 {
        for h < 40 {
          for o < 8 {
            dx[b, h + k, c] += dy[b, h, o] * w[o, k, c];
          }
        }
      }
    }
  }
