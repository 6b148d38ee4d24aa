"""The isolated implementation: a cell answers as a worker does, in every tier that can be had here, and what comes out
of it is bounded, cut and not believed."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from gradgate.calling.calls import Call, Outcome
from gradgate.calling.host import Worker
from gradgate.calling.loading import resolve
from gradgate.calling.wire import BadFrame, read_frame
from gradgate.case import Case
from gradgate.draws import generated
from gradgate.errors import Blocked, Broken, CannotRun, Late
from gradgate.isolation import Isolation, Limits, Submission, sizes
from gradgate.isolation.cell import _believed
from gradgate.isolation.layers import seccomp
from gradgate.isolation.room import Room
from gradgate.isolation.tiers import TIERS
from gradgate.isolation.users import users
from gradgate.isolation.view import view

SIGMOID = b"import numpy as np\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n"
ENOUGH = Limits(cpu_seconds=5, wall_seconds=20)
linux = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with Isolation(ENOUGH) as opened:
        yield opened


def confined(isolation: Isolation) -> Isolation:
    """Skips where the machine confines nothing."""
    if isolation.tier == TIERS[-1].name:
        pytest.skip("; ".join(isolation.missing))
    return isolation


def calls(count: int = 3) -> list[Call]:
    return [Call(str(i), Case("sigmoid", "float64", {"x": np.arange(3.0) + i}, "test", 0, i)) for i in range(count)]


def performed(isolation: Isolation, source: bytes, **more: object) -> list[Outcome]:
    with isolation.cell(Submission("word2vec.py", source), **more) as cell:  # type: ignore[arg-type]
        return cell.perform(calls())


def printed(isolation: Isolation, source: bytes) -> str:
    with isolation.cell(Submission("word2vec.py", source + SIGMOID)) as cell:
        cell.perform(calls(1))
    return cell.output


# ---- a cell is a worker


@pytest.mark.parametrize("tier", [tier.name for tier in TIERS])
def test_a_cell_gives_what_the_file_returns(tier: str) -> None:
    with Isolation(ENOUGH, tier) as isolation:
        try:
            assert isolation.tier == tier
        except CannotRun as error:
            pytest.skip(str(error))
        assert all("namespaces" in tier or sentence for sentence in isolation.missing)
        for call, outcome in zip(calls(), performed(isolation, SIGMOID), strict=True):
            assert outcome.fault == ""
            np.testing.assert_array_equal(outcome.results["sigmoid"].values, 1 / (1 + np.exp(-call.case.inputs["x"])))


@pytest.mark.parametrize("name", ["cs224n_2019_right", "cs224n_2017_row_right", "target_skipped", "window_divided"])
def test_a_cell_gives_what_a_worker_gives(isolation: Isolation, name: str) -> None:
    path = Path(__file__).parent / "strangers" / f"{name}.py"
    with Worker(resolve(str(path)), 0, 20.0) as worker:
        for function in sorted({"naive_softmax", "negative_sampling", "skipgram"} & set(worker.offers)):
            asked = [Call(str(i), generated(function, "float64", 0, i)) for i in range(4)]
            with isolation.cell(Submission(path.name, path.read_bytes()), functions=(function,)) as cell:
                assert (cell.offers, cell.particulars) == (worker.offers, worker.particulars)
                pairs = list(zip(cell.perform(asked), worker.perform(asked), strict=True))
            for found, due in pairs:
                assert (found.fault_kind, found.fault, found.changed) == (due.fault_kind, due.fault, due.changed)
                assert found.results.keys() == due.results.keys()
                assert all(found.results[q].same_bytes(due.results[q]) for q in due.results)


def test_cells_of_several_threads_do_not_mix(isolation: Isolation) -> None:
    found: dict[int, list[Outcome]] = {}

    def one(number: int) -> None:
        found[number] = performed(isolation, f"def sigmoid(x):\n    return x * 0.0 + {number}\n".encode())

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [set(found[number][0].results["sigmoid"].values) for number in range(6)] == [{n} for n in range(6)]


def test_a_right_function_takes_the_place_of_a_wrong_one_under_all_its_names(isolation: Isolation) -> None:
    source = (
        b"def sigmoid(x):\n    return x\ns = sigmoid\ndef softmax(logits):\n    return s(logits) + sigmoid(logits)\n"
    )
    asked = [Call("base", Case("softmax", "float64", {"logits": np.ones(2)}, "test", 0, 0))]
    with isolation.cell(Submission("a.py", source), {"sigmoid": "def sigmoid(x):\n    return 10 * x\n"}) as cell:
        [outcome] = cell.perform(asked)
    np.testing.assert_array_equal(outcome.results["softmax"].values, [20.0, 20.0])


# ---- how a file fails


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        (b"1 / 0\n", Broken, "raises ZeroDivisionError when it is imported"),
        (b"print 'x'\n", Broken, "not Python 3"),
        (b"import no_such_package\n", Broken, "needs no_such_package, which is not installed"),
        (b"x = 1\n", Broken, "defines none of the contract's functions"),
        (b"import sys; sys.exit(0)\n", Broken, r"exit\(0\)"),
        (b"import os; os._exit(0)\n", Broken, "left by itself, with exit code 0"),
        (b"x = bytearray(1 << 45)\n", Blocked, "MemoryError"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_no_fault_of_the_harness(
    isolation: Isolation, source: bytes, kind: type, words: str
) -> None:
    with pytest.raises(kind, match=words):
        performed(isolation, source)


@linux
def test_a_refused_system_call_is_called_blocked(isolation: Isolation) -> None:
    found = performed(confined(isolation), b"import os\ndef sigmoid(x):\n    os.fork()\n")
    assert [(outcome.fault_kind, outcome.exception) for outcome in found] == [("blocked", "PermissionError")] * 3


@linux
def test_processor_time_and_time_on_the_clock_are_limited() -> None:
    with Isolation(Limits(cpu_seconds=1, wall_seconds=30)) as isolation:
        [first, *_] = performed(confined(isolation), b"def sigmoid(x):\n    while True: pass\n")
        assert (first.fault_kind, first.fault) == ("timed out", "it used up its 1 s of processor time")
    with Isolation(Limits(cpu_seconds=1, wall_seconds=0.2)) as isolation, pytest.raises(Late, match=r"within 0\.2 s"):
        performed(isolation, b"import time; time.sleep(100)\n")


def test_who_was_late_is_tried_once_more(isolation: Isolation) -> None:
    slow = f"import time\ndef sigmoid(x):\n    time.sleep(100 * (time.time() < {time.time() + 1.2}))\n    return x\n"
    with Isolation(Limits(cpu_seconds=5, wall_seconds=1.5)) as hasty:
        assert [outcome.fault for outcome in performed(hasty, slow.encode())] == ["", "", ""]


def test_who_is_tried_once_more_is_alone() -> None:
    inside, room = [], Room()
    most: list[int] = []

    def one(number: int) -> None:
        with room.alone() if number == 2 else room.shared():
            inside.append(number)
            time.sleep(0.05)
            most.extend([len(inside)] if 2 in inside else [])
            inside.remove(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(most) == {1}


def test_the_first_input_must_give_the_same_bytes_at_the_end(isolation: Isolation) -> None:
    [first, second, _] = performed(isolation, b"n = []\ndef sigmoid(x):\n    n.append(1)\n    return x * 0 + len(n)\n")
    assert (first.fault_kind, second.fault) == ("refuted", "")
    assert "given the first input once more" in first.fault


@linux
def test_a_zygote_that_somebody_ended_is_replaced() -> None:
    with Isolation(ENOUGH) as isolation:
        assert performed(confined(isolation), SIGMOID)[0].fault == ""
        isolation._zygotes["numpy"]._process.kill()
        isolation._zygotes["numpy"]._process.wait()
        assert performed(isolation, SIGMOID)[0].fault == ""


def test_an_unknown_tier_is_refused_in_words() -> None:
    with pytest.raises(CannotRun, match="there is no tier 'castle' of isolation; known are root, unprivileged"):
        Isolation(tier="castle")


@linux
@pytest.mark.parametrize("tier", [tier.name for tier in TIERS])
def test_nothing_is_left_when_the_grading_process_is_killed(tier: str) -> None:
    code = f"""
