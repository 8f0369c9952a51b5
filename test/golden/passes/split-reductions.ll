/* before */
squares():
  device x: f32[3, 203], y: f32[3];
  for b < 3 {
    local sum: f32 := 0;
    for i < 203 {
      sum += x[b, i] * x[b, i];
    }
    y[b] := sum;
  }

/* after split-reductions */
squares():
  device x: f32[3, 203], y: f32[3];
  for b < 3 {
    local sum: f32 := 0;
    local sum_parts: f32[64];
    for v < 16 unrolled {
      for l < 4 vector {
        sum_parts[4*v + l] := 0;
      }
    }
    for i < 3 {
      for v < 16 unrolled {
        for l < 4 vector {
          sum_parts[4*v + l] += x[b, 64*i + 4*v + l] * x[b, 64*i + 4*v + l];
        }
      }
    }
    for i < 11 {
      sum += x[b, i + 192] * x[b, i + 192];
    }
    for v < 8 unrolled {
      for l < 4 vector {
        sum_parts[4*v + l] += sum_parts[4*v + l + 32];
      }
    }
    for v < 4 unrolled {
      for l < 4 vector {
        sum_parts[4*v + l] += sum_parts[4*v + l + 16];
      }
    }
    for v < 2 unrolled {
      for l < 4 vector {
        sum_parts[4*v + l] += sum_parts[4*v + l + 8];
      }
    }
    for l < 4 vector {
      sum_parts[l] += sum_parts[l + 4];
    }
    for l < 2 vector {
      sum_parts[l] += sum_parts[l + 2];
    }
    sum_parts[0] += sum_parts[1];
    sum += sum_parts[0];
    y[b] := sum;
  }
