concat():
  device v: f32[4], x: f32[6], y: f32[12];
  /* concat */
  local pad: f32[7];
  pad[0] := 0.5;
  for inner < 4 {
    pad[inner + 1] := v[inner];
  }
  for o < 2 {
    pad[o + 5] := 0.5;
  }
  for part < 5 {
    y[part] := x[part + 1];
  }
  for part < 7 {
    y[part + 5] := pad[part];
  }
