"""The moons training step in PyTorch, eager: a peer of bench/moons.ts. Prints microseconds a step.

Needs torch; run as `python3 moons_torch.py`.
"""

import statistics
import time

import torch

torch.manual_seed(0)
torch.set_num_threads(1)
BATCHES, BATCH = 80, 10

points = torch.rand(BATCHES, BATCH, 2) * 2 - 1
labels = torch.sign(torch.rand(BATCHES, BATCH, 1) - 0.5)
model = torch.nn.Sequential(
    torch.nn.Linear(2, 16),
    torch.nn.ReLU(),
    torch.nn.Linear(16, 16),
    torch.nn.ReLU(),
    torch.nn.Linear(16, 1, bias=False),
)
optimiser = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.0001)


def step(batch: int) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss = torch.relu(1 - labels[batch] * model(points[batch])).sum() / BATCH
    loss.backward()
    optimiser.step()


def epoch() -> float:
    start = time.perf_counter()
    for batch in range(BATCHES):
        step(batch)
    return (time.perf_counter() - start) / BATCHES * 1e6


for _ in range(3):
    epoch()
print(f"{statistics.median(epoch() for _ in range(9)):.4f}")
