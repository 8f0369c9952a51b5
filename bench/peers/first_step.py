"""A process that imports torch and takes a training step: a peer of ../first-step.ts."""

import subprocess
import sys


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    command = [sys.executable, __file__]
    return {"torch": (lambda: subprocess.run(command, check=True, capture_output=True), lambda: [])}


if __name__ == "__main__":
    import torch
    from moons import network

    print(float(network(torch, batches=80)()))
