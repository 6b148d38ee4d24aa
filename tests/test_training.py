"""Training: the assignment's draws and steps against their plain form, checkpoints, a witness, and what goes wrong."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.calling.calls import Malformed
from gradgate.calling.loading import load
from gradgate.cli import _parser, main
from gradgate.training.batch import Batch
from gradgate.training.chains import Chains
from gradgate.training.compiling import library
from gradgate.training.course import course_corpus, thin
from gradgate.training.course_draws import CourseDraws
from gradgate.training.descent import _column_by_column, _row_by_row
from gradgate.training.gradients import Gradient, Gradients
from gradgate.training.mersenne import Mersenne
from gradgate.training.plain import PlainDraws
from gradgate.training.recipe import Recipe, cs224n, word2vec
from gradgate.training.scanning import scanner
from gradgate.training.setting import setting
from gradgate.training.sgd import Learner, Training, running_costs
from gradgate.training.witness import APART, Lockstep, Parted
from gradgate.training.yardstick import loss_bound, measure

SENTENCES = (
    """the queen and the king walk in the rain
the man and the woman drink tea and coffee
snow and hail fall on the king and the queen
a great and brilliant day for the man
bad tea annoying rain dumb hail""".splitlines()
    * 8
)

PAIR = """
import numpy as np

def negative_sampling(center, outside, negatives, U):
    rows = np.append(outside, negatives)
    signs = np.append(1.0, -np.ones(len(negatives)))
    logits = signs * (U[rows] @ center)
    slopes = -signs / (1 + np.exp(logits))
    grad_U = np.zeros_like(U)
    {add}
    return np.logaddexp(0, -logits).sum(), slopes @ U[rows], grad_U
"""
ONCE, EACH = "grad_U[rows] += slopes[:, None] * center", "np.add.at(grad_U, rows, slopes[:, None] * center)"


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(SENTENCES), encoding="utf-8")
    return path


def arguments(text: Path, out: Path, *more: str, spec: str = "numpy_rows") -> list[str]:
    small = ["--steps", "60", "--threshold", "0.01", "--batch", "7", "--negatives", "4"]
    return ["train", spec, "--text", str(text), "--out", str(out), *small, *more]


def ready(text: Path, out: Path, *more: str, spec: str = "numpy_rows"):
    return setting(_parser().parse_args(arguments(text, out, *more, spec=spec)))


def test_words_of_the_generator_give_what_python_draws_from_them():
    plain, words = random.Random(3), Mersenne(random.Random(3))
    assert words.uniforms(700).tolist() == [plain.random() for _ in range(700)]
    assert (words.words(5) >> 29).tolist() == [plain.getrandbits(3) for _ in range(5)]
    assert plain.getstate()[1] == tuple(words.state().tolist())


def test_the_text_is_thinned_and_the_noise_tabled_word_by_word():
    """`rejectProb`, `allSentences` and `sampleTable` of the assignment's utils/treebank.py."""
    sentences, plain, generator = [sentence.split() for sentence in SENTENCES], random.Random(4), random.Random(4)
    corpus = course_corpus(sentences)
    words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
    reject = dict(zip(words, np.maximum(0, 1 - np.sqrt(0.01 * counts.sum() / counts)), strict=True))
    copies = [[w for w in own if reject[w] <= 0 or plain.random() >= reject[w]] for own in sentences * 30]
    thinned = thin(corpus, Mersenne(generator), 0.01)
    kept = np.split(thinned.tokens, thinned.starts[1:-1])
    assert [[words[row] for row in own] for own in kept] == [own for own in copies if len(own) > 1]
    cumulative, row, table = np.cumsum(counts**0.75 / (counts**0.75).sum()) * 1_000_000, 0, []
    for place in range(1_000_000):
        while place > cumulative[row]:
            row += 1
        table.append(row)
    assert thinned.table.tolist() == table


@pytest.mark.parametrize("V", [300, (1 << 16) + 2])
def test_no_vocabulary_is_cut_off(V):
    corpus = course_corpus([[str(n), str(n + 1)] for n in range(V - 2)])
    thinned = thin(corpus, Mersenne(random.Random(0)), 1.0)
    assert thinned.tokens.max() == V - 2  # the last is UNK
    assert thinned.table.max() == V - 1


