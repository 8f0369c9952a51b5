"""Matrix products: a peer of ../gemm.ts."""

import numpy as np
from device import tensor
from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    m, k, n = settings["m"], settings["k"], settings["n"]
    a = noise((m, k), 1)
    b = noise((n, k), 2).T if settings["transposed"] else noise((k, n), 2)
    y = np.empty((m, n), np.float32)
    found = {"numpy": (lambda: np.dot(a, b, out=y), lambda: sample(np.dot(a, b)))}
    if torch:
        dtype = getattr(torch, settings.get("dtype", "float32").replace("bf16", "bfloat16"))
        ta, tb = (tensor(torch, each).to(dtype) for each in (a, b))
        ty = torch.empty(m, n, dtype=dtype)
        found["torch"] = (lambda: torch.mm(ta, tb, out=ty), lambda: sample(torch.mm(ta, tb)))
    return found
