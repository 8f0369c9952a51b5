"""Layer norm of rows: a peer of ../rows.ts."""

from device import tensor
from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    rows, columns = settings["rows"], settings["columns"]
    x, dy = (tensor(torch, noise((rows, columns), salt)) for salt in (1, 2))
    scale, shift = (tensor(torch, noise(columns, salt)) for salt in (3, 4))

    def forward():
        return torch.nn.functional.layer_norm(x, (columns,), scale, shift, 1e-5)

    if not settings["backward"]:
        return {"torch": (forward, lambda: sample(forward()))}
    by = [t.requires_grad_() for t in (x, scale, shift)]

    def both():
        y = forward()
        return y.detach(), *torch.autograd.grad(y, by, dy)

    return {"torch": (both, lambda: sample(*both()))}