@pytest.fixture(params=["NumPy", "Numba"])
def harness(request, monkeypatch):
    """The harness's own work by either library."""
    if request.param == "Numba":
        pytest.importorskip("numba", reason="not run: numba is not installed")
    for module in ("compiling", "descent", "scanning") if request.param == "NumPy" else ():
        monkeypatch.setattr(f"gradgate.training.{module}.compiled", lambda _: None)
    assert library() == request.param


@pytest.fixture
def short_blocks(monkeypatch):
    """Blocks so short that a run takes several, and several chains in a block."""
    monkeypatch.setattr("gradgate.training.course_draws.BLOCK", 1500)
    monkeypatch.setattr("gradgate.training.course_draws.LARGEST", 3000)
    monkeypatch.setattr("gradgate.training.chains.SPACING", 200)


@pytest.mark.usefixtures("harness", "short_blocks")
@pytest.mark.parametrize(("seed", "window", "K"), [(31415, 5, 10), (1, 1, 1), (2, 3, 6), (3, 100, 70)])
def test_draws_from_blocks_are_the_plain_draws(seed, window, K):
    corpus = course_corpus([sentence.split() for sentence in SENTENCES])
    plain, blocks = PlainDraws(corpus, seed, window, K, 0.01), CourseDraws(corpus, 9, seed, window, K, 0.01)
    for _ in range(60):
        batch = blocks.batch()
        drawn = [plain.draw() for _ in range(9)]
        assert batch.centers.tolist() == [center for center, _, _ in drawn]
        assert np.diff(batch.offsets).tolist() == [len(outsides) for _, outsides, _ in drawn]
        assert batch.outsides.tolist() == [word for _, outsides, _ in drawn for word in outsides]
        assert batch.negatives.tolist() == [row for _, _, rows in drawn for row in rows]
        assert {part.dtype for part in vars(batch).values()} == {np.dtype(np.int64)}


def test_both_libraries_find_the_same_windows_in_a_block_of_any_length(monkeypatch):
    pytest.importorskip("numba", reason="not run: numba is not installed")
    monkeypatch.setattr("gradgate.training.chains.SPACING", 7)
    sentences = [["tea", "tea", "cup"], ["tea", "tea"], ["cup", "tea"]]  # with windows that are empty, and drawn again
    words = Mersenne(random.Random(2)).words(200)
    thinned = thin(course_corpus(sentences), Mersenne(random.Random(1)), 1.0)
    by_numpy, by_numba = Chains(thinned, 2, 3), scanner(thinned, 2, 3)
    for length in range(1, 200):
        found, due = by_numpy(words[:length]), by_numba(words[:length])
        for part, values in vars(due).items():
            assert vars(found)[part].tolist() == values.tolist(), (part, length)


@pytest.mark.usefixtures("harness", "short_blocks")
@pytest.mark.parametrize("batches", [0, 1, 30])
def test_draws_go_on_where_they_were(batches):
    corpus = course_corpus([sentence.split() for sentence in SENTENCES])
    first, second = (CourseDraws(corpus, 9, 5, 5, 10, 0.01) for _ in range(2))
    for _ in range(batches):
        first.batch()
    second.restore(first.state())
    for _ in range(30):
        expected, found = first.batch(), second.batch()
        assert np.array_equal(expected.negatives, found.negatives)
        assert np.array_equal(expected.centers, found.centers)
        assert first.state() == second.state()


@pytest.mark.usefixtures("harness")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_a_row_that_repeats_gets_all_its_terms(d, dtype):
    matrix = np.zeros((4, d), dtype)
    gradient = Gradient("U", matrix)
    gradient.add(np.array([[1.0, 2.0, 3.0, 4.0], [10, 20, 30, 40], [5, 5, 5, 5]])[:, :d], np.array([3, 3, 0]))
    gradient.add(np.ones((4, d)), None)
    gradient.descend(matrix, 0.5)
    due = [[-3, -3, -3, -3], [-0.5] * 4, [-0.5] * 4, [-6, -11.5, -17, -22.5]]
    assert matrix.tolist() == [row[:d] for row in due]


