/* before */
distance():
  device w: f32[8, 5], x: f32[6, 5], t: f32[6, 8], total: f32;
  total := 0;
  for b < 6 {
    for o < 8 {
      local s: f32 := 0;
      for i < 5 {
        s += w[o, i] * x[b, i];
      }
      total += abs(s - t[b, o]);
    }
  }

/* after separate-sums */
distance():
  device w: f32[8, 5], x: f32[6, 5], t: f32[6, 8], total: f32;
  local total_terms: f32[6, 8];
  total := 0;
  for b < 6 {
    for o < 8 {
      local s: f32 := 0;
      for i < 5 {
        s += w[o, i] * x[b, i];
      }
      total_terms[b, o] := abs(s - t[b, o]);
    }
  }
  for b < 6 {
    for o < 8 {
      total += total_terms[b, o];
    }
  }
