"""Hostile submissions against the strongest tier that this machine allows: no point too many, none too few, no hang, no
harm. GRADGATE_ATTACKS=all adds those that take long, and every other tier that can be had here.

A file of attacks/points/ is put behind wrong.py, any other one behind right.py; it finds a few names: FOLDERS with
files of others, PORT, PARENT and USER. The scoring is far simpler than the grader's: what is attacked here is the cell.
On a machine that allows none of the layers nothing is attacked: the files would do what they are written for."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Particulars
from gradgate.draws import generated
from gradgate.errors import Broken, CannotRun
from gradgate.evidence import Evidence
from gradgate.examining.judging import PASSED, judge_one
from gradgate.isolation import Isolation, Limits, Submission
from gradgate.isolation.tiers import TIERS
from gradgate.laws import BY_NAME
from gradgate.witness import Witness

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the layers are Linux's; a plain child confines nothing"
)

ATTACKS = Path(__file__).parent / "attacks"
PARTS = ("sigmoid", "naive_softmax", "negative_sampling", "skipgram")
SPOILT, SPARED = PARTS[:2]  # what a file of harm/ or hangs/ may spoil, and what it must not
# what a file prints that got somewhere
BOASTS = ("FOUND", "OBEYED", "SENT A", "RAISED", "TOOK BACK")
_DUE = re.compile(r"Due: (half|all|nothing)\.")
_EXACT = [BY_NAME[name] for name in ("exact_value", "exact_gradient", "promised_form")]
_LATIN = b"# -*- coding: latin-1 -*-\n"


def names(kind: str) -> list[str]:
    return sorted(path.stem for path in (ATTACKS / kind).glob("*.py"))


def asked(kind: str) -> tuple[str, ...]:
    return PARTS if kind in ("points", "controls") else (SPOILT, SPARED)


def due(kind: str, name: str) -> tuple[str, ...]:
    """The functions that are right, as the file says."""
    if kind in ("points", "controls"):
        return () if kind == "points" else PARTS
    found = _DUE.search((ATTACKS / kind / f"{name}.py").read_text(encoding="utf-8"))
    assert found, f"{kind}/{name}.py does not say what is due"
    return {"half": (SPARED,), "all": (SPOILT, SPARED), "nothing": ()}[found[1]]


@dataclass(frozen=True)
class Score:
    """The functions that were right, the faults of the others by function (or of the load, by ""), and the output."""

    right: tuple[str, ...]
    faults: dict[str, Outcome | Broken]
    output: str


def score(isolation: Isolation, data: bytes, functions: tuple[str, ...], *, withheld: bool = True) -> Score:
    """Each function in a cell of its own. A file that cannot be loaded gets nothing, and is not loaded again."""
    right, faults, output = (), dict[str, Outcome | Broken](), ""
    for function in functions:
        told = (function,) if withheld else None
        try:
            with isolation.cell(Submission("word2vec.py", data), functions=told) as cell:
                outcomes = cell.perform(calls(function))
            output = cell.output
        except Broken as error:
            return Score(right, faults | {"": error}, output)
        wrong = [o for o, witness in zip(outcomes, _witnesses(function), strict=True) if not _is_right(o, witness)]
        right += () if wrong else (function,)
        faults |= {function: wrong[0]} if wrong else {}
    return Score(right, faults, output)


@cache
def calls(function: str) -> list[Call]:
    cases = (generated(function, "float64", 0, index) for index in range(40))
    return [Call("base", case) for case in cases if case.kind in ("digits", "normal")][:5]


@cache
def _witnesses(function: str) -> list[Witness]:
    return [Witness(call.case, Arithmetic(call.case.form)) for call in calls(function)]


def _is_right(outcome: Outcome, witness: Witness) -> bool:
    """Whether every number is the exact one, within its rounding bound, and nothing was written to."""
    if outcome.fault or outcome.changed:
        return False
    evidence = Evidence(witness, {"base": outcome}, Particulars())
    judged = [judge_one(law, evidence) for law in _EXACT if law.applies(witness.case)]
    return bool(judged) and all(judgement.status == PASSED for judgement in judged)


class Surroundings:
    """What a file finds outside, and what it did there: a folder of others' files, a port, and signals to us."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._heard, self._signals = folder, list[bytes](), list[int]()
        folder.chmod(0o777)
        for name, text in (("canary", "alive"), ("other_submission.py", (ATTACKS / "right.py").read_text("utf-8"))):
            (folder / name).write_text(text, encoding="utf-8")
            (folder / name).chmod(0o666)  # any user may spoil them
        self._before = self._contents()

    def source(self, kind: str, name: str) -> bytes:
        base = (ATTACKS / ("wrong.py" if kind == "points" else "right.py")).read_bytes()
        found = {"FOLDERS": [str(self._folder)], "PORT": self._port, "PARENT": os.getpid(), "USER": os.getuid()}
        given = "".join(f"{key} = {value!r}\n" for key, value in found.items()).encode()
        attack = (ATTACKS / kind / f"{name}.py").read_bytes()
        if attack.startswith(_LATIN):  # a coding line counts in the first two lines only
            return _LATIN + base + given + attack.removeprefix(_LATIN).decode().encode("latin-1")
        return base + given + attack

    @contextmanager
    def watched(self) -> Iterator[Surroundings]:
        before = signal.signal(signal.SIGUSR1, lambda number, _: self._signals.append(number))
        try:
            with socket.socket() as listening:
                listening.bind(("127.0.0.1", 0))
                listening.listen()
                listening.settimeout(0.02)
                self._port = listening.getsockname()[1]
                yield self
                try:
                    reached, _ = listening.accept()
                    with reached:
                        self._heard.append(reached.recv(100))
                except TimeoutError:
                    pass
        finally:
            signal.signal(signal.SIGUSR1, before)

    def harm(self, output: str) -> list[str]:
        """What was done to them, in words."""
        done = {
            "files were changed": self._contents() != self._before,
            "the network was reached": self._heard,
            "a signal came": self._signals,
            "it boasts": any(boast in output for boast in BOASTS),
        }
        return [words for words, happened in done.items() if happened]

    def _contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self._folder.iterdir()} if self._folder.is_dir() else {}