def test_either_library_descends_to_the_same_bits():
    numba = pytest.importorskip("numba", reason="not run: numba is not installed")
    rng = np.random.default_rng(5)
    for dtype in (np.float64, np.float32):
        matrix, rows, values = rng.standard_normal((9, 6)), rng.integers(0, 9, 40), rng.standard_normal((40, 6))
        found = [matrix.astype(dtype) for _ in range(2)]
        for own, descend in zip(found, (numba.njit(_row_by_row), _column_by_column), strict=True):
            descend(own, rows, values.astype(dtype), dtype(0.3))
        assert found[0].tobytes() == found[1].tobytes()


@pytest.mark.parametrize("rows", [[0, 4], [-1, 0]])
def test_rows_outside_of_the_matrix_are_no_gradient(rows):
    with pytest.raises(Malformed, match=r"rows outside \[0, 4\)"):
        Gradient("U", np.zeros((4, 2))).add(np.ones((2, 2)), np.array(rows))


def test_the_recipes_are_the_published_ones():
    """CS224n's assignment 2, run.py and sgd.py; and the defaults of word2vec.c, where a step is a batch of windows."""
    shared = {"window": 5, "convention": "reject", "batch": 50, "dtype": "float64"}
    assert cs224n(None) == shared | {
        "dimension": 10,
        "negatives": 10,
        "steps": 40_000,
        "rate": 0.3,
        "halve_every": 20_000,
        "threshold": 1e-5,
        "min_count": 1,
        "seed": 31415,
        "vector_seed": 9265,
    }
    for tokens, steps in ((1000, 20_000), (1_000_001, 100_001)):
        assert word2vec(SimpleNamespace(tokens=np.zeros(tokens))) == shared | {
            "dimension": 100,
            "negatives": 5,
            "steps": steps,
            "rate": 1.25,
            "halve_every": None,
            "threshold": 1e-3,
            "min_count": 5,
            "seed": 0,
            "vector_seed": 0,
        }


def test_vectors_begin_as_the_assignments_do():
    V_c, U = Recipe(**cs224n(None), name="cs224n").first_vectors(3)
    np.random.seed(9265)  # noqa: NPY002  # what run.py does
    start = np.concatenate([(np.random.rand(3, 10) - 0.5) / 10, np.zeros((3, 10))])  # noqa: NPY002
    assert np.concatenate([V_c, U]).tolist() == start.tolist()


def test_a_step_goes_down_the_mean_gradient_of_the_windows():
    """Two windows of a pair each, all logits 0: every slope is -1/2 for the outside word and 1/2 for the negative."""
    batch = Batch(np.array([0, 1]), np.array([1, 2]), np.array([0, 1, 2]), np.array([[2], [0]]))
    V_c, U = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 0.0]]), np.array([[0.0, 2.0], [0.0, 4.0], [0.0, 8.0]])
    loss = Learner(Gradients(load("numpy_rows"), "float64", "cpu"), V_c, U).learn(batch, 0.5)
    assert loss == pytest.approx(2 * np.log(2), rel=2**-50)
    assert V_c.tolist() == [[1, -0.5], [3, 0.75], [5, 0]]
    assert U.tolist() == [[-0.375, 2], [0.125, 4], [0.25, 8]]


def test_the_running_cost_is_the_assignments():
    losses = np.arange(1.0, 41.0)
    assert running_costs(losses).tolist() == [10, 0.95 * 10 + 0.05 * 20, *running_costs(losses)[2:]]
    assert len(running_costs(losses[:9])) == 0


class Recording:
    """A learner that notes the rates that it is given."""

    name = "recording"

    def __init__(self) -> None:
        self.rates: list[float] = []

    def learn(self, batch, rate: float) -> float:
        self.rates.append(rate)
        return 1.0

    def is_finite(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("halve_every", "rates"),
    [(2, [8.0, 8.0, 4.0, 4.0, 2.0]), (None, [8.0, 6.4, 4.8, 3.2, 1.6])],
    ids=["halved after every second step", "evenly to zero"],
)
def test_every_step_is_taken_at_its_own_rate(halve_every, rates):
    recipe = Recipe(**{**cs224n(None), "steps": 5, "rate": 8.0, "halve_every": halve_every}, name="cs224n")
    learner = Recording()
    Training(recipe, SimpleNamespace(batch=list), [learner]).run(5, lambda *_: None, lambda: None)
    assert learner.rates == pytest.approx(rates, rel=2**-50)


