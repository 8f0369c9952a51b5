"""Softmax of rows: a peer of ../rows.ts."""

from device import tensor
from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    shape = (settings["rows"], settings["columns"])
    x, dy = tensor(torch, noise(shape, 1)), tensor(torch, noise(shape, 2))
    if not settings["backward"]:
        return {"torch": (lambda: x.softmax(1), lambda: sample(x.softmax(1)))}
    x.requires_grad_()

    def both():
        y = x.softmax(1)
        return y.detach(), *torch.autograd.grad(y, [x], dy)

    return {"torch": (both, lambda: sample(*both()))}
