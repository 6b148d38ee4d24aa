"""One law held to one implementation on a drawn case: the body of every property-based test.

What cannot be judged is no success: such a draw is rejected and counted, and a test of which no draw could be judged
does not pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import event, reject
from hypothesis import strategies as st

from gradgate.calling.inprocess import Performer
from gradgate.examining.judging import PASSED, Judgement
from gradgate.laws import BY_NAME
from gradgate.suite.check import check_case, is_shipped
from gradgate.suite.strategies import draw_case, draw_text_case, questions
from gradgate.text import TEXT_FUNCTIONS


class Tally:
    """What became of the draws: how many were judged, and why the others were not."""

    def __init__(self) -> None:
        self.judged = 0
        self.reasons: Counter[str] = Counter()

    def add(self, judgements: Sequence[Judgement]) -> None:
        self.judged += any(judgement.status == PASSED for judgement in judgements)
        self.reasons.update(f"{j.status}: {j.reason}" for j in judgements if j.status != PASSED)

    @property
    def commonest(self) -> str:
        """The commonest reason why a draw was not judged."""
        return max(self.reasons, key=self.reasons.__getitem__, default="none was drawn")

    def clear(self) -> None:
        self.judged = 0
        self.reasons.clear()


CURRENT = Tally()  # of the test that is running; pytest runs one at a time in a process


def hold(name: str, implementation: Performer, data: st.DataObject) -> None:
    """Draws a case that the law `name` is about and puts the law to it.

    Raises AssertionError where it fails. Skips, with the reason, a law that does not concern the implementation.
    """
    __tracebackhide__ = True
    law = BY_NAME[name]
    about = questions(law)
    asked = {function: indices for function, indices in about.items() if function in implementation.offers}
    if not asked:
        pytest.skip(f"not offered: {implementation.name} defines none of {', '.join(about)} (the law {name})")
    if not law.binds_strangers and not is_shipped(implementation):
        pytest.skip(f"the law {name} binds shipped implementations; `gradgate verify` reports it as a remark")
    case = draw_case(data, asked, implementation.particulars.dtypes)
    _count(check_case(implementation, case, [law]))


def hold_on_text(implementation: Performer, data: st.DataObject) -> None:
    """Draws a context of the default text and puts every law to it that is meant for such a case."""
    __tracebackhide__ = True
    functions = [function for function in TEXT_FUNCTIONS if function in implementation.offers]
    if not functions:
        pytest.skip(f"not offered: {implementation.name} defines no loss")
    _count(check_case(implementation, draw_text_case(data, functions, implementation.particulars.dtypes)))


def _count(judgements: Sequence[Judgement]) -> None:
    CURRENT.add(judgements)
    if any(judgement.status == PASSED for judgement in judgements):
        event("judged")
        return
    for judgement in judgements:
        event(f"{judgement.status}: {judgement.reason}")
    reject()