from gradgate.isolation import Isolation, Limits, Submission
with Isolation(Limits(wall_seconds=100), {tier!r}) as isolation:
    if isolation.tier:
        print("started", isolation._child("numpy", 1 << 29) and "a child", flush=True)
        import time; time.sleep(100)
"""
    started = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with started:
        assert started.stdout
        assert started.stderr
        if not started.stdout.readline():
            pytest.skip(started.stderr.read().splitlines()[-1])
        family = descendants(started.pid)
        assert len(family) >= 1
        started.kill()
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{number}").exists() for number in family):
        assert time.monotonic() < deadline, f"{family} are still there"
        time.sleep(0.1)


def descendants(number: int) -> list[int]:
    """The processes that a process has started, and what those have started."""
    found = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
    return [each for child in map(int, found) for each in (child, *descendants(child))]


# ---- what a file finds


def test_nothing_of_gradgate_and_nothing_of_the_grader_is_found(isolation: Isolation) -> None:
    os.environ["GRADGATE_TEST_SECRET"] = "1"
    found = printed(
        isolation,
        b"""
import json, os, sys
def tried(name):
    try:
        __import__(name)
    except ImportError:
        return ""
    return name
ours = [name for name in sys.modules if "gradgate" in name]
names = [tried(name) for name in ("gradgate", "gradgate.reference", "gradgate.laws", "impls", "tests")]
main = "told" in vars(sys.modules["__main__"])
print(json.dumps([ours, [name for name in names if name], sorted(os.environ), sys.argv, main]))
""",
    )
    ours, imported, environment, arguments, told = json.loads(found)
    assert (ours, imported, told) == ([], [], False)
    assert set(environment) <= {"PATH", "LANG", "HOME", "OMP_NUM_THREADS", "LC_CTYPE"}
    assert arguments == ["submission"]


@linux
def test_the_modules_of_the_zygote_hold_no_reference_law_bound_or_grading() -> None:
    code = "import sys; import gradgate.isolation.zygote; print(*[m for m in sys.modules if m.startswith('gradgate.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    parts = {name.split(".")[1] for name in loaded}
    # cells is the form in which counts travel
    assert parts == {"adapters", "calling", "case", "cells", "errors", "formats", "interface", "isolation", "places"}


@linux
def test_the_files_and_the_process_are_its_own(isolation: Isolation) -> None:
    if confined(isolation).tier not in ("root", "unprivileged"):
        pytest.skip(f"the tier {isolation.tier!r} has no file system of its own: {'; '.join(isolation.missing)}")
    found = printed(isolation, b"import os\nprint(os.getpid(), os.listdir('.'), *sorted(os.listdir('/')))\n")
    number, box, *top = found.split()
    assert (number, box) == ("1", "[]")
    assert not {"proc", "sys", "etc", "run", "var"} & set(top)


def test_what_is_hidden_is_every_trace_of_gradgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tmp_path / "site-packages"
    for name in ("gradgate", "gradgate-0.1.0.dist-info", "numpy_like"):
        (packages / name).mkdir(parents=True)
    (packages / "_gradgate.pth").touch()
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
    hidden = {Path(path).name for path in view().hidden if Path(path).parent == packages}
    assert hidden == {"gradgate", "gradgate-0.1.0.dist-info", "_gradgate.pth"}
    folders = [Path(folder) for folder in view().folders]
    assert not any(one != other and one.is_relative_to(other) for one in folders for other in folders)


# ---- what comes out


def test_output_is_kept_up_to_a_limit_and_escaped(isolation: Isolation) -> None:
    found = printed(isolation, b"print('\\x1b[2J\\u202e' + 'y' * 300000)\nprint('z')\n")
    assert found.startswith("\\x1b[2J\\u202eyyy")
    assert found.endswith("more bytes]")
    assert len(found) < ENOUGH.printed_bytes + 100


def test_an_answer_that_is_larger_than_due_is_not_read() -> None:
    case = calls()[0].case
    text = json.dumps({"arrays": [["<f8", [1 << 20]]]}).encode()
    stream = io.BytesIO(struct.pack("<II", len(text), 1) + text)
    with pytest.raises(BadFrame, match="larger than anything that is due"):
        read_frame(stream, sizes.HEADER, sizes.due(case))
    with pytest.raises(BadFrame, match="beyond the limit"):
        read_frame(io.BytesIO(struct.pack("<II", sizes.HEADER + 1, 0)), sizes.HEADER, 0)


@pytest.mark.parametrize(
    ("function", "inputs", "kind"),
    [
        ("sigmoid", {"x": np.ones(1)}, "malformed"),
        ("negative_sampling", {"outside": 1, "negatives": np.array([2, 3])}, "malformed"),
        ("negative_sampling", {"outside": 1, "negatives": np.array([2, 1])}, "not posed"),
        ("cbow", {"reduce": "mean", "context": np.array([1])}, "not posed"),
        ("cbow", {"reduce": "sum", "context": np.array([1])}, "malformed"),
    ],
)
def test_that_a_case_cannot_be_posed_counts_only_where_it_is_seen_why(
    function: str, inputs: dict[str, object], kind: str
) -> None:
    told = Outcome(fault="it cannot be posed", fault_kind="not posed")
    assert _believed(told, Case(function, "float64", inputs, "test", 0, 0)).fault_kind == kind


def test_faults_that_only_the_harness_may_find_are_not_believed() -> None:
    for kind in ("died", "timed out", "blocked", "verified", "x" * 9000):
        found = _believed(Outcome(fault="f" * 9000, fault_kind=kind), calls()[0].case)
        assert (found.fault_kind, len(found.fault)) == ("malformed", 4000)


# ---- the layers


def run_filter(program: list[bytes], architecture: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel would make of a system call: the few instructions of BPF that a filter is made of."""
    seen = struct.pack("<IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    at = value = 0
    while True:
        code, if_true, if_false, operand = struct.unpack("@HBBI", program[at])
        if code == 0x06:
            return operand
        if code == 0x20:
            value = struct.unpack_from("<I", seen, operand)[0]
        else:
            held = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
            at += if_true if held else if_false
        at += 1


ALLOWED, REFUSED, ABSENT, KILLED = 0x7FFF0000, 0x50001, 0x50026, 0x80000000


@pytest.mark.parametrize(
    ("machine", "numbers"),
    [
        (0, {"read": 0, "openat": 257, "clone": 56, "execve": 59, "kill": 62, "socket": 41, "prctl": 157}),
        (1, {"read": 63, "openat": 56, "clone": 220, "execve": 221, "kill": 129, "socket": 198, "prctl": 167}),
    ],
)
def test_the_filter_of_each_machine_lets_threads_through_and_nothing_that_reaches_out(
    machine: int, numbers: dict[str, int]
) -> None:
    architecture = (0xC000003E, 0xC00000B7)[machine]
    for may_write in (True, False):
        program = seccomp.program(7, machine, may_write=may_write)
        due = {
            ("read", ()): ALLOWED,
            ("clone", (0x3D0F00,)): ALLOWED,  # what starts a thread
            ("clone", (17,)): REFUSED,  # what forks
            ("clone3", ()): ABSENT,
            ("execve", ()): REFUSED,
            ("socket", ()): REFUSED,
            ("kill", (7, 9)): ALLOWED,
            ("kill", (8, 9)): REFUSED,
            ("prctl", (15,)): ALLOWED,
            ("prctl", (22,)): REFUSED,
            ("openat", (0, 0, os.O_RDONLY)): ALLOWED,
            ("openat", (0, 0, os.O_WRONLY | os.O_CREAT)): ALLOWED if may_write else REFUSED,
        }
        for (name, arguments), verdict in due.items():
            number = numbers.get(name, 435)  # clone3 is the same everywhere
            assert run_filter(program, architecture, number, arguments) == verdict, (name, arguments)
        assert run_filter(program, architecture ^ 1, numbers["read"]) == KILLED
        assert run_filter(program, architecture, 0x40000000) == ABSENT
        assert run_filter(program, architecture, 9999) == ABSENT


def test_no_user_of_this_machine_has_an_id_of_a_cell() -> None:
    ids = users()
    assert len(ids) > 1000
    assert os.getuid() not in ids if hasattr(os, "getuid") else nullcontext()
