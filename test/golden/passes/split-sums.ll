/* before */
sums():
  device x: f32[100, 1000], m: f32[100], total: f32;
  for b < 100 {
    local sum: f32 := 0;
    for i < 1000 {
      sum += x[b, i];
    }
    m[b] := sum / 1000;
  }
  local sum2: f32 := 0;
  for b < 100 {
    for i < 1000 {
      sum2 += x[b, i] * x[b, i];
    }
  }
  total := sum2;

/* after split-sums */
sums():
  device x: f32[100, 1000], m: f32[100], total: f32;
  for b < 100 {
    local sum: f32 := 0;
    local sum_parts: f32[64];
    for t < 64 {
      local sum_part: f32 := 0;
      for i < 15 {
        sum_part += x[b, 64*i + t];
      }
      sum_parts[t] := sum_part;
    }
    for t < 32 {
      sum_parts[t] += x[b, t + 960];
    }
    for i < 8 {
      sum += x[b, i + 992];
    }
    for t < 32 {
      sum_parts[t] += sum_parts[t + 32];
    }
    for t < 16 {
      sum_parts[t] += sum_parts[t + 16];
    }
    for t < 8 {
      sum_parts[t] += sum_parts[t + 8];
    }
    for t < 4 {
      sum_parts[t] += sum_parts[t + 4];
    }
    for t < 2 {
      sum_parts[t] += sum_parts[t + 2];
    }
    sum_parts[0] += sum_parts[1];
    sum += sum_parts[0];
    m[b] := sum / 1000;
  }
  local sum2: f32 := 0;
  local sum2_rows: f32[100];
  for b < 100 {
    local sum2_row: f32 := 0;
    local sum2_row_parts: f32[64];
    for t < 64 {
      local sum2_row_part: f32 := 0;
      for i < 15 {
        sum2_row_part += x[b, 64*i + t] * x[b, 64*i + t];
      }
      sum2_row_parts[t] := sum2_row_part;
    }
    for t < 32 {
      sum2_row_parts[t] += x[b, t + 960] * x[b, t + 960];
    }
    for i < 8 {
      sum2_row += x[b, i + 992] * x[b, i + 992];
    }
    for t < 32 {
      sum2_row_parts[t] += sum2_row_parts[t + 32];
    }
    for t < 16 {
      sum2_row_parts[t] += sum2_row_parts[t + 16];
    }
    for t < 8 {
      sum2_row_parts[t] += sum2_row_parts[t + 8];
    }
    for t < 4 {
      sum2_row_parts[t] += sum2_row_parts[t + 4];
    }
    for t < 2 {
      sum2_row_parts[t] += sum2_row_parts[t + 2];
    }
    sum2_row_parts[0] += sum2_row_parts[1];
    sum2_row += sum2_row_parts[0];
    sum2_rows[b] := sum2_row;
  }
  for b < 100 {
    sum2 += sum2_rows[b];
  }
  total := sum2;
