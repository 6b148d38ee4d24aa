"""Arrays that other processes map instead of being sent them: a matrix of gigabytes is held once.

On Linux the memory has no name in any folder, so that nothing is left behind, however a run ends."""

from __future__ import annotations

import math
import mmap
import os
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np

_SMAPS = Path("/proc/self/smaps")


class SharedArray(np.ndarray):
    """An array that the processes of this user can map by its name, while it lives. A part or a copy has no name."""

    name: str = ""

    def __array_finalize__(self, source: Any) -> None:
        self.name = ""


def share(shape: tuple[int, ...], dtype: np.dtype | type) -> SharedArray:
    """A new array of zeros. Raises OSError or MemoryError where the system has no room for it."""
    size = _size(shape, np.dtype(dtype))
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("gradgate")
        name = f"/proc/{os.getpid()}/fd/{descriptor}"
    else:
        descriptor, name = tempfile.mkstemp(prefix="gradgate-")
    os.ftruncate(descriptor, size)
    array = _over(mmap.mmap(descriptor, size), shape, np.dtype(dtype), name)
    weakref.finalize(array, _forget, descriptor, name)
    return array


def attach(name: str, shape: tuple[int, ...], dtype: np.dtype | type, *, writable: bool = False) -> SharedArray:
    """The array of that name, read-only unless it is to be written to."""
    return _attached(name, shape, np.dtype(dtype), mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ)


def private_copy(array: SharedArray) -> np.ndarray:
    """A writable array of the same contents that costs no memory until it is written to."""
    return _attached(array.name, array.shape, array.dtype, mmap.ACCESS_COPY).view(np.ndarray)


def is_untouched(array: np.ndarray) -> bool:
    """Whether the system knows that nothing was ever written to a private copy; False where it does not say."""
    try:
        lines = _SMAPS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    start, inside, seen = array.ctypes.data, False, 0
    for line in lines:
        first, _, rest = line.partition(" ")
        if not first.endswith(":"):
            low, high = (int(bound, 16) for bound in first.split("-"))
            inside = low < start + array.nbytes and start < high
            seen += inside and (min(high, start + array.nbytes) - max(low, start))
        elif inside and first == "Anonymous:" and int(rest.split()[0]):  # pages that were copied on being written to
            return False
    return seen >= array.nbytes


def _attached(name: str, shape: tuple[int, ...], dtype: np.dtype, access: int) -> SharedArray:
    with Path(name).open("r+b" if access == mmap.ACCESS_WRITE else "rb") as file:
        return _over(mmap.mmap(file.fileno(), _size(shape, dtype), access=access), shape, dtype, name)


def _size(shape: tuple[int, ...], dtype: np.dtype) -> int:
    return max(1, math.prod(shape) * dtype.itemsize)


def _over(memory: mmap.mmap, shape: tuple[int, ...], dtype: np.dtype, name: str) -> SharedArray:
    array = np.frombuffer(memory, dtype, math.prod(shape)).reshape(shape).view(SharedArray)
    array.name = name
    return array


def _forget(descriptor: int, name: str) -> None:
    os.close(descriptor)
    if not hasattr(os, "memfd_create"):
        Path(name).unlink()
