"""Element-wise operations on large arrays: a peer of ../elementwise.ts."""

import numpy as np
from device import tensor
from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    if settings["work"] == "squares":
        return squares(noise(settings["cells"], 1), torch)
    matrix = row = settings.get("cells")
    if settings["work"] == "rows":
        row = settings["columns"]
        matrix = (settings["rows"], row)
    return chain(noise(matrix, 1), noise(row, 2), noise(row, 3), noise(matrix, 4), torch)


def squares(a: np.ndarray, torch) -> dict:
    found = {"numpy": (lambda: np.dot(a, a), lambda: [float(np.dot(a, a))])}
    if torch:
        t = tensor(torch, a)
        found["torch, dot"] = (lambda: torch.dot(t, t), lambda: [float(torch.dot(t, t))])
        found["torch"] = (lambda: (t * t).sum(), lambda: [float((t * t).sum())])
    return found


def chain(a, b, c, d, torch) -> dict:
    if not torch:
        return {}
    a, b, c, d = (tensor(torch, each) for each in (a, b, c, d))
    y, gate = torch.empty_like(a), torch.empty_like(a)

    def eager():
        return torch.tanh(a * b + c) * torch.sigmoid(d)

    def in_place():
        torch.addcmul(c, a, b, out=y)
        torch.sigmoid(d, out=gate)
        return y.tanh_().mul_(gate)

    return {
        "torch": (eager, lambda: sample(eager())),
        "torch, in place": (in_place, lambda: sample(in_place())),
    }
