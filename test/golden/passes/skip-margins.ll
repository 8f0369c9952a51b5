/* before */
convolution():
  device w: f32[3, 5, 4], x: f32[6, 5], y: f32[6, 4];
  local pad: f32[8, 5];
  zero_out pad;
  for v < 6 {
    for c < 5 {
      pad[v + 1, c] := x[v, c];
    }
  }
  for v < 6 {
    for o < 4 {
      local sum: f32 := 0;
      for c < 5 {
        for j < 3 {
          sum += pad[v + j, c] * w[j, c, o];
        }
      }
      y[v, o] := relu(sum);
    }
  }

/* after skip-margins */
convolution():
  device w: f32[3, 5, 4], x: f32[6, 5], y: f32[6, 4];
  local pad: f32[8, 5];
  zero_out pad;
  for v < 6 {
    for c < 5 {
      pad[v + 1, c] := x[v, c];
    }
  }
  for v < 6 {
    for o < 4 {
      local sum: f32 := 0;
      for c < 5 {
        for j < 3 {
          when v + j + -1 < 6 {
            when -1*v + -1*j + 1 < 1 {
              sum += x[v + j + -1, c] * w[j, c, o];
            }
          }
        }
      }
      y[v, o] := relu(sum);
    }
  }
