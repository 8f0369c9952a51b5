"""The inputs of `../inputs.ts`: a hash of the cell's number."""

import numpy as np


def _hash(count: int, salt: int) -> np.ndarray:
    x = np.arange(count, dtype=np.uint32) + np.uint32(salt * 0x9E3779B9 & 0xFFFFFFFF)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return (x ^ (x >> np.uint32(16))) >> np.uint32(8)


def noise(shape, salt: int, scale: float = 1.0) -> np.ndarray:
    """Numbers from -scale up to scale."""
    cells = (_hash(int(np.prod(shape)), salt) / 2**23 - 1) * scale
    return cells.astype(np.float32).reshape(shape)


def choices(shape, salt: int, bound: int) -> np.ndarray:
    """Whole numbers from 0 up to, not including, bound."""
    return (_hash(int(np.prod(shape)), salt) % np.uint32(bound)).astype(np.int64).reshape(shape)
