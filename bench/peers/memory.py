"""The peak memory of PyTorch's tensors."""

import gc

import device


def peak_bytes(call, torch) -> int:
    """Of all tensors that are there before a step, and of those it makes and drops again.

    The allocator tells of the latter, so that what libraries and the heap keep for themselves does not
    count. A step begins by dropping the gradients of the last one.
    """
    if device.name != "cpu":
        return _peak_on_gpu(call, torch)
    from torch.profiler import ProfilerActivity, profile

    call()
    before = _live_bytes(torch)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as run:
        call()
    events = [e for e in run.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = peak = before
    for event in sorted(events, key=lambda e: e.start_us()):
        now += event.nbytes()
        peak = max(peak, now)
    return peak


def _peak_on_gpu(call, torch) -> int:
    call()
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    call()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated()


def _live_bytes(torch) -> int:
    """Without gradients: nothing is told of what was allocated earlier and is freed now."""
    gc.collect()
    tensors = [o for o in gc.get_objects() if isinstance(o, torch.Tensor)]
    leaves = [t for t in tensors if t.is_leaf and t.grad is not None]
    sizes = {t.storage().data_ptr(): t.storage().nbytes() for t in tensors}
    for t in leaves:
        sizes.pop(t.grad.storage().data_ptr(), None)
    return sum(sizes.values())
