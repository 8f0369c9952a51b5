/* before */
layers(step):
  device x: f32[64, 80], y: f32[64, 80], y.grad: f32[64, 80];
  scratch 90 KiB: h1: f32[64, 80] in 0..20479, h2: f32[64, 80] in 20480..40959, h2.grad: f32[64, 80]
      in 40960..61439, h1.grad: f32[64, 80] in 61440..81919, half: f32[32, 80] in 81920..92159;
  for b < 64 {
    for i < 80 {
      h1[b, i] := relu(x[b, i]);
    }
  }
  for b < 64 {
    for i < 80 {
      h2[b, i] := h1[b, 79] * h1[b, i];
    }
  }
  for b < 64 {
    for i < 80 {
      y[b, i] := h2[b, i];
    }
  }
  for b < 64 {
    for i < 80 {
      h2.grad[b, i] := relu_gate(h2[b, i], y.grad[b, 0]);
    }
  }
  for b < 64 {
    for i < 80 {
      h1.grad[b, i] := h2.grad[b, 79] * h1[b, i];
    }
  }
  for t < 3 {
    for b < 32 {
      for i < 80 {
        half[b, i] := h1.grad[b, i];
      }
    }
    for b < 32 {
      for i < 80 {
        y.grad[b, i] += half[-1*b + 31, i];
      }
    }
  }

/* after plan-memory */
layers(step):
  device x: f32[64, 80], y: f32[64, 80], y.grad: f32[64, 80];
  scratch 40 KiB, 90 KiB without sharing: h1: f32[64, 80] in 0..20479, h2: f32[64, 80] in
      20480..40959, h2.grad: f32[64, 80] in 20480..40959, h1.grad: f32[64, 80] in 0..20479, half:
      f32[32, 80] in 20480..30719;
  for b < 64 {
    for i < 80 {
      h1[b, i] := relu(x[b, i]);
    }
  }
  for b < 64 {
    for i < 80 {
      h2[b, i] := h1[b, 79] * h1[b, i];
    }
  }
  for b < 64 {
    for i < 80 {
      y[b, i] := h2[b, i];
    }
  }
  for b < 64 {
    for i < 80 {
      h2.grad[b, i] := relu_gate(h2[b, i], y.grad[b, 0]);
    }
  }
  for b < 64 {
    for i < 80 {
      h1.grad[b, i] := h2.grad[b, 79] * h1[b, i];
    }
  }
  for t < 3 {
    for b < 32 {
      for i < 80 {
        half[b, i] := h1.grad[b, i];
      }
    }
    for b < 32 {
      for i < 80 {
        y.grad[b, i] += half[-1*b + 31, i];
      }
    }
  }
