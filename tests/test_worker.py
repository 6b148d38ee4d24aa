"""The worker process and its wire: frames that are none, deadlines, restarts, seeds, and no process left behind."""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gradgate.calling.calls import Call
from gradgate.calling.host import Worker
from gradgate.calling.loading import Source
from gradgate.calling.messages import decode_calls, decode_outcome, encode_calls, printable
from gradgate.calling.wire import BadFrame, read_frame, write_frame
from gradgate.case import Case
from gradgate.errors import Broken, CannotRun

GENEROUS = 30.0  # seconds; no test waits for it unless something is wrong


def softmax_call(*logits: float) -> Call:
    return Call("base", Case("softmax", "float64", {"logits": np.array(logits)}, "test", 0, 0))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    started: list[Worker] = []

    def worker(source: str, time_limit: float = GENEROUS, seed: int = 0, load_limit: float = GENEROUS) -> Worker:
        path = tmp_path / f"file_{len(started)}.py"
        path.write_text(source, encoding="utf-8")
        started.append(Worker(Source(path.name, "file", str(path)), seed, time_limit, load_limit=load_limit))
        return started[-1]

    yield worker
    for each in started:
        each.close()


# ---- frames


def framed(header: object, payload: bytes = b"", count: int | None = None) -> io.BytesIO:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    arrays = header["arrays"] if isinstance(header, dict) and "arrays" in header else []
    return io.BytesIO(struct.pack("<II", len(text), len(arrays) if count is None else count) + text + payload)


def test_a_frame_comes_back_as_it_was_sent() -> None:
    stream = io.BytesIO()
    arrays = [np.array([[1.0, -0.0], [np.nan, np.inf]]), np.zeros((0, 3), np.float16), np.array(7, np.int64)]
    write_frame(stream, {"seed": 3}, arrays)
    stream.seek(0)
    header, found = read_frame(stream)
    assert header == {"seed": 3}
    assert [(a.dtype, a.shape, a.tobytes()) for a in found] == [(a.dtype, a.shape, a.tobytes()) for a in arrays]
    assert stream.read() == b""


def test_every_truncation_of_a_frame_is_the_end_of_the_stream() -> None:
    stream = io.BytesIO()
    write_frame(stream, {"calls": []}, [np.arange(3.0)])
    whole = stream.getvalue()
    for length in range(len(whole)):
        with pytest.raises(EOFError):
            read_frame(io.BytesIO(whole[:length]))


@pytest.mark.parametrize(
    "stream",
    [
        framed(b"not JSON"),
        framed(b"\xff\xfe"),
        framed([1, 2]),
        framed({"no": "arrays"}, count=0),
        framed({"arrays": 3}, count=0),
        framed({"arrays": [["<f8"]]}),
        framed({"arrays": [["<f8", [2]]]}, b"\0" * 16, count=2),
        framed({"arrays": [["<f8", [-1]]]}),
        framed({"arrays": [["<f8", [-1, -1]]]}, b"\0" * 8),
        framed({"arrays": [["<f8", [1.5]]]}),
        framed(b'{"arrays": [["<f8", [1e999]]]}', count=1),
        framed({"arrays": [["<f8", [0, 2**70]]]}),
        framed({"arrays": [["<f8", [2**40]]]}),
        framed({"arrays": [["O", [1]]]}, b"\0" * 8),
        framed({"arrays": [["<c16", [1]]]}, b"\0" * 16),
        framed({"arrays": [["<U4", [1]]]}, b"\0" * 16),
        framed({"arrays": [["(2,2)f8", [1]]]}, b"\0" * 32),
        framed({"arrays": [["no dtype", [1]]]}),
        framed({"arrays": [[{"names": ["a"]}, [1]]]}),
        framed(b"[" * 100_000, count=0),
        io.BytesIO(struct.pack("<II", 2**32 - 1, 0) + b"{}"),
    ],
    ids=range(21),
)
def test_what_is_no_frame_is_refused(stream: io.BytesIO) -> None:
    with pytest.raises(BadFrame):
        read_frame(stream)


