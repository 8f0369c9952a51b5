"""Attention without a mask: a peer of ../attention.ts."""

from device import tensor
from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    shape = tuple(settings[axis] for axis in ("batch", "length", "heads", "width"))
    # Heads before words, as its own layers lay them out: to move them is not part of the work.
    q, k, v = (
        tensor(torch, noise(shape, salt)).transpose(1, 2).contiguous() for salt in (1, 2, 3)
    )
    scale = settings["width"] ** -0.5

    def by_hand():
        return ((q * scale) @ k.transpose(-2, -1)).softmax(-1) @ v

    def fused():
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    ways = {"torch": by_hand}
    if hasattr(torch.nn.functional, "scaled_dot_product_attention"):
        ways["torch fused"] = fused
    return {
        name: (way, lambda way=way: sample(way().transpose(1, 2).contiguous()))
        for name, way in ways.items()
    }
