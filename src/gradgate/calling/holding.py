"""The worker's side of calls on large inputs: dense gradients stay here, and the harness reads them block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gradgate.calling.calls import Result
from gradgate.calling.implementation import Implementation
from gradgate.calling.messages import Frame, decode_calls, encode_held
from gradgate.calling.ranks import Ranks
from gradgate.calling.sharing import SharedArray, attach
from gradgate.interface import is_matrix_gradient


class Holder:
    """Keeps what the last call returned, until the next call, or until it is released."""

    def __init__(self, implementation: Implementation | Ranks) -> None:
        self._implementation = implementation
        self._held: Mapping[str, Result] = {}
        self._window: SharedArray | None = None

    def answers(self, frame: Frame) -> Iterator[Frame]:
        """To a frame that has calls to "hold" the results of, asks for "rows" of the last one's, or lets them go."""
        if "rows" in frame[0]:
            self._copy(frame[0])
            yield {}, []
            return
        self._held, self._window = {}, None
        if "calls" in frame[0]:
            yield self._call(frame)

    def _copy(self, header: dict[str, Any]) -> None:
        """Some rows go to one half of a window that the harness sees too, and that it names with the first of them."""
        quantity, start, stop = header["rows"]
        if "window" in header:
            name, shape = header["window"]
            self._window = attach(name, tuple(shape), np.float64, writable=True)
        assert self._window is not None
        self._window[header["slot"], : stop - start] = self._held[quantity].values[start:stop]

    def _call(self, frame: Frame) -> Frame:
        [call], device = decode_calls(frame)
        outcome = self._implementation.perform(call, device)
        self._held = {q: r for q, r in outcome.results.items() if r.rows is None and is_matrix_gradient(q)}
        sent = {quantity: result for quantity, result in outcome.results.items() if quantity not in self._held}
        header, arrays = encode_held(replace(outcome, results=sent), self._held, **frame[0]["hold"])
        return {**header, "remarks": self._implementation.remarks}, arrays
