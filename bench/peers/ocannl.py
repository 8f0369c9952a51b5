"""The workloads of OCANNL: peers of ../ocannl.ts."""

from itertools import count
from math import sqrt

import gpt
from inputs import choices, noise
from outcome import losses, sample


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    size = dict(settings)
    model = size.pop("model")
    if model == "mlp":
        return trained({"torch": perceptron(torch, **size)})
    if model == "conv_net":
        return trained(
            {
                "torch": conv_net(torch, torch.contiguous_format, **size),
                "torch, channels last": conv_net(torch, torch.channels_last, **size),
            }
        )
    batches = size.pop("batches", None)
    if batches is None:
        call = gpt.forward(torch, **size)
        return {"torch": (call, lambda: sample(call()))}
    return trained({"torch": gpt.trained_by_sgd(torch, batches, **size)})


def trained(steps: dict) -> dict:
    return {name: (step, lambda step=step: losses(step)) for name, step in steps.items()}


def perceptron(torch, batches, batchSize, inputs, hidden, classes, learningRate, momentum):
    linear = torch.nn.functional.linear
    widths = [(inputs, hidden), (hidden, hidden), (hidden, classes)]
    layers = [dense(torch, *width, salt, 6) for width, salt in zip(widths, count(3))]

    def model(x):
        for w, b in layers[:-1]:
            x = linear(x, w, b).relu()
        return linear(x, *layers[-1])

    pictures = torch.from_numpy(noise((batches, batchSize, inputs), 1))
    params = [param for layer in layers for param in layer]
    return by_sgd(torch, model, params, pictures, classes, learningRate)


def conv_net(
    torch, layout, batches, batchSize, size, channels, first, second, stride,
    hidden1, hidden2, classes, learningRate,
):  # fmt: skip
    nn = torch.nn.functional
    shape = (batches * batchSize, size, size, channels)
    pictures = torch.from_numpy(noise(shape, 1)).permute(0, 3, 1, 2)
    pictures = pictures.contiguous(memory_format=layout).unflatten(0, (batches, batchSize))

    def conv(inputs: int, outputs: int, salt: int):
        w = noise((outputs, 5, 5, inputs), salt, sqrt(1.5 / (inputs * 25)))
        w = torch.from_numpy(w).permute(0, 3, 1, 2).contiguous(memory_format=layout)
        return w.requires_grad_(), torch.zeros(outputs, requires_grad=True)

    side = (((size - 5) // stride + 1) // 2 - 4) // 2
    conv1, conv2 = conv(channels, first, 3), conv(first, second, 4)
    w, b = dense(torch, side * side * second, hidden1, 5)
    # Its inputs in the order in which they lie in memory.
    if layout == torch.contiguous_format:
        w = w.detach().view(hidden1, side, side, second).permute(0, 3, 1, 2).flatten(1)
        w = w.contiguous().requires_grad_()
    layer2, layer3 = dense(torch, hidden1, hidden2, 6), dense(torch, hidden2, classes, 7)

    def model(x):
        x = nn.max_pool2d(nn.conv2d(x, *conv1, stride=stride).relu(), 2)
        x = nn.max_pool2d(nn.conv2d(x, *conv2).relu(), 2)
        x = x.flatten(1) if layout == torch.contiguous_format else x.permute(0, 2, 3, 1).flatten(1)
        return nn.linear(nn.linear(nn.linear(x, w, b).relu(), *layer2).relu(), *layer3)

    params = [*conv1, *conv2, w, b, *layer2, *layer3]
    return by_sgd(torch, model, params, pictures, classes, learningRate)


def dense(torch, inputs: int, outputs: int, salt: int, spread: float = 1.5):
    w = torch.from_numpy(noise((outputs, inputs), salt, sqrt(spread / inputs)))
    return w.requires_grad_(), torch.zeros(outputs, requires_grad=True)


def by_sgd(torch, model, params, pictures, classes: int, learning_rate: float):
    batches, size = pictures.shape[:2]
    labels = torch.from_numpy(choices((batches, size), 2, classes))
    sgd = torch.optim.SGD(params, lr=learning_rate, foreach=True)
    turns = count()

    def step():
        batch = next(turns) % batches
        sgd.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(pictures[batch]), labels[batch])
        loss.backward()
        sgd.step()
        return loss.detach()

    return step