# ---- the trials

ALL = os.environ.get("GRADGATE_ATTACKS") == "all"
STRONGEST = "the strongest"
FORKED = [tier.name for tier in TIERS if tier.forked]
ENOUGH = Limits(cpu_seconds=5, wall_seconds=20, memory=1 << 28)
SHORT = Limits(cpu_seconds=1, wall_seconds=1, memory=1 << 28)
_LONG = {
    "memory_bomb", "stack_overflow", "huge_answer", "grader_found_on_the_disk", "many_imports", "many_threads_compute",
    "half_a_frame", "waits_for_itself", "loops_in_c", "swallows_everything", "loops_at_import", "threads_stay",
}  # fmt: skip
# on tiers below the strongest: one file for each layer that another tier does without
_EVERYWHERE = {
    "plain", "threads_used", "heap_searched", "parent_read", "leaves_notes", "files_deleted", "fork_bomb", "many_files",
    "grader_killed", "signals_by_files", "network_used", "programs_started", "system_calls_made", "limits_raised",
    "packages_changed",
}  # fmt: skip
KINDS = ("controls", "points", "harm", "hangs")
_IMPORTING = ("asks_the_machine", "many_imports", "threads_used")  # controls that need more of Python's library


def trials() -> Iterator[tuple[str, str, str]]:
    """tier, kind and name."""
    for kind in KINDS:
        for name in names(kind):
            if ALL or name not in _LONG:
                yield STRONGEST, kind, name
            for tier in FORKED:
                if ALL or (name in _EVERYWHERE and tier == "bare"):
                    yield tier, kind, name