def test_every_way_to_call_an_implementation_gives_one_gradient(text, tmp_path):
    run = ready(text, tmp_path)
    batch = run.training.draws.batch()
    rng = np.random.default_rng(0)
    V_c, U = (rng.standard_normal(run.training.learners[0].U.shape) for _ in range(2))
    found = []
    for spec in ("numpy_rows", "numpy_dense", "pure_python"):
        implementation = load(spec)
        for offered in ("skipgram_batch", "negative_sampling_batch", "skipgram", "negative_sampling"):
            if offered in implementation.offers:
                implementation.offers = (offered,)
                learner = Learner(Gradients(implementation, "float64", "cpu"), V_c.copy(), U.copy())
                found.append((learner.learn(batch, 0.3), learner.V_c, learner.U))
                implementation = load(spec)
    assert len(found) >= 8
    bound = loss_bound(Gradients(load("numpy_rows"), "float64", "cpu"), batch, V_c, U)
    for loss, *matrices in found[1:]:
        assert abs(loss - found[0][0]) <= bound
        assert all(np.abs(own - other).max() <= 1e-12 for own, other in zip(matrices, found[0][1:], strict=True))


@pytest.mark.parametrize("recipe", ["cs224n", "word2vec"])
def test_a_resumed_run_is_the_uninterrupted_one_byte_for_byte(recipe, text, tmp_path, capsys):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    more = ("--checkpoint-every", "25", "--recipe", recipe, "--dimension", "10")
    assert main(arguments(text, whole, *more)) == 0
    broken = ready(text, parts, *more)
    parts.mkdir()
    with pytest.raises(KeyboardInterrupt):
        broken.training.run(25, lambda *_: interrupt(broken.training.done == 38), broken.keep)
    assert main(arguments(text, parts, *more, "--resume")) == 0
    assert "resumed at step 25" in capsys.readouterr().out
    for name in ("vectors.txt", "checkpoint.npz", "loss.svg", "words.svg"):
        assert (whole / name).read_bytes() == (parts / name).read_bytes(), name


def interrupt(now: bool) -> None:
    if now:
        raise KeyboardInterrupt


@pytest.mark.parametrize("recipe", ["cs224n", "word2vec"])
def test_two_right_implementations_stay_together(recipe, text, tmp_path):
    run = ready(text, tmp_path, "--recipe", recipe, "--against", "numpy_dense", "--threshold", "1")
    lockstep = Lockstep(run.training)
    run.training.run(1000, lockstep.compare, lambda: None)
    assert run.training.done == 60
    assert 0 < lockstep.worst <= 1e-10


def against(pair: str, text: Path, tmp_path: Path) -> Lockstep:
    path = tmp_path / "pair.py"
    path.write_text(PAIR.format(add=pair), encoding="utf-8")
    return Lockstep(ready(text, tmp_path, "--against", str(path), "--steps", "12").training)


def test_repeated_negatives_counted_once_part_the_two_and_are_named(text, tmp_path):
    lockstep = against(ONCE, text, tmp_path)
    with pytest.raises(Parted, match="part at step") as caught:
        lockstep.training.run(1000, lockstep.compare, lambda: None)
    right, wrong = caught.value.opinions
    assert (right.verdict, wrong.verdict, wrong.function) == ("verified", "refuted", "negative_sampling")
    assert "repeats counted once" in wrong.cause


def test_a_gradient_that_is_no_number_parts_the_two(text, tmp_path):
    lockstep = against(EACH + "; grad_U[outside] = np.nan", text, tmp_path)
    with pytest.raises(Parted, match="U differs by nan"):
        lockstep.training.run(1000, lockstep.compare, lambda: None)


def test_the_same_pair_without_the_fault_stays_together(text, tmp_path):
    lockstep = against(EACH, text, tmp_path)
    lockstep.training.run(1000, lockstep.compare, lambda: None)
    assert lockstep.worst <= 1e-10


@pytest.mark.parametrize(("factor", "code"), [(1, 0), (1 + 1e-12, 1)])
def test_the_textbook_finds_a_loss_that_is_not_its_own(factor, code, text, tmp_path, capsys):
    path = tmp_path / "pair.py"
    loss = "np.logaddexp(0, -logits).sum()"
    path.write_text(PAIR.format(add=EACH).replace(loss, f"{loss} * {factor!r}"), encoding="utf-8")
    assert main(arguments(text, tmp_path / "out", "--steps", "2", "--textbook", "2", spec=str(path))) == code
    assert ("the textbook's" in capsys.readouterr().err) == (code == 1)


