"""What a run did, counted: draws judged and not judged, and benchmarks, so that nothing is left out in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from gradgate.suite.holding import Tally

_NO_BENCHMARK = (
    "gradgate: --benchmark-only ran no benchmark: name the folder `bench`, and an implementation that can be timed"
)
_SHOWN = 6  # reasons; the others are added up


class Counts:
    """The sums of a run."""

    def __init__(self) -> None:
        self.judged = 0
        self.reasons: Counter[str] = Counter()
        self.benchmarks = 0
        self._missed = ""

    def add(self, tally: Tally) -> None:
        self.judged += tally.judged
        self.reasons.update(tally.reasons)

    def finish(self, session: pytest.Session) -> None:
        """A run that was to time something and timed nothing is no success."""
        config = session.config
        if not config.getoption("benchmark_only") or config.option.collectonly or self.benchmarks:
            return
        self._missed = _NO_BENCHMARK
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    def lines(self) -> Iterator[str]:
        if self._missed:
            yield self._missed
        if not self.judged and not self.reasons:
            return
        yield f"gradgate: {self.judged:,} drawn cases judged, {sum(self.reasons.values()):,} judgements withheld"
        for reason, count in self.reasons.most_common(_SHOWN):
            yield f"  {count:,} × {reason}"
        if rest := sum(count for _, count in self.reasons.most_common()[_SHOWN:]):
            yield f"  {rest:,} × other reasons"
