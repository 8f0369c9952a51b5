/* before */
embedding_gradients():
  device ids: f32[512], tags: i32[512], w.grad: f32[1000, 64], t.grad: f32[30, 4], v: f32[512, 64];
  for d < 64 {
    for b < 512 {
      w.grad[at(ids[b]), d] += v[b, d];
    }
  }
  for d < 4 {
    for b < 512 {
      t.grad[at(tags[b]), d] += v[b, d];
    }
  }

/* after share-scatters */
embedding_gradients():
  device ids: f32[512], tags: i32[512], w.grad: f32[1000, 64], t.grad: f32[30, 4], v: f32[512, 64];
  for row < 512 {
    for d < 64 {
      for b < 512 {
        w.grad[at(where(ids[b] - floor(ids[b] * 0.001953125) * 512 == f32(row), ids[b], -1)), d] +=
            v[b, d];
      }
    }
  }
  for d < 4 {
    for b < 512 {
      t.grad[at(tags[b]), d] += v[b, d];
    }
  }
