"""Losses that read only the rows their indices name: such a case is judged as the small one of these rows.

The implementation is called on the whole, and what it returns is brought to the small case's rows. One more row of the
small case stands for all that no index names: there zero is due, and it carries whatever is furthest from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from gradgate.calling.calls import Call, Outcome, Result
from gradgate.case import Case
from gradgate.examining.findings import Failure
from gradgate.examining.judging import Plan, plan
from gradgate.interface import is_float, is_matrix_gradient
from gradgate.large.calls import Caller, Returned, rows_of
from gradgate.laws import BY_NAME
from gradgate.shrink import named_rows, with_rows
from gradgate.witness import Witness

_LAWS = (
    *("exact_value", "exact_gradient", "shift_identity", "homogeneity", "chain", "rank_one"),
    *("promised_form", "no_state", "inputs_unchanged"),
)


class NamedRows:
    """A large case, and the small one of the rows that it names and of one that stands for all others.

    rows (m,) are the large case's, ascending, named those that an index names; stand_in is the position in rows of the
    one that stands for others (None where all are named).
    """

    def __init__(self, large: Case) -> None:
        self.large = large
        named, V = named_rows(large), len(large.inputs["U"])
        free = next((row for row in range(V) if row not in set(named.tolist())), None)
        self.rows = named if free is None else np.union1d(named, [free])
        self.stand_in = None if free is None else int(np.searchsorted(self.rows, free))
        self.small = with_rows(large, self.rows)
        self.small = self.small.with_inputs(**{name: np.array(self.small.inputs[name]) for name in self._matrices})
        self.named = named

    def plan(self, witness: Witness) -> Plan:
        """The laws that take no more than four calls."""
        return plan([BY_NAME[name] for name in _LAWS if BY_NAME[name].applies(self.small)], witness)

    @property
    def _matrices(self) -> list[str]:
        return [name for name in ("U", "V_c") if name in self.large.inputs]

    @contextmanager
    def holding(self, small: Case) -> Iterator[Case]:
        """The large case with the numbers of a variant of the small one, for as long as it lasts."""
        changed = {n: v for n, v in small.inputs.items() if is_float(small.function, n) and n not in self._matrices}
        before = {name: self.large.inputs[name][self.rows].copy() for name in self._matrices}
        try:
            for name in self._matrices:
                differs = np.any(small.inputs[name] != self.small.inputs[name], axis=1)
                self.large.inputs[name][self.rows[differs]] = small.inputs[name][differs]
            yield self.large.with_inputs(**changed)
        finally:
            for name, values in before.items():
                self.large.inputs[name][self.rows] = values


class NamedCalls:
    """The calls of one implementation on such a case."""

    def __init__(self, case: NamedRows, call: Caller) -> None:
        self.case, self._call = case, call
        self._first: tuple[Returned, Outcome] | None = None
        self._strays: dict[str, int] = {}

    def perform(self, calls: list[Call]) -> list[Outcome]:
        """Large calls in the place of the small ones; the matrix gradients of all but the same call are left out."""
        outcomes: list[Outcome] = []
        for call in calls:
            if outcomes and outcomes[0].fault:
                outcomes.append(outcomes[0])
                continue
            with self.case.holding(call.case) as large:
                returned = self._call(call.variant, large)
            outcomes.append(self._outcome(call, returned))
        return outcomes

    def in_the_large(self, failure: Failure) -> Failure:
        """A failure on the small case, with the large case's rows; any other as it is."""
        if failure.case is not self.case.small:
            return failure
        check = failure.check
        if is_matrix_gradient(check.quantity) and check.index:
            row, *rest = check.index
            large = self._strays[check.quantity] if row == self.case.stand_in else int(self.case.rows[row])
            check = replace(check, index=(large, *rest))
        return replace(failure, check=check, case=self.case.large)

    def _outcome(self, call: Call, returned: Returned) -> Outcome:
        outcome = returned.outcome
        if outcome.fault:
            return outcome
        matrices = [q for q in self.case.large.returns if is_matrix_gradient(q)]
        small = {q: result for q, result in outcome.results.items() if q not in matrices}
        if call.variant not in ("base", "repeat"):
            return replace(outcome, results=small)
        for quantity in matrices:
            shape = np.shape(self.case.large.inputs[quantity.removeprefix("grad_")])
            if wrong := returned.misshapen(quantity, shape):
                return replace(outcome, results={}, fault=wrong, fault_kind="malformed")
            if self._first and self._first[0].same_bytes(returned, quantity):
                small[quantity] = self._first[1].results[quantity]
            else:
                small[quantity] = self._gathered(quantity, returned, shape)
        found = replace(outcome, results=small)
        self._first = self._first or (returned, found)
        return found

    def _gathered(self, quantity: str, returned: Returned, shape: tuple[int, int]) -> Result:
        """The gradient of the small case's rows: rows and values as they came, or the rows of a dense one."""
        stray = Stray()
        if quantity in returned.held:
            found = np.zeros((len(self.case.rows), shape[1]), self.case.small.form.carrier)
            for span, values in returned.blocks(quantity, shape):
                inside = slice(*np.searchsorted(self.case.rows, [span.start, span.stop]))
                found[inside] = values[self.case.rows[inside] - span.start]
                if values.any():
                    stray.look(values, span.start + np.arange(len(values)), self.case.named)
            rows = None
        else:
            result = returned.outcome.results[quantity]
            named = np.isin(rows_of(result), self.case.named)
            found, rows = result.values[named], np.searchsorted(self.case.rows, rows_of(result)[named])
            others, places = np.unique(rows_of(result)[~named], return_inverse=True)
            summed = np.zeros((len(others), shape[1]))
            np.add.at(summed, places, np.asarray(result.values[~named], np.float64))
            stray.look(summed, others, self.case.named)
        return self._with(stray, quantity, Result(found, returned.dtype(quantity), rows))

    def _with(self, stray: Stray, quantity: str, result: Result) -> Result:
        """The gradient with what was found in other rows in the place of the one that stands for them."""
        place = self.case.stand_in
        if stray.values is None or place is None:
            return result
        self._strays[quantity] = stray.row
        if result.rows is None:
            result.values[place] = stray.values
            return result
        values = np.concatenate([result.values, stray.values[None].astype(result.values.dtype)])
        return replace(result, values=values, rows=np.append(result.rows, place))


@dataclass
class Stray:
    """Of the rows where zero is due, the one that is furthest from it: one with NaN before all others."""

    row: int = -1
    values: np.ndarray | None = None
    size: float = 0.0

    def look(self, values: np.ndarray, rows: np.ndarray, named: np.ndarray) -> None:
        """Takes in some rows (n,) of a gradient, with their values (n, d); the named ones are passed over."""
        sizes = np.abs(np.asarray(values, np.float64)).max(axis=1, initial=0.0)
        sizes = np.where(np.isnan(sizes), np.inf, sizes)
        sizes[np.isin(rows, named)] = 0.0
        if sizes.max(initial=0.0) > self.size:
            worst = int(sizes.argmax())
            self.row, self.values, self.size = int(rows[worst]), values[worst].copy(), float(sizes[worst])
