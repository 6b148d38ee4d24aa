"""gradgate: a gate for the word2vec losses and their gradients.

`load(SPEC)` gives an implementation whose functions can be called; `gradgate verify` and `pytest` hold it to laws;
`check(naive_softmax)` holds a function of a notebook to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradgate.calling.loading import load

if TYPE_CHECKING:
    from gradgate.grading.checking import Checked

__all__ = ["check", "load"]


def check(*functions: Callable[..., Any], cases: int = 40, seed: int = 0, **named: Callable[..., Any]) -> Checked:
    """The verdict on functions of the contract or of a CS224n assignment, as a table; in this process, in seconds.

    A function is known by its name; `check(naive_softmax=mine)` says which one it is where it has another. cases is
    the number of inputs and seed draws them: those of `gradgate grade` by default. Raises CannotRun for others.
    """
    from gradgate.grading.checking import check_functions  # loads what those who only call `load` do not need

    return check_functions(functions, named, cases, seed)
