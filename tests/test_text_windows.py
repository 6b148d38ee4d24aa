"""Vocabulary, windows and contexts against brute force over small texts."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from gradgate.text import (
    Corpus,
    TextError,
    build_corpus,
    build_vocabulary,
    contexts,
    draw_window,
    subsample,
    window_at,
)

LETTERS = [list("bacab"), list("c"), list("dabba"), list("ee")]


def small_corpus(seed: int) -> Corpus:
    rng = np.random.default_rng(seed)
    lengths = [2, *rng.integers(1, 9, 5)]
    return build_corpus([[f"w{row}" for row in rng.integers(0, 6, length)] for length in lengths], min_count=1)


def brute_force_windows(corpus: Corpus, radius: int) -> list[tuple[int, list[int]]]:
    """(center, outsides) at every position, sentence by sentence, by the definition."""
    found = []
    for start, end in zip(corpus.offsets[:-1], corpus.offsets[1:], strict=True):
        sentence = corpus.tokens[start:end].tolist()
        for at, center in enumerate(sentence):
            found.append((center, [word for i, word in enumerate(sentence) if 0 < abs(i - at) <= radius]))
    return found


def assert_windows_are(corpus: Corpus, cut: Corpus, radius: int) -> None:
    """Assert that the windows cut from `cut` are those of the definition on `corpus`."""
    windows = [window_at(cut, position, radius) for position in range(cut.tokens.size)]
    assert [(w.center, w.outsides.tolist()) for w in windows] == brute_force_windows(corpus, radius)


def test_rows_go_by_descending_count_and_then_by_first_appearance() -> None:
    vocabulary = build_vocabulary(LETTERS, min_count=2)
    assert vocabulary.words == ("b", "a", "c", "e")
    assert vocabulary.counts.tolist() == [4, 4, 2, 2]
    assert build_vocabulary(LETTERS, 1, max_size=2).words == ("b", "a")
    assert vocabulary.encode("dabz") == [1, 0]


@pytest.mark.parametrize("min_count", [1, 2, 3])
def test_counts_are_those_of_the_corpus_and_the_rest_is_dropped(min_count: int) -> None:
    corpus = build_corpus(LETTERS, min_count)
    assert np.bincount(corpus.tokens).tolist() == corpus.vocabulary.counts.tolist()
    kept = [[word for word in sentence if word in corpus.vocabulary.words] for sentence in LETTERS]
    assert np.diff(corpus.offsets).tolist() == [len(sentence) for sentence in kept]


@pytest.mark.parametrize(
    ("sentences", "settings", "says"),
    [
        ([["a", "b"]], {"min_count": 2}, "none of 2 words occurs min_count=2 times"),
        ([["a"], ["a"]], {"min_count": 1}, "2 tokens in 2 sentences"),
        ([["a", "b"]], {"min_count": 1, "max_size": 1}, "1 tokens in 1 sentences"),
        ([], {}, "none of 0 words"),
        ([["a", "b"]], {"min_count": 0}, "min_count=0"),
    ],
)
def test_a_text_without_any_window_is_refused(sentences: list[list[str]], settings: dict[str, int], says: str) -> None:
    with pytest.raises(TextError, match=says):
        build_corpus(sentences, **settings)


@pytest.mark.parametrize("seed", range(20))
def test_windows_stay_inside_their_sentence(seed: int) -> None:
    corpus = small_corpus(seed)
    for radius in (1, 2, 5, 20):
        assert_windows_are(corpus, corpus, radius)


def test_windows_that_cross_sentences_would_be_caught() -> None:
    corpus = small_corpus(0)
    crossing = Corpus(corpus.vocabulary, corpus.tokens, corpus.offsets[[0, -1]])
    with pytest.raises(AssertionError):
        assert_windows_are(corpus, crossing, 2)


def test_random_windows_use_every_position_and_every_radius_up_to_the_window() -> None:
    corpus = build_corpus([[f"w{row}" for row in range(30)], ["w0"]], min_count=1)
    rng, again = np.random.default_rng(1), np.random.default_rng(1)
    radii = set()
    for _ in range(400):
        window = draw_window(corpus, 4, True, rng)
        position, radius = int(corpus.centers[again.integers(corpus.centers.size)]), int(again.integers(1, 5))
        expected = window_at(corpus, position, radius)
        assert (window.center, window.outsides.tolist()) == (expected.center, expected.outsides.tolist())
        if 4 <= position < 26:
            radii.add(len(window.outsides) // 2)
    assert radii == {1, 2, 3, 4}
    assert corpus.centers.tolist() == list(range(30)), "a lone word has no window"


def test_without_shrink_the_radius_is_fixed() -> None:
    corpus = build_corpus([[f"w{row}" for row in range(99)]], min_count=1)
    rng = np.random.default_rng(2)
    sizes = {len(draw_window(corpus, 3, False, rng).outsides) for _ in range(100)}
    assert sizes <= {3, 4, 5, 6}
    assert 6 in sizes


@pytest.mark.parametrize("settings", [{}, {"subsampling": "word2vec", "threshold": 0.1}, {"negatives": "skip"}])
def test_contexts_repeat_with_the_generator_and_differ_with_another(settings: dict[str, object]) -> None:
    corpus = build_corpus([[f"w{(i * i) % 7}" for i in range(60)]], min_count=1)

    def draw(seed: int) -> list[object]:
        drawn = islice(contexts(corpus, np.random.default_rng(seed), **settings), 5)  # type: ignore[arg-type]
        return [(c.center, c.outsides.tolist(), [row.tolist() for row in c.negatives]) for c in drawn]

    assert draw(3) == draw(3)
    assert draw(3) != draw(4)


def test_contexts_carry_negatives_for_every_outside_word() -> None:
    corpus = small_corpus(5)
    for context in islice(contexts(corpus, np.random.default_rng(0), K=4), 50):
        assert context.negative_matrix().shape == (len(context.outsides), 4)
        assert not (context.negative_matrix() == context.outsides[:, None]).any(), '"reject" is the default'


def test_skipped_negatives_are_ragged_and_say_so() -> None:
    corpus = build_corpus([["a", "b"] * 20], min_count=1)
    skipping = next(contexts(corpus, np.random.default_rng(0), window=9, K=3, negatives="skip", shrink=False))
    with pytest.raises(TextError, match="ragged"):
        skipping.negative_matrix()


@pytest.mark.parametrize("settings", [{"window": 0}, {"K": -1}, {"negatives": "drop"}, {"subsampling": "gensim"}])
def test_contexts_refuse_arguments_at_the_call(settings: dict[str, object]) -> None:
    with pytest.raises(TextError, match="expected"):
        contexts(small_corpus(0), np.random.default_rng(0), **settings)  # type: ignore[arg-type]


def test_subsampling_drops_words_before_windows_are_cut() -> None:
    sentences = [["the", f"w{i}", "the", f"w{i + 1}"] for i in range(50)]
    corpus = build_corpus(sentences, min_count=1)
    thinned = subsample(corpus, "cs224n", 0.02, np.random.default_rng(0))
    expected = np.random.default_rng(0).random(corpus.tokens.size) < np.where(corpus.tokens == 0, 0.2, 1.0)
    assert thinned.tokens.tolist() == corpus.tokens[expected].tolist()
    assert np.diff(thinned.offsets).tolist() == expected.reshape(50, 4).sum(axis=1).tolist()
    assert thinned.vocabulary is corpus.vocabulary
