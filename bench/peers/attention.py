"""Attention without a mask: a peer of ../attention.ts."""

from device import tensor
from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    shape = tuple(settings[axis] for axis in ("batch", "length", "heads", "width"))
    # Heads before words, as its own layers lay them out: to move them is not part of the work.
    q, k, v, dy = (
        tensor(torch, noise(shape, salt)).transpose(1, 2).contiguous() for salt in (1, 2, 3, 4)
    )
    scale = settings["width"] ** -0.5

    def by_hand():
        return ((q * scale) @ k.transpose(-2, -1)).softmax(-1) @ v

    def fused():
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    def with_gradients(forward):
        y = forward()
        return y.detach(), *torch.autograd.grad(y, (q, k, v), dy)

    forwards = {"torch": by_hand}
    if hasattr(torch.nn.functional, "scaled_dot_product_attention"):
        forwards["torch fused"] = fused
    if not settings["backward"]:
        return {name: (way, lambda way=way: told(way())) for name, way in forwards.items()}
    for t in (q, k, v):
        t.requires_grad_()
    both = {name: lambda way=way: with_gradients(way) for name, way in forwards.items()}
    return {name: (way, lambda way=way: told(*way())) for name, way in both.items()}


def told(*results) -> list:
    """With words before heads, as einc has them."""
    return sample(*(t.transpose(1, 2).contiguous() for t in results))
