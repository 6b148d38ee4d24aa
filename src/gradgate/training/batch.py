"""What one step is made of: windows and their negatives, in the form of the contract's `skipgram_batch`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, eq=False)
class Batch:
    """B windows: centers (B,), outsides (N,), offsets (B+1,), negatives (N, K), all int64.

    Window b is outsides[offsets[b] : offsets[b + 1]]; none is empty.
    """

    centers: np.ndarray
    outsides: np.ndarray
    offsets: np.ndarray
    negatives: np.ndarray

    def __len__(self) -> int:
        return len(self.centers)


class Draws(Protocol):
    """A stream of batches. From one state it goes on in one way: so a resumed run is the uninterrupted one."""

    def batch(self) -> Batch: ...

    def state(self) -> dict[str, np.ndarray]: ...

    def restore(self, state: Mapping[str, np.ndarray]) -> None: ...
