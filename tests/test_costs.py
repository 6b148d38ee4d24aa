"""What is counted and timed: bytes, work, alternating calls; and that the gates of cost fail when they should."""

import json
from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest

from gradgate.calling.calls import Call
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.costs import noise
from gradgate.costs.command import GATED
from gradgate.costs.committed import Committed, as_committed, committed_path, read_committed
from gradgate.costs.counters import peak_bytes, work_of
from gradgate.costs.gates import FAILED, INCONCLUSIVE, PASSED, count_gates, measure_alone, order_gates, slower_gate
from gradgate.costs.gating import LIKE, Verdict, gate, gate_mistake, held_to, mistakes
from gradgate.costs.items import Item, case_of, items, paths, windows
from gradgate.costs.noise import WallControl, WallNoise, certify
from gradgate.costs.pairing import lower_bound, ratios
from gradgate.costs.rivals import rival, rivals
from gradgate.errors import CannotRun
from gradgate.suite.timing import checked_call


def test_a_near_relative_is_timed_at_fewer_sizes_but_in_full():
    sizes = items("naive_softmax")
    timed = [item.V for item in sizes if item.B == 1 and not item.left_out_for("torch_ranks", full=False)]
    assert timed == [2**8, 2**12, 2**17]
    assert not any(item.left_out_for("torch_ranks", full=True) for item in sizes)
    assert not any(item.left_out_for("torch_rows", full=False) for item in sizes)


@pytest.mark.parametrize("size", [10**5, 10**6])
def test_the_peak_of_a_call_counts_what_is_held_at_once(size):
    def call():
        first = np.ones(size)
        second = first + 1  # both are held here
        del first
        return second * 2  # and two of them here

    assert peak_bytes(call) == pytest.approx(16 * size, rel=0.01)


def test_the_peak_of_tensors_is_counted_too():
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'gradgate[torch]'")

    def call():
        first = torch.ones(10**5)
        return first + 1

    assert peak_bytes(call) == pytest.approx(8e5, rel=0.02)


@pytest.mark.parametrize(("name", "rows"), [("numpy_rows", 6), ("numpy_dense", 256)])
def test_the_work_of_a_call_is_the_rows_and_bytes_that_it_returns(name, rows):
    performer = InProcess(load(name))
    [outcome] = performer.perform([Call("base", case_of(Item("negative_sampling", 256, K=5)))])
    work = work_of(outcome)
    assert work.rows == rows
    indices = 6 * 8 if name == "numpy_rows" else 0
    assert work.bytes == 4 + 400 + rows * 400 + indices


def test_the_ratio_of_alternating_calls_is_that_of_their_work():
    def spin(rounds):
        for _ in range(rounds):
            pass

    found = ratios(partial(spin, 20_000), partial(spin, 40_000), 15)
    assert 1.7 < np.median(found) < 2.3
    assert 0.85 < np.median(ratios(partial(spin, 20_000), partial(spin, 20_000), 15)) < 1.15


def test_the_lower_bound_of_a_median_is_an_order_statistic():
    values = np.arange(1.0, 41.0)
    assert lower_bound(values) == 13.0  # the binomial's: P(fewer than 13 of 40 below the median) <= 1 %
    assert lower_bound(np.array([1.0, 2.0])) == -np.inf


def test_a_certificate_says_how_far_the_same_call_was_from_itself():
    found = certify(partial(sum, range(2000)), 5)
    assert len(found.medians) == 5
    assert found.smallest_slowdown >= 1
    assert found.spread >= max(found.medians)


def test_wall_time_is_certified_by_the_same_call_at_many_moments(monkeypatch):
    blocks = iter([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1, 2.0])
    monkeypatch.setattr(noise, "time_calls", lambda *_: [next(blocks)])
    control = WallControl(partial(sum, range(2000)))
    for _ in range(6):
        control.take()
    assert control.found() is None, "15 pairs say nothing of 19 in 20"
    control.take()
    assert control.found() == WallNoise(7, 1.1, 1.1, 1.21)
    control.take()
    assert control.found().widest == 2.0
    assert 1.1 < control.found().spread <= 2.0