@pytest.fixture(scope="module")
def opened() -> Iterator[Callable[[str, Limits], Isolation]]:
    isolations: dict[tuple[str, Limits], Isolation] = {}

    def isolation(tier: str, limits: Limits) -> Isolation:
        if (tier, limits) not in isolations:
            isolations[tier, limits] = Isolation(limits, None if tier == STRONGEST else tier).__enter__()
        found = isolations[tier, limits]
        try:
            if found.tier not in FORKED:
                pytest.skip(f"this machine confines nothing: {'; '.join(found.missing)}")
        except CannotRun as error:
            pytest.skip(str(error))
        return found

    yield isolation
    for each in isolations.values():
        each.__exit__()


def attacked(isolation: Isolation, surroundings: Surroundings, kind: str, name: str) -> Score:
    with surroundings.watched() as watched:
        return score(isolation, watched.source(kind, name), asked(kind))


@pytest.mark.parametrize(("tier", "kind", "name"), list(trials()))
def test_a_file_gets_what_it_is_due_and_does_no_harm(
    opened: Callable[[str, Limits], Isolation], tmp_path: Path, tier: str, kind: str, name: str
) -> None:
    if "torch" in name:
        pytest.importorskip("torch", reason="torch is not installed")
    surroundings = Surroundings(tmp_path)
    isolation = opened(tier, SHORT if kind == "hangs" else ENOUGH)
    for sentence in isolation.missing if name in _IMPORTING else ():
        if "cannot be imported" in sentence:
            pytest.skip(f"not run: {sentence}")
    found = attacked(isolation, surroundings, kind, name)
    assert found.right == due(kind, name), f"{kind}/{name}: right are {found.right}; {found.faults}"
    assert surroundings.harm(found.output) == [], f"{kind}/{name}: {found.output[:300]}"
    assert len(found.output) < 2 * ENOUGH.printed_bytes


# ---- the twins: what the same files do where nothing holds them


@pytest.fixture(scope="module")
def unconfined() -> Iterator[Isolation]:
    with Isolation(ENOUGH, "plain child") as isolation:
        yield isolation


@pytest.mark.parametrize(
    ("kind", "name", "harm"),
    [
        ("harm", "files_deleted", "files were changed"),
        ("harm", "programs_started", "files were changed"),
        ("harm", "network_used", "the network was reached"),
        ("harm", "grader_killed", "a signal came"),
        ("harm", "signals_by_files", "a signal came"),
        ("points", "leaves_notes", "files were changed"),
    ],
)
def test_the_same_file_does_its_harm_in_a_plain_child(
    unconfined: Isolation, tmp_path: Path, kind: str, name: str, harm: str
) -> None:
    # in a folder of this test alone: the other places that the files know are taken out of them
    surroundings = Surroundings(tmp_path)
    with surroundings.watched() as watched:
        source = watched.source(kind, name)
        for place in (b'"/tmp", ', b'"/var/tmp", ', b'"/dev/shm", ', b'"/run", ', b'".", ', b"os.getcwd(), "):
            source = source.replace(place, b"")
        source = source.replace(b'os.path.expanduser("~"), ', b"").replace(b"1, -1, 0, -PARENT", b"PARENT")
        found = score(unconfined, source, (SPOILT, SPARED))
    assert harm in surroundings.harm(found.output), found


@pytest.mark.parametrize(("name", "stolen"), [("heap_searched", PARTS[:2]), ("stand_in_used", PARTS[:1])])
def test_the_same_file_gets_points_where_nothing_is_withheld(
    unconfined: Isolation, tmp_path: Path, name: str, stolen: object
) -> None:
    with Surroundings(tmp_path).watched() as watched:
        found = score(unconfined, watched.source("points", name), PARTS[:2], withheld=False)
    assert found.right == stolen, found


def test_the_memory_of_this_process_stays_small_whatever_is_graded(
    opened: Callable[[str, Limits], Isolation], tmp_path: Path
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("output_flood", "output_long", "remarks_flooded", "arrays_too_large", "frame_too_long"):
        attacked(opened(STRONGEST, ENOUGH), Surroundings(tmp_path), "harm", name)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10, "in KiB"
