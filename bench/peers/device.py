"""The device of PyTorch: the CPU, or a GPU, whose own clock is then used for timing."""

import os
import sys
import time

name = "cpu"


def choose(chosen: str, torch) -> None:
    """Before anything is made there."""
    global name
    if chosen == "cpu":
        return
    if not torch or not torch.cuda.is_available():
        sys.exit(1)
    name = chosen
    torch.set_default_device(name)
    # As einc: products of f32 are those of f32, unless somebody says that tf32 will do.
    torch.backends.cuda.matmul.allow_tf32 = os.environ.get("EINC_TF32") == "on"


def tensor(torch, array):
    return torch.from_numpy(array).to(name)


def timed(torch, call, calls: int) -> float:
    """Seconds, until all is done."""
    if name == "cpu":
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return time.perf_counter() - start
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(calls):
        call()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000


def suited(ways: dict) -> dict:
    """Those that compute there."""
    return {way: made for way, made in ways.items() if name == "cpu" or way.startswith("torch")}


def with_compiled(torch, ways: dict) -> dict:
    """On a GPU each way beside what torch.compile makes of it, with CUDA graphs where it can use them."""
    found = dict(ways)
    if name == "cpu":
        return found
    for way, (call, outcome) in list(found.items()):
        compiled = _compiled(torch, call)
        # It shares what the other one trains, so what that computes is asked for once.
        if compiled:
            found[f"{way}, compiled"] = (compiled, None)
    return found


def _compiled(torch, call):
    for mode in ("reduce-overhead", "default"):
        try:
            torch.compiler.reset()
            compiled = torch.compile(call, mode=mode)
            for _ in range(4):
                compiled()
            torch.cuda.synchronize()
            return compiled
        except Exception as error:  # What it cannot do is not compared.
            print(f"torch.compile, {mode}: {error}", file=sys.stderr, flush=True)
    return None
