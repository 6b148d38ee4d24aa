"""One formula that somebody wrote: what it is taken for, the verdict, and what is wrong with it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from gradgate.equations.errors import FormulaError, ShapeError
from gradgate.equations.judging import CASES, SEED, Tally, draw, judge
from gradgate.equations.ledger import SLIP_CASES
from gradgate.equations.mending import Mend, mend, mend_twice
from gradgate.equations.parsing import parse
from gradgate.equations.setting import D_BY_V, LAYOUTS, V_BY_D, Setting
from gradgate.equations.settings import SETTINGS
from gradgate.equations.statement import Statement
from gradgate.equations.tree import Derivative, Name, walk
from gradgate.equations.wording import counterexample, inputs
from gradgate.errors import CannotRun
from gradgate.verdicts import INCONCLUSIVE, REFUTED, VERIFIED

LOSSES = tuple(name for name in SETTINGS if not name.endswith("_moved") and name != "precept")
"""The settings that a formula can be put to."""
_CHUNK = 100
_GLANCE = 6  # cases that most of what is wrong does not outlive


@dataclass(frozen=True)
class Question:
    """What is asked for: a derivative or a symbol, of a loss, in a layout."""

    of: str
    loss: str
    layout: str = V_BY_D

    @property
    def setting(self) -> Setting:
        return SETTINGS[self.loss]


@dataclass(frozen=True)
class Answer:
    """A formula, judged. misfit refutes it by its sizes; mends are its wrong terms; remarks are true beside that."""

    statement: Statement
    tally: Tally
    misfit: str = ""
    mends: tuple[Mend, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        return REFUTED if self.misfit else self.tally.verdict

    @property
    def cause(self) -> str:
        """What is wrong, in terms of the formula; "" where it is right or nothing can be said."""
        return "; and ".join(mend.sentence for mend in self.mends) or self.misfit

    @property
    def example(self) -> str:
        """The smallest counterexample, or the case that could not be told."""
        if self.tally.smallest:
            return counterexample(self.statement, *self.tally.smallest)
        if self.verdict == INCONCLUSIVE and self.tally.unclear:
            return f"at {inputs(self.statement, self.tally.unclear[0])} the formula has no value that could be told"
        return ""


def question(of: str, loss: str, layout: str) -> Question:
    """The question that the words ask. Raises CannotRun, with the known words, for one that there is not."""
    if loss not in LOSSES:
        near = difflib.get_close_matches(loss, LOSSES, 1, 0.4)
        meant = f"did you mean {near[0]}? there" if near else "there"
        raise CannotRun(f"--loss {loss}: {meant} are {', '.join(LOSSES)}")
    known = layout_of(layout)
    node = parse(of)
    if not isinstance(node, Name | Derivative):
        raise CannotRun(f"--of {of}: name one derivative or symbol, as dJ/dv, dJ/dU, dJ/du_k, J or y_hat")
    asked = Question(of, loss, known)
    _ = Statement(asked.setting, of, "0", known).shape  # an unknown symbol is told before any work
    return asked


def layout_of(text: str) -> str:
    """V×d or d×V, written with a × or an x. Raises CannotRun."""
    found = text.replace(" ", "").replace("x", "×").replace("X", "×")
    if found not in LAYOUTS:
        raise CannotRun(f"--layout {text}: it is V×d (or Vxd), one row a word, or d×V (or dxV), one column a word")
    return found


def answer(asked: Question, formula: str, *, cases: int = CASES, seed: int = SEED, thorough: bool = True) -> Answer:
    """The formula judged; thorough looks for two wrong terms at once where no single one explains it, which takes
    seconds. Raises FormulaError where it does not parse or names what there is not."""
    statement = Statement(asked.setting, asked.of, formula, asked.layout)
    _require_own_words(statement)
    try:
        statement.require_fit()
    except ShapeError as error:
        return Answer(statement, Tally(), str(error), _mends(statement, thorough), _in_the_other_layout(asked, formula))
    tally = _judged(statement, cases, seed)
    if tally.verdict == VERIFIED:
        return Answer(statement, tally, remarks=_where_it_fails(asked, formula))
    mends = _mends(statement, thorough) if tally.verdict == REFUTED else ()
    return Answer(statement, tally, mends=mends, remarks=_other_quantity(statement))


def _require_own_words(statement: Statement) -> None:
    """An answer is no answer where it names what was asked for, or leaves a derivative to somebody else."""
    for part in walk(statement.right):
        if isinstance(part, Derivative):
            raise FormulaError(
                statement.formula, part.place, f"d{part.of}/d{part.by} is not written out; put the formula for it here"
            )
        if part == statement.left:
            raise FormulaError(statement.formula, part.place, f"{statement.due} is what is asked for; write it out")


def _judged(statement: Statement, cases: int, seed: int) -> Tally:
    """The tally; a formula that fails, or cannot be told, among the first cases is not put to the others."""
    total = Tally()
    count = 1 if statement.setting.constant else cases
    for start in range(0, count, _CHUNK):
        [part] = judge([statement], range(start, min(start + _CHUNK, count)), seed)
        total.add(part)
        if total.verdict != VERIFIED:
            break
    return total


def _mends(statement: Statement, thorough: bool) -> tuple[Mend, ...]:
    cases = [draw(statement.setting, index) for index in range(1 if statement.setting.constant else SLIP_CASES)]
    one = mend(statement, cases)
    if one is None and thorough:
        return mend_twice(statement, cases)
    return (one,) if one else ()


def _holds(statement: Statement) -> bool:
    """Whether a statement holds on the readable cases and some others."""
    try:
        statement.require_fit()
    except FormulaError:
        return False
    return all(judge([statement], part)[0].verdict == VERIFIED for part in (range(_GLANCE), range(_GLANCE, SLIP_CASES)))


def _in_the_other_layout(asked: Question, formula: str) -> tuple[str, ...]:
    other = D_BY_V if asked.layout == V_BY_D else V_BY_D
    right = _holds(Statement(asked.setting, asked.of, formula, other))
    return (f"it is right in the layout {other}",) if right else ()


def _other_quantity(statement: Statement) -> tuple[str, ...]:
    """The other derivative that the formula is right for."""
    if not isinstance(statement.left, Derivative):
        return ()
    for name, symbol in statement.setting.symbols.items():
        due = f"d{statement.left.of}/d{name}"
        if (
            symbol.counts
            or name == statement.left.by
            or set(statement.setting.free.get(name, ())) - set(statement.free)
        ):
            continue
        if f"d{statement.left.of}/d{statement.setting.viewed(name)}" not in statement.setting.exact:
            continue
        other = Statement(statement.setting, due, statement.formula, statement.layout)
        if other.shape == statement.shape and _holds(other):
            return (f"it is {due}",)
    return ()


def _where_it_fails(asked: Question, formula: str) -> tuple[str, ...]:
    """What a formula that is right for distinct negatives does where they repeat."""
    if asked.loss != "negative_sampling":
        return ()
    repeated = Statement(SETTINGS["negative_sampling_repeated"], asked.of, formula, asked.layout)
    found = judge([repeated], range(SLIP_CASES))[0]
    if found.verdict != REFUTED:
        return ()
    return ("where a negative is drawn n_k times it no longer holds: --loss negative_sampling_repeated",)
