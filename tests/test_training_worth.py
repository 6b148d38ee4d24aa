"""What trained vectors are worth: scores, neighbours, the classifier, pictures, files; on vectors made for it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from gradgate.cli import main
from gradgate.text import TextError, Vocabulary
from gradgate.training.classifier import extrinsic, read_labelled
from gradgate.training.components import two_components
from gradgate.training.curve_picture import curve_picture
from gradgate.training.scores import analogies_score, data_folder, pairs_score, read_analogies, read_pairs, scores
from gradgate.training.sgd import running_costs
from gradgate.training.similarity import analogies, neighbours, spearman, unit
from gradgate.training.vectors import word2vec_text
from gradgate.training.words_picture import words_picture

PAGE = Path(__file__).parents[1] / "docs" / "training-json.md"
OPEN = {"versions", "machine", "recipe", "worth.neighbours", "worth.extrinsic.classes"}  # said in a sentence


def vocabulary(count: int) -> Vocabulary:
    return Vocabulary(tuple(f"w{row}" for row in range(count)), np.full(count, 3))


def test_spearman_shares_the_ranks_of_equals():
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 40, 30])) == pytest.approx(0.8, abs=1e-15)
    # ranks 1.5, 1.5, 3 against 1, 2, 3: the textbook's formula without ties would give 7/8
    assert spearman(np.array([5.0, 5, 9]), np.array([1.0, 2, 3])) == pytest.approx(np.sqrt(3) / 2, abs=1e-15)
    assert np.isnan(spearman(np.array([5.0, 5, 5]), np.array([1.0, 2, 3])))


def test_an_analogy_is_answered_by_the_offset_and_by_none_of_its_words():
    units = unit(np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0.0]]))
    assert analogies(units, np.array([[0, 1, 2], [2, 3, 0]])).tolist() == [3, 1]


def test_neighbours_leave_the_word_out_and_go_by_cosine():
    units = unit(np.array([[1.0, 0], [5, 1], [0, 3], [-1, 0]]))
    assert [word for word, _ in neighbours(vocabulary(4), units, "w0", 9)] == ["w1", "w2", "w3"]


def test_pairs_are_scored_on_what_the_vocabulary_holds_and_beside_random_vectors():
    angles = np.linspace(0, 1, 40)
    vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    words = [["w0", f"w{row}"] for row in range(1, 40)] + [["w0", "stranger"]]
    said = np.append(-np.arange(39.0), 7)
    found = pairs_score("own", words, said, vocabulary(40), vectors, 0)
    assert (found.value, found.n, found.total) == (pytest.approx(1), 39, 40)
    assert found.out_of_vocabulary == pytest.approx(1 / 40)
    assert found.is_beyond_chance
    low, high = found.random
    assert -0.6 < low < 0 < high < 0.6
    noise = np.random.default_rng(9).standard_normal(vectors.shape)
    assert not pairs_score("own", words, said, vocabulary(40), noise, 0).is_beyond_chance
    assert pairs_score("own", [["a", "b"]], np.ones(1), vocabulary(40), vectors, 0).value is None
    assert pairs_score("own", words, said, vocabulary(40), np.zeros((40, 2)), 0).value is None


def test_analogies_are_scored_among_all_words():
    grid = np.array([np.eye(6)[x] + np.eye(6)[3 + y] for x in range(3) for y in range(3)])
    questions = [["w0", "w1", "w3", "w4"], ["w0", "w3", "w1", "w4"], ["w0", "w1", "w3", "w8"], ["x", "y", "z", "w0"]]
    found = analogies_score("own", questions, vocabulary(9), grid, 0)
    assert (found.n, found.total, found.value) == (3, 4, pytest.approx(2 / 3))


def test_the_lists_of_gensims_data_are_read_as_they_are_written(tmp_path):
    pairs, questions = tmp_path / "wordsim353.tsv", tmp_path / "questions-words.txt"
    pairs.write_text("# Word 1\tWord 2\tmean\nlove\tsex\t6.77\nTiger\tcat\t7.35\n", encoding="utf-8")
    questions.write_text(": capitals\nAthens Greece Oslo Norway\n", encoding="utf-8")
    words, values = read_pairs(pairs)
    assert (words, values.tolist()) == ([["love", "sex"], ["tiger", "cat"]], [6.77, 7.35])
    assert read_analogies(questions) == [["athens", "greece", "oslo", "norway"]]
    assert [score.name for score in scores(tmp_path, vocabulary(3), np.ones((3, 2)), 0)] == ["WordSim-353", "analogies"]


@pytest.mark.skipif(data_folder() is None, reason="gensim is not installed")
def test_gensims_data_has_the_three_lists():
    found = scores(data_folder(), vocabulary(3), np.ones((3, 2)), 0)
    assert [(score.name, score.total) for score in found] == [
        ("WordSim-353", 353),
        ("SimLex-999", 999),
        ("analogies", 19544),
    ]


def labelled_folder(folder: Path) -> Path:
    """Two classes that differ in the words of an even and of an odd number, sixty lines each."""
    rng = np.random.default_rng(0)
    for label, name in enumerate(("even", "odd")):
        (folder / name).mkdir(parents=True)
        lines = [" ".join(f"w{2 * n + label}" for n in rng.integers(0, 20, 4)) for _ in range(60)]
        (folder / name / "lines.txt").write_text("\n".join([*lines[:-1], "stranger"]), encoding="utf-8")
    return folder


def test_vectors_that_know_the_classes_beat_random_ones(tmp_path):
    labelled = read_labelled(labelled_folder(tmp_path), vocabulary(40))
    informed = np.random.default_rng(1).standard_normal((40, 3)) * 0.1
    informed[:, 0] += np.where(np.arange(40) % 2, 1, -1)
    found = extrinsic(labelled, informed, 0)
    assert found.classes == {"even": 60, "odd": 60}
    assert found.accuracy == pytest.approx(118 / 120, abs=0.02)  # nothing is known of the two strangers
    assert found.random[1] < found.accuracy
    assert (found.majority, found.empty) == (0.5, 2)
    assert found.out_of_vocabulary == pytest.approx(2 / 474)
    shuffled = extrinsic(labelled, np.random.default_rng(2).permutation(informed), 0)
    assert shuffled.accuracy < found.accuracy


def test_a_labelled_text_needs_two_classes_of_some_examples(tmp_path):
    with pytest.raises(TextError, match="0 folders"):
        read_labelled(tmp_path, vocabulary(3))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lines.txt").write_text("w0\nw1\n", encoding="utf-8")
    with pytest.raises(TextError, match="one has 2 lines"):
        read_labelled(tmp_path, vocabulary(3))


def test_two_components_are_those_of_the_covariance():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((12, 5)) * [9, 1, 5, 0.1, 1]
    places, share = two_components(vectors)
    centred = vectors - vectors.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred)
    assert np.abs(places) == pytest.approx(np.abs(centred @ axes[:, [-1, -2]]), abs=1e-9)
    assert share == pytest.approx(values[-2:].sum() / values.sum())


def test_vectors_are_written_so_that_they_come_back_exactly():
    vectors = np.random.default_rng(0).standard_normal((3, 2)) * [1e-300, 1e10]
    head, *lines = word2vec_text(["a", "l'eau", "don't"], vectors).splitlines()
    assert head == "3 2"
    assert [line.split(" ")[0] for line in lines] == ["a", "l'eau", "don't"]
    assert np.array_equal([[float(x) for x in line.split(" ")[1:]] for line in lines], vectors)


@pytest.mark.parametrize("steps", [10, 37, 4000])
def test_pictures_are_whole_at_any_size(steps):
    losses = np.random.default_rng(0).random(steps) + 3
    ElementTree.fromstring(curve_picture(losses, running_costs(losses), "a < b", [5]))
    places = np.random.default_rng(0).random((7, 2))
    for spread in (places, places * 0, places * [1, 0]):
        ElementTree.fromstring(words_picture(["a<b"] * 7, spread, 0.5, "words"))


def keys(value: Any, path: str = "") -> set[str]:
    if path in OPEN:
        return set()
    if isinstance(value, list):
        return {key for inner in value for key in keys(inner, path)}
    if not isinstance(value, dict):
        return set()
    paths = {key: f"{path}.{key}".lstrip(".") for key in value}
    return set(paths.values()) | {key for name, inner in value.items() for key in keys(inner, paths[name])}


def test_the_documented_keys_are_those_that_are_written(tmp_path, capsys, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    (data / "wordsim353.tsv").write_text("w0\tw1\t3\nw1\tw2\t4\nw2\tw3\t5\n", encoding="utf-8")
    monkeypatch.setattr("gradgate.training.worth.data_folder", lambda: data)
    text = labelled_folder(tmp_path / "text")
    faulty = tmp_path / "faulty.py"
    faulty.write_text(
        "import numpy as np\n"
        "def negative_sampling(center, outside, negatives, U):\n"
        "    return 1.0, np.ones_like(center), np.zeros_like(U)\n",
        encoding="utf-8",
    )
    told = []
    for more in (["--textbook", "2", "--labelled", str(text)], ["--against", str(faulty)]):
        told.append(tmp_path / f"{len(told)}.json")
        command = ["train", "numpy_rows", "--text", str(text), "--out", str(tmp_path / "out"), "--steps", "20"]
        assert main([*command, "--threshold", "0.1", "--batch", "3", "--json", str(told[-1]), *more]) == len(told) - 1
    printed = capsys.readouterr().out
    assert "times as long" in printed
    assert "part at step 1" in printed
    written = set[str]().union(*(keys(json.loads(path.read_text(encoding="utf-8"))) for path in told))
    lines = [line.split("|")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert written == {key for cell in lines for key in re.findall(r"`([^`]+)`", cell)}