DUE = {"negative_sampling V=256": {"bytes": 10_000, "rows": 6}}


@pytest.mark.parametrize(
    ("measured", "status"),
    [
        ({"negative_sampling V=256": {"bytes": 10_000, "rows": 6}}, PASSED),
        ({"negative_sampling V=256": {"bytes": 10_090, "rows": 6}}, PASSED),
        ({"negative_sampling V=256": {"bytes": 10_200, "rows": 6}}, FAILED),
        ({"negative_sampling V=256": {"bytes": 10_000, "rows": 7}}, FAILED),
        ({}, FAILED),
        ({**DUE, "naive_softmax V=256": {"bytes": 1}}, FAILED),
    ],
    ids=["same", "within 1 %", "beyond", "more rows", "not counted", "not committed"],
)
def test_counts_are_held_to_the_committed_ones_and_what_is_missing_is_no_pass(measured, status):
    findings = count_gates(measured, DUE)
    assert (FAILED if any(finding.status == FAILED for finding in findings) else PASSED) == status


def drawn(center, spread=0.05, seed=0):
    return center * np.exp(spread * np.random.default_rng(seed).standard_normal(40))


@pytest.mark.parametrize(
    ("first", "again", "control", "status"),
    [
        (1.20, 1.20, 1.00, FAILED),
        (1.00, 1.00, 1.00, PASSED),
        (1.20, 1.00, 1.00, PASSED),
        (0.50, 0.50, 1.00, PASSED),
        (1.20, 1.20, 1.09, INCONCLUSIVE),
        (1.00, 1.00, 0.92, INCONCLUSIVE),
    ],
)
def test_slower_is_what_two_processes_say_on_a_machine_that_knows_itself(first, again, control, status):
    finding = slower_gate("naive_softmax", drawn(first, seed=1), drawn(control, seed=2), drawn(again, seed=3))
    assert finding.status == status


@pytest.mark.parametrize("path", mistakes(), ids=lambda path: path.stem)
def test_a_mistake_turns_the_gate_red(path):
    """Right values at the wrong cost, put in the place of the implementation that they are a spoilt version of."""
    verdict = gate_mistake(path, read_committed(committed_path())[LIKE])
    assert not verdict.cannot_run
    assert not any(finding.gate == "values" for finding in verdict.findings), "a mistake computes the right values"
    if verdict.status == INCONCLUSIVE:
        pytest.skip(f"this machine is too noisy to tell: {verdict.findings[-1].sentence}")
    assert verdict.status == FAILED


def test_the_implementation_that_they_spoil_passes():
    verdict = gate(LIKE, read_committed(committed_path())[LIKE])
    assert [finding for finding in verdict.findings if finding.status != PASSED] == []
    assert len(verdict.findings) > 10


ONCE_EACH = """
import numpy as np

def negative_sampling(center, outside, negatives, U):
    rows = np.append(outside, negatives)
    logits = U[rows] @ center
    logits[0] *= -1
    slopes = 1 / (1 + np.exp(-logits))
    slopes[0] *= -1
    touched, slots = np.unique(rows, return_inverse=True)
    values = np.zeros((len(touched), U.shape[1]), U.dtype)
    np.add.at(values, slots, slopes[:, None] * center)
    return np.logaddexp(0, logits).sum(), slopes @ U[rows], (touched, values)
"""


def test_adding_up_the_terms_of_a_repeated_word_is_no_growth(tmp_path):
    (tmp_path / "once_each.py").write_text(ONCE_EACH)
    found = order_gates(InProcess(load(str(tmp_path / "once_each.py"))))
    assert "O(K) bytes" in {finding.gate for finding in found}
    assert [finding.sentence for finding in found if finding.status != PASSED] == []


