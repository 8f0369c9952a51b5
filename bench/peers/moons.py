"""An epoch of training the half-moons network: a peer of ../moons.ts."""

from itertools import count

from inputs import choices, noise
from outcome import losses


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    batches = settings["batches"]
    step = network(torch, batches)

    def epoch():
        for _ in range(batches):
            step()

    def outcome():
        """The losses of the first steps, and that of the last one of the epoch."""
        first = losses(step)
        return first + [float(step()) for _ in range(len(first), batches)][-1:]

    return {"torch": (epoch, outcome)}


def network(torch, batches: int):
    points = torch.from_numpy(noise((batches, 10, 2), 1))
    labels = torch.from_numpy(choices((batches, 10, 1), 2, 2) * 2 - 1)
    shapes = [(16, 2), (16,), (16, 16), (16,), (1, 16)]
    params = [
        torch.from_numpy(noise(shape, salt, 0.25)).requires_grad_()
        for shape, salt in zip(shapes, (3, 4, 5, 6, 7))
    ]
    w1, b1, w2, b2, w3 = params
    sgd = torch.optim.SGD(params, lr=0.1, weight_decay=0.0001, foreach=True)
    linear = torch.nn.functional.linear
    turns = count()

    def step():
        batch = next(turns) % batches
        sgd.zero_grad(set_to_none=True)
        y = linear(linear(linear(points[batch], w1, b1).relu(), w2, b2).relu(), w3)
        loss = (1 - labels[batch] * y).relu().sum() / 10
        loss.backward()
        sgd.step()
        return loss.detach()

    return step