OUTCOME = {"results": {}, "changed": [], "fault": "", "fault_kind": "", "exception": ""}


@pytest.mark.parametrize(
    "header",
    [
        {},
        {**OUTCOME, "results": []},
        {**OUTCOME, "results": {"loss": None}},
        {**OUTCOME, "results": {"loss": {"values": 5, "rows": None, "bits": False, "dtype": "float64"}}},
        {**OUTCOME, "results": {"loss": {"values": 0, "rows": None, "bits": False, "dtype": 64}}},
        {**OUTCOME, "fault": {"a": 1}},
        {**OUTCOME, "fault_kind": 3},
        {**OUTCOME, "changed": 3},
        {**OUTCOME, "changed": [["U"]]},
    ],
)
def test_what_is_no_outcome_is_refused(header: dict[str, object]) -> None:
    with pytest.raises(BadFrame):
        decode_outcome((header, [np.zeros(1)]))


def test_calls_survive_the_wire_with_shared_arrays_and_bfloat16() -> None:
    U = np.array([[1.0, 2.0], [0.5, -3.0]], np.float32)
    inputs = {"center": U[0].copy(), "outside": 1, "U": U}
    case = Case("naive_softmax", "bfloat16", inputs, "test", 0, 0)
    header, arrays = encode_calls([Call("base", case), Call("repeat", case, "strided")], "cpu")
    assert [array.dtype for array in arrays] == [np.uint16, np.uint16]
    calls, device = decode_calls((header, arrays))
    assert device == "cpu"
    assert [call.layout for call in calls] == ["plain", "strided"]
    for call in calls:
        assert call.case.inputs["outside"] == 1
        assert np.array_equal(call.case.inputs["U"], U)
        assert call.case.inputs["U"].dtype == np.float32


def test_printable_leaves_text_and_escapes_what_a_terminal_obeys() -> None:
    assert printable("∂loss/∂U ≤ 1e-3") == "∂loss/∂U ≤ 1e-3"
    assert printable("\x1b[31m\udcff\n\0") == r"\x1b[31m\udcff\n\x00"


# ---- the process

RIGHT = """
import numpy as np

def softmax(logits):
    powers = np.exp(logits - np.max(logits))
    return powers / powers.sum()
"""


def test_an_answer_is_the_function_s_own(start: Callable[..., Worker]) -> None:
    worker = start(RIGHT)
    assert worker.offers == ("softmax",)
    assert worker.devices == ("cpu",)
    [outcome] = worker.perform([softmax_call(0.0, 0.0)])
    assert outcome.results["softmax"].values.tolist() == [0.5, 0.5]
    assert outcome.results["softmax"].dtype == "float64"


def test_the_deadline_is_the_harness_s_and_the_calls_behind_it_fail_too(start: Callable[..., Worker]) -> None:
    worker = start(
        """
def softmax(logits):
    try:
        while logits[0] > 0:
            pass
    except BaseException:
        softmax(logits)
    return logits
""",
        time_limit=0.5,
    )
    outcomes = worker.perform([softmax_call(0.0), softmax_call(1.0), softmax_call(0.0)])
    assert [outcome.fault_kind for outcome in outcomes] == ["", "timed out", "timed out"]
    assert outcomes[1].fault == "no answer within 0.5 s"
    [again] = worker.perform([softmax_call(0.0)])
    assert again.fault_kind == ""


def test_a_dead_process_is_started_again_with_its_seed(start: Callable[..., Worker]) -> None:
    worker = start(
        """
import os
import random
import numpy as np

def softmax(logits):
    if logits[0] < 0:
        os._exit(3)
    return np.array([random.random(), np.random.random()])
"""
    )
    worker.reseed(11)
    [first] = worker.perform([softmax_call(0.0)])
    [second] = worker.perform([softmax_call(0.0)])
    assert not first.results["softmax"].same_bytes(second.results["softmax"])
    [died] = worker.perform([softmax_call(-1.0)])
    assert (died.fault_kind, died.fault) == ("died", "the process left by itself, with exit code 3")
    [restarted] = worker.perform([softmax_call(0.0)])
    assert restarted.results["softmax"].same_bytes(first.results["softmax"])
    worker.reseed(11)
    [reseeded] = worker.perform([softmax_call(0.0)])
    assert reseeded.results["softmax"].same_bytes(first.results["softmax"])
    worker.reseed(12)
    [other] = worker.perform([softmax_call(0.0)])
    assert not other.results["softmax"].same_bytes(first.results["softmax"])


