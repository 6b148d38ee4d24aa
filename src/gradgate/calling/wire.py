"""Frames between the harness and a worker: a JSON header and raw little-endian arrays. Nothing is ever unpickled."""

from __future__ import annotations

import json
import math
import operator
import struct
from typing import Any, BinaryIO

import numpy as np

_LENGTH = struct.Struct("<II")
LIMIT = 1 << 30  # bytes of one array, or of a header: beyond it a frame is refused before it is read


class BadFrame(Exception):
    """What came over the pipe is no frame."""


def write_frame(stream: BinaryIO, header: dict[str, Any], arrays: list[np.ndarray]) -> None:
    """Sends the header and the arrays behind it (their dtypes and shapes go into the header)."""
    shapes = [[array.dtype.str, list(array.shape)] for array in arrays]
    text = json.dumps({**header, "arrays": shapes}).encode()
    stream.write(_LENGTH.pack(len(text), len(arrays)))
    stream.write(text)
    for array in arrays:
        if array.size:
            stream.write(np.ascontiguousarray(array).data.cast("B"))
    stream.flush()


def read_frame(
    stream: BinaryIO, header_limit: int = LIMIT, arrays_limit: float = math.inf
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Reads one frame; EOFError when the other side is gone, BadFrame when it is not a frame.

    header_limit and arrays_limit are bytes, of the header and of all arrays together.
    """
    text_length, count = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if text_length > header_limit:
        raise BadFrame(f"a header of {text_length} bytes is beyond the limit")
    text = _exactly(stream, text_length)
    try:
        header = json.loads(text)
        layouts = [(np.dtype(code), tuple(map(operator.index, shape))) for code, shape in header.pop("arrays")]
    except Exception as error:  # a stranger's bytes: whatever is wrong with them, they are no frame
        raise BadFrame(f"not a frame: {error}") from error
    if len(layouts) != count or not all(_is_sound(dtype, shape) for dtype, shape in layouts):
        raise BadFrame("the header does not describe arrays of numbers within the limit")
    if sum(dtype.itemsize * math.prod(shape) for dtype, shape in layouts) > arrays_limit:
        raise BadFrame("the arrays are larger than anything that is due")
    return header, [_array(stream, dtype, shape) for dtype, shape in layouts]


def _is_sound(dtype: np.dtype, shape: tuple[int, ...]) -> bool:
    """Whether it is an array of numbers that NumPy can make; an empty one too may have no enormous side."""
    return (
        dtype.kind in "fiu"
        and all(n >= 0 for n in shape)
        and dtype.itemsize * math.prod(n or 1 for n in shape) <= LIMIT
    )


def _array(stream: BinaryIO, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    size = dtype.itemsize * math.prod(shape)
    return np.frombuffer(bytearray(_exactly(stream, size)), dtype).reshape(shape)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
