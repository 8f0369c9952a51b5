"""A training step of a small GPT: a peer of ../gpt.ts."""

from itertools import count

from device import tensor
from inputs import choices, noise
from outcome import losses


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    step = trained_by_adam(torch, **settings)
    return {"torch": (step, lambda: losses(step))}


def trained_by_adam(torch, length: int, batch: int, words: int, **size):
    model, params = network(torch, length=length, batch=batch, words=words, **size)
    adam = torch.optim.Adam(params, lr=0.001, foreach=True)
    asked, answers = texts(torch, (batch, length), words)
    return training(torch, model, adam, lambda: (asked, answers))


def trained_by_sgd(torch, batches: int, length: int, batch: int, words: int, **size):
    model, params = network(torch, length=length, batch=batch, words=words, **size)
    sgd = torch.optim.SGD(params, lr=0.01, foreach=True)
    asked, answers = texts(torch, (batches, batch, length), words)
    turns = count()

    def of_turn():
        turn = next(turns) % batches
        return asked[turn], answers[turn]

    return training(torch, model, sgd, of_turn)


def forward(torch, length: int, batch: int, words: int, **size):
    model, _ = network(torch, length=length, batch=batch, words=words, **size)
    asked, _ = texts(torch, (batch, length), words)

    def call():
        with torch.no_grad():
            return model(asked)

    return call


def texts(torch, shape: tuple, words: int) -> tuple:
    return tuple(tensor(torch, choices(shape, salt, words)) for salt in (1, 2))


def training(torch, model, optimizer, next_texts):
    """A step: gives its loss, the average of all words."""

    def step():
        optimizer.zero_grad(set_to_none=True)
        asked, answers = next_texts()
        logits = model(asked).flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, answers.flatten())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def network(
    torch, layers: int, width: int, heads: int, length: int, batch: int, words: int, isTied: bool
) -> tuple:
    """Words to logits, and its parameters."""
    nn = torch.nn.functional
    salts = count(10)
    params = []

    def param(value):
        params.append(value.requires_grad_())
        return value

    def weights(*shape):
        return param(tensor(torch, noise(shape, next(salts), 0.03)))

    def zeros(n: int):
        return param(torch.zeros(n))

    def norm():
        scale, shift = param(torch.ones(width)), zeros(width)
        return lambda x: nn.layer_norm(x, (width,), scale, shift, 1e-5)

    def block():
        before, between = norm(), norm()
        w_qkv, w_proj = weights(3 * width, width), weights(width, width)
        w_up, w_down = weights(4 * width, width), weights(width, 4 * width)
        b_qkv, b_proj, b_up, b_down = map(zeros, (3 * width, width, 4 * width, width))
        future = torch.ones(length, length, dtype=torch.bool).triu(1)

        def apply(x):
            qkv = nn.linear(before(x), w_qkv, b_qkv).view(batch, length, 3, heads, -1)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            scores = (q @ k.transpose(-1, -2)) * (width // heads) ** -0.5
            attended = nn.softmax(scores.masked_fill(future, float("-inf")), -1) @ v
            x = x + nn.linear(attended.transpose(1, 2).reshape(x.shape), w_proj, b_proj)
            inner = nn.gelu(nn.linear(between(x), w_up, b_up), approximate="tanh")
            return x + nn.linear(inner, w_down, b_down)

        return apply

    wte, wpe = weights(words, width), weights(length, width)
    blocks = [block() for _ in range(layers)]
    head = wte if isTied else weights(words, width)
    last = norm()

    def model(asked):
        x = nn.embedding(asked, wte) + wpe
        for apply in blocks:
            x = apply(x)
        return nn.linear(last(x), head)

    return model, params
