"""Whether a submission can be loaded at all, and the sentence for its author where it cannot."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from gradgate.errors import Blocked, Broken, Late
from gradgate.grading.python2 import renamed
from gradgate.isolation import Isolation, Submission
from gradgate.isolation.cell import Cell
from gradgate.verdicts import BLOCKED, CRASHED, TIMED_OUT

_GUARD = 'put what only runs, tests or plots under `if __name__ == "__main__":`'
_INSTALL = re.compile(r"(which is not installed): .*", re.DOTALL)  # whoever grades will not
_PYTHON_2 = re.compile(
    r"Missing parentheses in call to|multiple exception types must be parenthesized|invalid syntax.*<>|leading zeros"
)
_CURES = (
    (re.compile(r"ends the program when it is imported"), f"take the call of exit() out, or {_GUARD}"),
    (re.compile(r"needs [\w.]+, which is not installed"), f"do without it, or {_GUARD}"),
    (re.compile(r"raises \w+ when it is imported"), f"mend that line, or {_GUARD}"),
    (re.compile(r"within [\d.e+]+ s"), f"importing it takes too long: {_GUARD}"),
)


class Unloadable(Exception):
    """The file could not be loaded: one sentence for its author. verdict is what every part then gets."""

    def __init__(self, verdict: str, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict = verdict


@contextmanager
def opened(
    isolation: Isolation, name: str, data: bytes, functions: Collection[str], replaced: Mapping[str, str]
) -> Iterator[Cell]:
    """A fresh child with the file loaded, for calls of these functions. Raises Unloadable where it cannot be."""
    with ExitStack() as stack:
        try:
            cell = stack.enter_context(isolation.cell(Submission(name, data), replaced, functions))
        except Blocked as error:
            raise Unloadable(BLOCKED, told(str(error))) from error
        except Late as error:
            raise Unloadable(TIMED_OUT, told(str(error))) from error
        except Broken as error:
            raise Unloadable(CRASHED, told(str(error))) from error
        yield cell


def told(found: str) -> str:
    """The sentence, with what to do about it where that is known."""
    if _PYTHON_2.search(found):
        where, _, said = found.partition(": not Python 3: ")
        return f"{where}: this is Python 2 ({said}); Python 3 is due: 2to3 translates it"
    found = _INSTALL.sub(r"\1", found).rstrip(": ")
    if old := renamed(found):
        return f"{found}; {old}"
    return next((f"{found}; {cure}" for sign, cure in _CURES if sign.search(found)), found)
