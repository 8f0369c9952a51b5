"""A training step of a network for images: a peer of ../mlp.ts."""

from itertools import count
from math import sqrt

from inputs import choices, noise
from outcome import losses


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    batches, size = settings["batches"], settings["batchSize"]
    pixels, hidden, classes = settings["inputs"], settings["hidden"], settings["classes"]
    pictures = torch.from_numpy(noise((batches, size, pixels), 1))
    digits = torch.from_numpy(choices((batches, size), 2, classes))

    def weights(inputs: int, outputs: int, salt: int):
        return torch.from_numpy(noise((outputs, inputs), salt, sqrt(6 / inputs))).requires_grad_()

    w1, w2, w3 = weights(pixels, hidden, 3), weights(hidden, hidden, 4), weights(hidden, classes, 5)
    b1, b2, b3 = (torch.zeros(n, requires_grad=True) for n in (hidden, hidden, classes))
    sgd = torch.optim.SGD([w1, b1, w2, b2, w3, b3], lr=0.01, momentum=0.9, foreach=True)
    linear = torch.nn.functional.linear
    turns = count()

    def step():
        batch = next(turns) % batches
        sgd.zero_grad(set_to_none=True)
        logits = linear(linear(linear(pictures[batch], w1, b1).relu(), w2, b2).relu(), w3, b3)
        loss = torch.nn.functional.cross_entropy(logits, digits[batch])
        loss.backward()
        sgd.step()
        return loss.detach()

    return {"torch": (step, lambda: losses(step))}
