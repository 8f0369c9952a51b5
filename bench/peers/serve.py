"""Runs the peers in Python, told what to do by lines of JSON. See ../peers.ts.

It is started with a number of threads, and `cpu` or `cuda`. The first line it prints says which
libraries there are, and whose BLAS they call; without any it ends. Then

    {"benchmark": "gemm", "settings": {…}}   prepares: prints what each way of doing it computes
    {"name": "torch", "calls": 3}            prints the seconds that three calls of one take
    {"name": "torch", "peakBytes": true}     prints how much its tensors take at once during a call

and {"error": "…"} where that fails.

A benchmark is a module beside this one. Its `ways(settings, torch)`, where `torch` may be None, gives
by name functions to call, each with one that says what it computes.
"""

import importlib
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import device
import memory

try:
    import numpy
except ImportError:
    sys.exit(1)
try:
    import torch

    torch.set_num_threads(int(sys.argv[1]))
except ImportError:
    torch = None


def blas() -> str:
    """The one that is loaded. A machine may have nothing but the slow reference."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            loaded = maps.read()
    except OSError:
        return "a BLAS of its own"
    for name, file in (("OpenBLAS", "openblas"), ("MKL", "mkl"), ("BLIS", "libblis")):
        if file in loaded:
            return name
    return "the unoptimised reference BLAS" if "/libblas.so" in loaded else "a BLAS of its own"


def libraries() -> str:
    found = [] if torch is None else [f"torch {torch.__version__}"]
    if device.name != "cpu":
        return ", ".join([*found, torch.cuda.get_device_name()])
    return ", ".join([*found, f"numpy {numpy.__version__}", blas()])


def answer(order: dict, ways: dict):
    if "calls" in order:
        call, _ = ways[order["name"]]
        return device.timed(torch, call, order["calls"])
    if "peakBytes" in order:
        call, _ = ways[order["name"]]
        return memory.peak_bytes(call, torch) if torch else None
    ways.clear()  # What the last one held is not needed any more.
    module = importlib.import_module(order["benchmark"].replace("-", "_"))
    found = device.suited(module.ways(order["settings"], torch))
    outcomes = {name: outcome() for name, (_, outcome) in found.items()}
    ways.update(device.with_compiled(torch, found))
    return {name: outcomes[name.removesuffix(", compiled")] for name in ways}


def main() -> None:
    device.choose(sys.argv[2] if len(sys.argv) > 2 else "cpu", torch)
    print(libraries(), flush=True)
    ways = {}
    for line in sys.stdin:
        try:
            result = answer(json.loads(line), ways)
        except Exception:
            result = {"error": traceback.format_exc()}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
