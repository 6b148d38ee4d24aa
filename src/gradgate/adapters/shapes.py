"""Shapes that mean the same thing: (1,) for a number, (1, d) for a vector. Accepted, and remarked upon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Note = Callable[[str], None]
Triple = tuple[Any, Any, Any]


def is_triple(returned: Any) -> bool:
    """Whether a loss with two gradients came back; anything else is handed on as it is, to be judged."""
    return isinstance(returned, tuple | list) and len(returned) == 3


def number(loss: Any, note: Note) -> Any:
    """The loss as a scalar, where it is an array of one number."""
    if not isinstance(loss, np.ndarray) or loss.size != 1:
        return loss
    note(f"loss has shape {loss.shape}; accepted as a number")
    return np.asarray(loss).reshape(())[()]


def vector(gradient: Any, d: int, note: Note) -> Any:
    """The gradient of a centre as (d,), where it is a row or a column of d numbers."""
    if not isinstance(gradient, np.ndarray) or gradient.shape not in ((1, d), (d, 1)):
        return gradient
    note(f"grad_center has shape {'(1, d)' if gradient.shape[0] == 1 else '(d, 1)'}; accepted as (d,)")
    return np.asarray(gradient).reshape(d)
