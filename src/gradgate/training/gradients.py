"""Loss and gradients of a batch, by whichever function of the contract an implementation offers for it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import numpy as np

from gradgate.adapters import NotPosed
from gradgate.calling.calls import Malformed, Result
from gradgate.calling.implementation import Implementation
from gradgate.case import Case
from gradgate.errors import Broken, CannotRun
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.training.batch import Batch
from gradgate.training.descent import descend_rows

TERMINATED = 128 + signal.SIGTERM  # what the command line ends with when it is asked to, in the midst of a call too


class Gradient:
    """The sum of gradients of one matrix (V, d): rows with their values, which may repeat, and what came dense."""

    def __init__(self, name: str, matrix: np.ndarray) -> None:
        self._name, self._shape = name, matrix.shape
        self.sparse: list[tuple[np.ndarray, np.ndarray]] = []
        self.dense: np.ndarray | None = None

    def add(self, values: np.ndarray, rows: np.ndarray | None) -> None:
        """Raises Malformed where that is no gradient of the matrix."""
        due = self._shape if rows is None else (len(rows), self._shape[1])
        if values.shape != due:
            raise Malformed(f"{self._name} has the shape {values.shape}; {due} is due")
        if rows is None:
            self.dense = np.array(values) if self.dense is None else self.dense + values
            return
        if rows.size and rows.view(np.uint64).max() >= self._shape[0]:  # one pass: unsigned, -1 is larger than any V
            raise Malformed(f"{self._name} has rows outside [0, {self._shape[0]})")
        self.sparse.append((rows, values))

    def descend(self, matrix: np.ndarray, rate: float) -> None:
        """matrix -= rate times the gradient, in place; a row that repeats gets all its terms."""
        if self.dense is not None:
            matrix -= rate * self.dense
        for rows, values in self.sparse:
            descend_rows(matrix, rows, values.astype(matrix.dtype, order="C", copy=False), matrix.dtype.type(rate))


class Gradients:
    """The loss of a batch, summed over its windows, and its gradients, in one dtype and on one device.

    route names the function that is called. Raises CannotRun where none of the contract's would do.
    """

    def __init__(self, implementation: Implementation, dtype: str, device: str) -> None:
        self.name = implementation.name
        self.implementation, self.dtype, self.device = implementation, dtype, device
        if dtype not in implementation.particulars.dtypes:
            known = ", ".join(implementation.particulars.dtypes)
            raise CannotRun(f"{self.name} computes in {known}; this run asks for {dtype}")
        routes: dict[str, Callable[[Batch, np.ndarray, np.ndarray], Iterator[_Part]]] = {
            "skipgram_batch": self._windows,
            "negative_sampling_batch": self._pairs,
            "skipgram": self._window_by_window,
            "negative_sampling": self._pair_by_pair,
        }
        if implementation.particulars.adapter:
            del routes["skipgram"]  # an adapter gives it a loss of ours, and training is to use the file's own
        self.route = next((name for name in routes if name in implementation.offers), "")
        if not self.route:
            raise CannotRun(f"{self.name} offers none of {', '.join(routes)}: there is nothing to train with")
        self._parts = routes[self.route]

    def __call__(self, batch: Batch, V_c: np.ndarray, U: np.ndarray) -> tuple[float, Gradient, Gradient]:
        """The loss in nats, and the gradients of V_c and U. Raises Broken, or CannotRun, for what went wrong."""
        loss = 0.0
        grad_V_c, grad_U = Gradient("grad_V_c", V_c), Gradient("grad_U", U)
        try:
            for part_loss, of_V_c, of_U in self._parts(batch, V_c, U):
                loss += part_loss
                grad_V_c.add(*of_V_c)
                grad_U.add(*of_U)
        except NotPosed as reason:
            raise CannotRun(f"{self.name} cannot be trained with these draws: {reason}") from reason
        except Malformed as error:
            raise Broken(f"{self.name}: {self.route}: {error}") from error
        except SystemExit as end:
            if end.code == TERMINATED:
                raise
            raise Broken(f"{self.name}: {self.route} ends the program: exit({end.code or 0})") from end
        except Exception as error:
            text = " ".join(str(error).split())[:300]
            raise Broken(f"{self.name}: {self.route} raised {type(error).__name__}: {text}") from error
        return loss, grad_V_c, grad_U

    def _windows(self, batch: Batch, V_c: np.ndarray, U: np.ndarray) -> Iterator[_Part]:
        found = self._call(
            centers=batch.centers,
            outsides=batch.outsides,
            offsets=batch.offsets,
            V_c=V_c,
            U=U,
            loss=NEGATIVE_SAMPLING,
            negatives=batch.negatives,
        )
        yield float(found["losses"].values.sum()), _of(found["grad_V_c"]), _of(found["grad_U"])

    def _window_by_window(self, batch: Batch, V_c: np.ndarray, U: np.ndarray) -> Iterator[_Part]:
        for center, start, end in zip(batch.centers, batch.offsets[:-1], batch.offsets[1:], strict=True):
            found = self._call(
                center=int(center),
                outsides=batch.outsides[start:end],
                V_c=V_c,
                U=U,
                loss=NEGATIVE_SAMPLING,
                negatives=batch.negatives[start:end],
            )
            yield float(found["loss"].values), _of(found["grad_V_c"]), _of(found["grad_U"])

    def _pairs(self, batch: Batch, V_c: np.ndarray, U: np.ndarray) -> Iterator[_Part]:
        rows = np.repeat(batch.centers, np.diff(batch.offsets))
        found = self._call(centers=V_c[rows], outsides=batch.outsides, negatives=batch.negatives, U=U)
        yield float(found["losses"].values.sum()), (found["grad_centers"].values, rows), _of(found["grad_U"])

    def _pair_by_pair(self, batch: Batch, V_c: np.ndarray, U: np.ndarray) -> Iterator[_Part]:
        rows = np.repeat(batch.centers, np.diff(batch.offsets))
        for n, outside in enumerate(batch.outsides):
            found = self._call(center=V_c[rows[n]], outside=int(outside), negatives=batch.negatives[n], U=U)
            at_center = (found["grad_center"].values[None, :], rows[n : n + 1])
            yield float(found["loss"].values), at_center, _of(found["grad_U"])

    def _call(self, **inputs: object) -> dict[str, Result]:
        case = Case(self.route, self.dtype, inputs, "training", 0, 0)
        return self.implementation.compute(case, self.device)


_Rows = tuple[np.ndarray, np.ndarray | None]  # values, and the rows that they belong to; None for a dense gradient
_Part = tuple[float, _Rows, _Rows]


def _of(result: Result) -> _Rows:
    return result.values, result.rows
