"""What grades in whichever process an executor runs it: one isolation a process, kept for all its submissions."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import util
from pathlib import Path
from typing import Any

import gradgate
from gradgate.grading.grade import grade_submission
from gradgate.grading.graded import UNREADABLE, GradedSubmission
from gradgate.grading.rubric import Rubric
from gradgate.grading.settings import GradingSettings
from gradgate.grading.written.grade import grade_answers
from gradgate.grading.written.questions import WrittenRubric
from gradgate.isolation import Isolation, Limits

_LIBRARIES = ("numpy", "python-flint", "torch")


@dataclass(frozen=True)
class Recipe:
    """All that decides a result beside the file: the rubric (None: the shipped one for a file's form), the seeds and
    the limits."""

    rubric: Rubric | WrittenRubric | None
    settings: GradingSettings
    limits: Limits

    def grade(self, path: str, data: bytes) -> GradedSubmission:
        if isinstance(self.rubric, WrittenRubric):
            return grade_answers(path, data, self.rubric, self.settings)
        return grade_submission(path, data, self.rubric, self.settings, _isolation(self.limits))

    def blank(self, path: str, sentence: str) -> GradedSubmission:
        """The result of what cannot be graded: the parts and their points, none of them earned."""
        nothing = self.grade(path, b"\xff")
        return replace(nothing, status=UNREADABLE, message=sentence, sha256="", seconds=0.0)

    def gate(self) -> dict[str, Any]:
        """Names what judges here. Results of two gates may differ; those of one do not."""
        digest = hashlib.sha256(repr(self.rubric).encode()).hexdigest()[:8]
        return {
            **asdict(self.settings),
            "rubric": f"{self.rubric.title} ({digest})" if self.rubric else "shipped",
            "tier": _isolation(self.limits).tier,
            "missing": list(_isolation(self.limits).missing),
            "limits": asdict(self.limits),
            "versions": {
                "gradgate": f"{_version('gradgate')} ({_sources()})",
                "python": platform.python_version(),
                **{name: _version(name) for name in _LIBRARIES},
            },
        }


@cache
def _isolation(limits: Limits) -> Isolation:
    isolation = Isolation(limits)
    # not atexit, which the processes of an executor leave out
    util.Finalize(isolation, isolation.__exit__, args=(None, None, None), exitpriority=1)
    return isolation


@cache
def _sources() -> str:
    """A digest of gradgate's own files: in a clone the version alone says little."""
    digest = hashlib.sha256()
    for path in sorted(Path(gradgate.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
