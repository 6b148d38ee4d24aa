"""Frames between the harness and a worker: a JSON header and raw little-endian arrays. Nothing is ever unpickled."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

import numpy as np

_LENGTH = struct.Struct("<II")
_LIMIT = 1 << 31  # bytes of one array: beyond it a frame is refused before it is read


class BadFrame(Exception):
    """What came over the pipe is no frame."""


def write_frame(stream: BinaryIO, header: dict[str, Any], arrays: list[np.ndarray]) -> None:
    """Sends the header and the arrays behind it (their dtypes and shapes go into the header)."""
    shapes = [[array.dtype.str, list(array.shape)] for array in arrays]
    text = json.dumps({**header, "arrays": shapes}).encode()
    stream.write(_LENGTH.pack(len(text), len(arrays)))
    stream.write(text)
    for array in arrays:
        stream.write(array.tobytes())
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Reads one frame; EOFError when the other side is gone, BadFrame when it is not a frame."""
    text_length, count = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    try:
        header = json.loads(_exactly(stream, text_length))
        shapes = header.pop("arrays")
        layouts = [(np.dtype(code), tuple(int(n) for n in shape)) for code, shape in shapes]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadFrame(f"not a frame: {error}") from error
    if len(layouts) != count or any(dtype.kind not in "fiu" for dtype, _ in layouts):
        raise BadFrame("the header does not describe arrays of numbers")
    return header, [_array(stream, dtype, shape) for dtype, shape in layouts]


def _array(stream: BinaryIO, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    size = dtype.itemsize * int(np.prod(shape, dtype=object))
    if not 0 <= size <= _LIMIT:
        raise BadFrame(f"an array of {size} bytes is beyond the limit")
    return np.frombuffer(bytearray(_exactly(stream, size)), dtype).reshape(shape)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
