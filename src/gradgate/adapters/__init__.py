"""Stanford CS224n assignment files, unchanged, behind our contract.

    with standins.answering(folder) as answered:   # the modules that an assignment imports, where they are missing
        module = ...                                # load the file
    adapted = adapt(module)                         # None: no assignment, or a plain plug-in

`getattr(adapted, "negative_sampling", None)` is then a function of the contract, or None where the file has none of it.
Beside what the file itself raises, a call raises NotPosed (not applicable: the case cannot be put to this file),
WrongDraws and its TapeExhausted, or WrongWindow (the file is wrong); each carries one sentence for the report.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from gradgate.adapters.adapted import Adapted, Parts
from gradgate.adapters.problems import NotPosed, TapeExhausted, WrongDraws, WrongWindow
from gradgate.interface import NORMALIZE_ROWS

__all__ = ["Adapted", "NotPosed", "TapeExhausted", "WrongDraws", "WrongWindow", "adapt"]

# form: its name for naive_softmax, for negative_sampling, and the first parameter of its skipgram
_FORMS = {
    "CS224n 2019+": ("naiveSoftmaxLossAndGradient", "negSamplingLossAndGradient", "currentCenterWord"),
    "XCS224N": ("naive_softmax_loss_and_gradient", "neg_sampling_loss_and_gradient", "current_center_word"),
    "CS224n 2017": ("softmaxCostAndGradient", "negSamplingCostAndGradient", "currentWord"),
}
SPELLINGS = tuple(name for *losses, _ in _FORMS.values() for name in losses)
_LOSSES = ("naive_softmax", "negative_sampling")
_OURS = (*_LOSSES, *(f"{name}_batch" for name in (*_LOSSES, "skipgram", "cbow")), "hierarchical_softmax")
_EXERCISES = ("normalizeRows", "normalize_rows")
_WINDOW_PARAMETERS = 7  # ours take six or seven, theirs eight, or seven where the callback was dropped


def adapt(module: ModuleType) -> Adapted | None:
    """The assignment in a loaded module; None where it is a plain plug-in or has nothing of an assignment."""
    if any(callable(getattr(module, name, None)) for name in _OURS):
        return None
    for form, (softmax, sampling, first) in _FORMS.items():
        pairs = {"naive_softmax": _function(module, softmax), "negative_sampling": _function(module, sampling)}
        windows = {name: _window(module, name) for name in ("skipgram", "cbow")}
        if not any(pairs.values()) and not any(_parameters(window)[:1] == [first] for window in windows.values()):
            continue
        # a softmax is a helper in all of them, often for rows only
        own = {"sigmoid": _own(module, "sigmoid")}
        exercise = {NORMALIZE_ROWS: next((found for name in _EXERCISES if (found := _own(module, name))), None)}
        functions = {name: found for name, found in (own | pairs | windows | exercise).items() if found}
        return Adapted(Parts(form, functions))
    return None


def _function(module: ModuleType, name: str) -> Callable[..., Any] | None:
    found = getattr(module, name, None)
    return found if callable(found) else None


def _own(module: ModuleType, name: str) -> Callable[..., Any] | None:
    """A function of the file itself: what it imports, from a stand-in or a neighbour, is not judged with it."""
    found = _function(module, name)
    return found if getattr(found, "__module__", None) in (None, module.__name__) else None


def _window(module: ModuleType, name: str) -> Callable[..., Any] | None:
    found = _function(module, name)
    return found if len(_parameters(found)) >= _WINDOW_PARAMETERS else None


def _parameters(function: Callable[..., Any] | None) -> list[str]:
    try:
        return list(inspect.signature(function).parameters) if function else []
    except (TypeError, ValueError):
        return []