def test_a_process_that_cannot_be_started_again_is_a_fault_and_no_exception(start: Callable[..., Worker]) -> None:
    worker = start(f"import os\nos.unlink(__file__)\n{RIGHT}")
    os.kill(worker._process.pid, signal.SIGKILL)
    [died] = worker.perform([softmax_call(0.0)])
    assert died.fault_kind == "died"
    [again] = worker.perform([softmax_call(0.0)])
    assert again.fault_kind == "died"
    assert "FileNotFoundError" in again.fault


def test_a_slow_import_is_ended_at_its_own_limit(start: Callable[..., Worker]) -> None:
    with pytest.raises(Broken, match=r"while it was imported: no answer within 1 s"):
        start("import time\ntime.sleep(3600)\n", time_limit=0.5, load_limit=0.5)


def test_a_fault_of_the_harness_is_not_the_implementation_s(start: Callable[..., Worker]) -> None:
    worker = start(f"{RIGHT}\nimport gradgate.calling.worker\ngradgate.calling.worker.encode_outcome = None\n")
    main = "import sys\nsys.modules['__main__'].encode_outcome = None\n"
    with pytest.raises(CannotRun, match=r"gradgate itself failed in the process of file_1\.py: .*TypeError"):
        start(main + RIGHT).perform([softmax_call(0.0)])
    assert worker.perform([softmax_call(0.0)])[0].fault == ""


# ---- nothing is left behind


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie, which only waits to be counted, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + GENEROUS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look for processes")

ENDLESS = """
import os
import pathlib
import subprocess
import sys

def naive_softmax(center, outside, U):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    pathlib.Path(__file__).with_suffix(".pids").write_text(f"{os.getpid()} {child.pid}.")
    while True:
        pass
"""


@needs_proc
def test_closing_ends_the_process_and_its_children(start: Callable[..., Worker]) -> None:
    worker = start(ENDLESS.replace("naive_softmax(center, outside, U)", "softmax(logits)"), time_limit=2.0)
    [outcome] = worker.perform([softmax_call(0.0)])
    assert outcome.fault_kind == "timed out"
    pids = Path(worker.source.target).with_suffix(".pids").read_text(encoding="utf-8").rstrip(".").split()
    assert wait_for(lambda: not any(alive(int(pid)) for pid in pids))


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_a_run_that_is_ended(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS, encoding="utf-8")
    arguments = ["verify", "endless.py", "--loss", "naive_softmax", "--time-limit", "3000", "--jobs", "2"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # else deaf, as background jobs are
    run = subprocess.Popen(
        [sys.executable, "-P", "-m", "gradgate", *arguments],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, before)
    pids = tmp_path / "endless.pids"
    try:
        assert wait_for(lambda: pids.exists() and pids.read_text(encoding="utf-8").endswith("."))
        found = [int(pid) for pid in pids.read_text(encoding="utf-8").rstrip(".").split()]
        lanes = children_of(run.pid)
        assert lanes
        run.send_signal(how)
        _, told = run.communicate(timeout=GENEROUS)
    finally:
        if run.poll() is None:
            run.kill()
            run.wait()
    assert run.returncode == {signal.SIGINT: 4, signal.SIGTERM: 143, signal.SIGKILL: -9}[how]
    if how == signal.SIGINT:
        assert told == "gradgate: interrupted\n"
    assert wait_for(lambda: not any(alive(pid) for pid in [found[0], *lanes]))
    assert wait_for(lambda: not alive(found[1])), "what the implementation started is still there"


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
