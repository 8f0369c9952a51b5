/* before */
norm():
  device x: f32[1000, 300], total: f32;
  local sum: f32 := 0;
  for b < 1000 {
    for i < 300 {
      sum += x[b, i] * x[b, i];
    }
  }
  total := sqrt(sum);

/* after share-sums */
norm():
  device x: f32[1000, 300], total: f32;
  local sum: f32 := 0;
  local sum_parts: f32[50];
  for b_part < 50 {
    local sum_part: f32 := 0;
    for b < 20 {
      for i < 300 {
        sum_part += x[20*b_part + b, i] * x[20*b_part + b, i];
      }
    }
    sum_parts[b_part] := sum_part;
  }
  for b < 50 {
    sum += sum_parts[b];
  }
  total := sqrt(sum);