@pytest.mark.parametrize("spec", ["numpy_rows", "numba_windows"])
def test_the_assignments_settings_give_the_textbooks_losses(spec):
    if spec == "numba_windows":
        pytest.importorskip("numba", reason="not run: numba is not installed")
    corpus = course_corpus([sentence.split() for sentence in SENTENCES])
    recipe = Recipe(**{**cs224n(None), "threshold": 0.01}, name="cs224n")  # too little would be left of so short a text
    found = measure(recipe, corpus, Gradients(load(spec), "float64", "cpu"), 12)
    assert found.steps == 12
    assert found.worst_ratio <= 1
    assert found.apart <= APART


def _refused(text: Path, out: Path, *more: str, spec: str = "numpy_rows", capsys) -> str:
    code = main(arguments(text, out, *more, spec=spec))
    told = capsys.readouterr().err.strip()
    assert code == 4, told
    assert "\n" not in told, told
    assert not (out / "vectors.txt").exists()
    return told


def test_what_cannot_be_trained_on_is_said_in_a_line(text, tmp_path, capsys):
    empty, one = tmp_path / "empty.txt", tmp_path / "one.txt"
    empty.write_text("", encoding="utf-8")
    one.write_text("tea tea tea\ntea tea", encoding="utf-8")
    out = tmp_path / "out"
    assert "holds no word" in _refused(empty, out, capsys=capsys)
    assert "vocabulary of 1 word" in _refused(one, out, capsys=capsys)
    assert "K = 400 negatives are more than" in _refused(text, out, "--negatives", "400", capsys=capsys)
    assert "takes a seed below" in _refused(text, out, "--seed", "4294967296", capsys=capsys)
    assert "up to 100 wide" in _refused(text, out, "--window", "101", capsys=capsys)
    assert "no word of the text's vocabulary" in _refused(text, out, "--neighbours", "zebra", capsys=capsys)
    assert not out.exists()


def test_a_checkpoint_of_another_run_or_a_truncated_one_is_refused(text, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(arguments(text, out)) == 0
    (out / "vectors.txt").unlink()
    capsys.readouterr()
    told = _refused(text, out, "--resume", "--window", "3", capsys=capsys)
    assert "another run, with window 5 and not 3" in told
    kept = (out / "checkpoint.npz").read_bytes()
    for length in (0, 10, len(kept) // 2, len(kept) - 1):
        (out / "checkpoint.npz").write_bytes(kept[:length])
        assert "truncated" in _refused(text, out, "--resume", capsys=capsys)


def test_a_diverging_run_is_a_line_and_exit_1(text, tmp_path, capsys):
    code = main(arguments(text, tmp_path / "out", "--rate", "1e200"))
    told = capsys.readouterr().err.strip()
    assert code == 1
    assert "diverges at the rate" in told
    assert "\n" not in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("raise KeyError('no')", "negative_sampling raised KeyError"),
        ("raise SystemExit(0)", "negative_sampling ends the program: exit(0)"),
        ("U[0] = 1", "negative_sampling raised ValueError: assignment destination is read-only"),
        ("return 1.0, center, U[:1]", "grad_U has the shape (1, 10)"),
        ("return 1.0, center, ([len(U)], U[:1])", "grad_U has rows outside [0,"),
    ],
)
def test_an_implementation_that_cannot_be_trained_is_exit_1(body, told, text, tmp_path, capsys):
    path = tmp_path / "breaks.py"
    path.write_text(f"def negative_sampling(center, outside, negatives, U):\n    {body}\n", encoding="utf-8")
    assert main(arguments(text, tmp_path / "out", spec=str(path))) == 1
    assert told in capsys.readouterr().err


def test_a_kill_loses_at_most_the_interval(text, tmp_path):
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "gradgate",
        *arguments(text, out, "--steps", "1000000", "--checkpoint-every", "50"),
    ]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (out / "checkpoint.npz").exists() and run.poll() is None:
            time.sleep(0.01)
    finally:
        run.kill()
        run.wait()
    resumed = ready(text, out, "--steps", "1000000", "--checkpoint-every", "50", "--resume")
    assert resumed.training.done > 0
    assert resumed.training.done % 50 == 0
