"""What a run is asked to do, and what it has found of each implementation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gradgate.calling.host import LOAD_LIMIT
from gradgate.calling.implementation import Particulars
from gradgate.calling.loading import Source
from gradgate.errors import CannotRun
from gradgate.examining.findings import Findings
from gradgate.formats import FORMATS
from gradgate.interface import CONTRACT
from gradgate.verdicts import CRASHED, NOT_RUN, TIMED_OUT, gravest


@dataclass(frozen=True)
class Settings:
    """What a run does. cases is the number of generated ones a function and dtype; text_cases come on top of them.

    text is a path (None: the default text); time_limit is in seconds for one call, load_limit for importing a file;
    jobs is the number of lanes. vocabulary and dimension are those of large cases, which take the place of all others,
    one lane, and no text; None for ordinary ones.
    """

    functions: tuple[str, ...] = tuple(CONTRACT)
    dtypes: tuple[str, ...] = tuple(FORMATS)
    cases: int = 200
    text_cases: int = 20
    seed: int = 0
    text: str | None = None
    tier: str = "default"
    time_limit: float = 10.0
    load_limit: float = LOAD_LIMIT
    device: str = "cpu"
    jobs: int = 2
    vocabulary: int | None = None
    dimension: int | None = None


@dataclass
class Subject:
    """One implementation in a run: what it said of itself, what was found, or why it could not be examined."""

    source: Source
    offers: tuple[str, ...] = ()
    particulars: Particulars = field(default_factory=Particulars)
    examinations: list[Findings] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    cannot_run: str = ""
    broken: str = ""
    late: bool = False  # broken, because it was not loaded in time

    @property
    def verdict(self) -> str:
        """The gravest of the verdicts on its functions."""
        if self.broken:
            return TIMED_OUT if self.late else CRASHED
        if self.cannot_run:
            return NOT_RUN
        return gravest(examination.verdict for examination in self.examinations)

    @property
    def spread(self) -> float | None:
        """The largest difference of two runs of a call, over that of two right answers; None if there is to be none."""
        if self.particulars.deterministic:
            return None
        return max((examination.laws["no_state"].worst_ratio for examination in self.examinations), default=0.0)


@contextmanager
def noting_failure(subject: Subject) -> Iterator[None]:
    """A failure of the harness in one implementation's process ends its examination, not the run."""
    try:
        yield
    except CannotRun as error:
        subject.cannot_run = str(error)
