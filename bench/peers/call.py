"""A call that does almost nothing: a peer of ../call.ts."""

import numpy as np
from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    cells = settings["cells"]
    x, y, z = noise(cells, 1), noise(cells, 2), np.empty(cells, np.float32)
    found = {"numpy": (lambda: np.add(x, y, out=z), lambda: sample(np.add(x, y)))}
    if torch:
        tx, ty, tz = torch.from_numpy(x), torch.from_numpy(y), torch.empty(cells)
        found["torch"] = (lambda: torch.add(tx, ty, out=tz), lambda: sample(torch.add(tx, ty)))
    return found
