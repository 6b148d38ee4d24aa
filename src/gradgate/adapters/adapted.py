"""An assignment file, unchanged, behind the functions of our contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gradgate.adapters import conventions, manners, shapes
from gradgate.adapters.probe import LinearProbe
from gradgate.adapters.problems import NotPosed
from gradgate.adapters.tape import Tape
from gradgate.adapters.windows import RightPair, as_callback
from gradgate.interface import NORMALIZE_ROWS

ONLY_GRADED = "normalising rows is no loss: only `gradgate grade` judges it"

NAIVE, SAMPLING = "naive_softmax", "negative_sampling"
_NEGATIVES = ([word for word in range(manners.V) if word != manners.OUTSIDE] * 3)[:10]  # ten, as in the assignment


@dataclass(frozen=True)
class Parts:
    """What a file has of an assignment: its functions under our names, and the assignment's name."""

    name: str
    functions: dict[str, Callable[..., Any]]


class Adapted:
    """The contract functions that an assignment file can offer, as attributes; those it cannot offer are missing.

    name is the assignment's; `offers` lists the functions. `remarks` grows with the calls: one sentence for each
    convention that was accepted. `convention` is "reject", "skip" or "keep" once negative sampling was called and what
    the file does with a negative equal to the outside word could be told. The file is first called when a function
    of the contract is. Calls raise NotPosed, WrongDraws, WrongWindow, or what the file raises.
    """

    DTYPES = ("float64",)  # the assignments know no other: np.zeros(shape) would widen any

    def __init__(self, parts: Parts) -> None:
        self.name = parts.name
        self.offers = tuple(parts.functions)
        self.remarks: list[str] = []
        self.convention: str | None = None
        self._own = parts.functions
        self._manners: dict[str, manners.Manners] = {}
        self._recognised = False
        self._shown: set[tuple[Any, ...]] = set()  # the windows that have passed the linear probe
        for offered, function in parts.functions.items():
            setattr(self, offered, getattr(self, f"_{offered}", function))
        if NORMALIZE_ROWS in self.offers:
            self._note(ONLY_GRADED)

    if TYPE_CHECKING:  # the functions are set for each file

        def __getattr__(self, name: str) -> Callable[..., Any]: ...

    def __repr__(self) -> str:
        return f"<{self.name}: {', '.join(self.offers)}>"

    def _note(self, remark: str) -> None:
        if remark and remark not in self.remarks:
            self.remarks.append(remark)

    # ---- one pair

    def _naive_softmax(self, center: np.ndarray, outside: int, U: np.ndarray) -> Any:
        tape = Tape([], outside, len(U))
        returned = self._own[NAIVE](self._shaped(NAIVE, center), int(outside), U, tape)
        tape.check()
        return self._triple(returned, len(center))

    def _negative_sampling(self, center: np.ndarray, outside: int, negatives: np.ndarray, U: np.ndarray) -> Any:
        centers = self._shaped(SAMPLING, center)
        self._recognise()
        if self.convention != "keep" and outside in np.asarray(negatives):
            raise NotPosed(conventions.not_posed(self.convention))
        tape = Tape(negatives, outside, len(U))
        returned = self._own[SAMPLING](centers, int(outside), U, tape, len(negatives))
        tape.check()
        return self._triple(returned, len(center))

    def _triple(self, returned: Any, d: int) -> Any:
        if not shapes.is_triple(returned):
            return returned
        loss, grad_center, grad_U = returned
        return shapes.number(loss, self._note), shapes.vector(grad_center, d, self._note), grad_U

    def _shaped(self, loss: str, center: np.ndarray) -> np.ndarray:
        likes = self._manners_of(loss)
        if likes.wants != "(d,)":
            self._note(f"{loss}: the file needs the centre as {likes.wants}; it is passed so")
        return likes.shaped(center)

    def _recognise(self) -> None:
        if self._recognised:
            return
        self._recognised = True
        own = self._own[SAMPLING]
        self.convention, remark = conventions.recognise(
            lambda center, outside, U, tape, K: own(self._shaped(SAMPLING, center), outside, U, tape, K)
        )
        self._note(remark)

    def _manners_of(self, loss: str) -> manners.Manners:
        """How the file's own pair function takes and gives; asked once."""
        if loss in self._manners:
            return self._manners[loss]
        other = SAMPLING if loss == NAIVE else NAIVE
        if loss not in self._own and other in self._own:
            return self._manners_of(other)  # a window is written for what its file has
        own, negatives = self._own.get(loss), [] if loss == NAIVE else _NEGATIVES

        def call(row: np.ndarray, outside: int, matrix: np.ndarray) -> Any:
            tape = Tape(negatives, outside, manners.V)
            return own(row, outside, matrix, tape, *([] if loss == NAIVE else [len(negatives)])) if own else None

        self._manners[loss] = manners.learn(call, _right_answer(loss)) if own else manners.Manners({})
        return self._manners[loss]

    # ---- windows

    def _skipgram(
        self, center: int, outsides: np.ndarray, V_c: np.ndarray, U: np.ndarray, loss: str, negatives: Any
    ) -> Any:
        window = partial(self._window, "skipgram", int(center), [int(word) for word in outsides])
        return self._judged(window, [int(center)], outsides, V_c, U, loss, negatives)

    def _cbow(
        self, context: np.ndarray, target: int, V_c: np.ndarray, U: np.ndarray, loss: str, negatives: Any, reduce: str
    ) -> Any:
        if reduce != "sum":
            raise NotPosed("the assignment's cbow adds the context vectors: it knows no mean")
        if len(context) == 0:
            raise NotPosed("the assignment's cbow knows no empty context")
        window = partial(self._window, "cbow", int(target), [int(word) for word in context])
        drawn = None if negatives is None else np.asarray(negatives)[None, :]
        return self._judged(window, [int(row) for row in context], [target], V_c, U, loss, drawn)

    def _judged(
        self, window: partial[Any], rows: list[int], targets: Sequence[int] | np.ndarray, V_c: np.ndarray,
        U: np.ndarray, loss: str, negatives: Any,
    ) -> Any:  # fmt: skip
        """The window's result with the right pair, after the linear probe has shown that it uses its callback."""
        words = [int(target) for target in targets]
        shown = (window.args[0], loss, tuple(rows), tuple(words), V_c.shape)
        if shown not in self._shown:  # the probe's answer depends on nothing else; a case is put in many variants
            probe = LinearProbe(rows, words, *V_c.shape)
            due = probe.due()
            self._note(probe.judge(window(probe.V_c, probe.U, loss, probe), due, once_each=loss == SAMPLING))
            self._shown.add(shown)
        returned = window(V_c, U, loss, RightPair(words, negatives))
        if not shapes.is_triple(returned):
            return returned
        return shapes.number(returned[0], self._note), returned[1], returned[2]

    def _window(
        self, kind: str, word: int, others: list[int], V_c: np.ndarray, U: np.ndarray, loss: str, pair: Any
    ) -> Any:
        own = self._own.get(loss)
        callback = as_callback(pair, self._manners_of(loss), _parameters(own) if own else ())
        index = {f"w{row}": row for row in range(len(V_c))}
        tape = Tape([], word, len(V_c))
        words, size = [f"w{other}" for other in others], max(1, len(others))
        returned = self._own[kind](f"w{word}", size, words, index, V_c, U, tape, callback)
        tape.check()
        return returned


@cache
def _right_answer(loss: str) -> shapes.Triple:
    """What a pair function should return for the inputs that its manners are learnt with."""
    center, U = manners.inputs()
    pair = RightPair([manners.OUTSIDE], None if loss == NAIVE else np.array(_NEGATIVES)[None, :])
    return pair(center, manners.OUTSIDE, U)


def remember_right_answers() -> None:
    """From here on the manners of a file are learnt without the right losses."""
    for loss in (NAIVE, SAMPLING):
        _right_answer(loss)


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()