def test_a_wrong_implementation_is_not_timed(tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text(
        "import numpy as np\n"
        "def naive_softmax(center, outside, U):\n"
        "    return np.float32(1), np.zeros_like(center), np.zeros_like(U)\n",
        encoding="utf-8",
    )
    verdict = gate(str(path), None)
    assert [finding.gate for finding in verdict.findings] == ["values"]
    assert verdict.status == FAILED


def test_one_that_ends_its_process_could_not_be_measured(tmp_path):
    path = tmp_path / "dies.py"
    path.write_text("import os\ndef naive_softmax(center, outside, U):\n    os._exit(3)\n", encoding="utf-8")
    verdict = gate(str(path), None)
    assert "status 3" in verdict.cannot_run
    assert verdict.exit_code == 4


def test_the_committed_counts_are_those_of_dense_and_of_sparse_gradients():
    committed = read_committed(committed_path())
    assert {name for name, entry in committed.items() if entry.dense} == {"numpy_dense", "torch_autograd"}
    assert {name for name, entry in committed.items() if not entry.dense} == set(GATED) - {
        "numpy_dense",
        "torch_autograd",
    }
    rewritten = as_committed({name: entry.counts for name, entry in committed.items()})
    assert rewritten == json.loads(committed_path().read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"numpy_rows": 3}', '{"numpy_rows": {"dense": true}}'])
def test_a_file_that_holds_no_counts_is_said_to(tmp_path, text):
    path = tmp_path / "counts.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRun, match="holds no counts"):
        read_committed(path)


def test_a_missing_file_of_counts_is_said_to_be_missing(tmp_path):
    with pytest.raises(CannotRun, match="commit-counts"):
        read_committed(tmp_path / "none.json")


def test_what_was_committed_as_dense_may_be_dense_and_nothing_else_may():
    measured = measure_alone("numpy_dense")
    counts = read_committed(committed_path())["numpy_dense"].counts
    declared = Verdict("numpy_dense", tuple(held_to(measured, Committed(True, counts))))
    assert declared.status == PASSED
    assert any("dense, as committed" in finding.sentence for finding in declared.findings)
    assert Verdict("numpy_dense", tuple(held_to(measured, Committed(False, counts)))).status == FAILED
    assert Verdict("numpy_dense", tuple(held_to(measured, None))).status == FAILED


def test_a_path_is_timed_at_each_vocabulary_and_grows_with_its_logarithm():
    lengths = {item.V: len(case_of(item).inputs["path"]) for item in paths()[:3]}
    assert list(lengths) == [2**8, 2**10, 2**12]
    assert all(np.log2(V) / 4 < n < 2 * np.log2(V) for V, n in lengths.items())
    assert lengths[2**8] < lengths[2**10] < lengths[2**12]


def test_the_default_benchmarks_are_about_a_hundred_and_the_full_ones_more():
    sizes = [*items("naive_softmax"), *items("negative_sampling"), *windows()]
    assert len({str(item) + item.loss + item.function for item in sizes}) == len(sizes) <= 30
    full = [*items("naive_softmax", full=True), *items("negative_sampling", full=True)]
    assert {item.K for item in full} == {None, 1, 5, 10, 20, 64}
    assert max(item.V for item in full) == 2**20
    assert {item.B for item in full} == {1, 64, 1024}
    assert {item.d for item in full} == {100, 300}
    assert {item.dtype for item in full} == {"float32", "float64"}


def test_windows_come_from_the_text_with_either_loss():
    for item in windows():
        given = case_of(item).inputs
        assert given["loss"] == item.loss
        assert len(given["offsets"]) - 1 == item.B
        assert given["U"].shape == (item.V, item.d)


@pytest.mark.parametrize("path", rivals(), ids=lambda path: path.stem)
def test_a_peer_is_right_where_it_is_installed_and_absent_in_words_where_not(path):
    if find_spec(path.stem.partition("_")[0]) is None:
        with pytest.raises(CannotRun, match=r"which is not installed: pip install 'gradgate\["):
            rival(path)
        return
    performer = rival(path)
    for loss in (loss for loss in ("naive_softmax", "negative_sampling") if loss in performer.offers):
        for item in (Item(loss, 256, K=None if loss == "naive_softmax" else 5, B=B) for B in (1, 64)):
            checked_call(performer, case_of(item))
