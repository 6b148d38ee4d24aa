"""gensim's skip-gram with negative sampling: one epoch over a text of a known number of pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.errors import CannotRun

_SEED = 0
_SENTENCES, _LENGTH, _WINDOW = 1000, 40, 5


@dataclass(frozen=True)
class Epoch:
    """A call that trains once over the text, with what it goes through."""

    call: Callable[[], Any]
    pairs: int
    V: int
    d: int
    K: int


def gensim_epoch(V: int = 5000, d: int = 100, K: int = 5) -> Epoch:
    """Words drawn as Zipf says, p ~ 1 / rank; whole windows, no subsampling, one thread: each pair counts.

    Raises CannotRun where gensim is not installed.
    """
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise CannotRun("gensim is not installed: pip install 'gradgate[peers]'") from error
    p = 1 / np.arange(1, V + 1)
    words = np.random.default_rng(_SEED).choice(V, (_SENTENCES, _LENGTH), p=p / p.sum())
    text = [[str(word) for word in sentence] for sentence in words]
    model = Word2Vec(
        vector_size=d,
        window=_WINDOW,
        shrink_windows=False,
        min_count=1,
        sg=1,
        hs=0,
        negative=K,
        sample=0,
        workers=1,
        seed=_SEED,
    )
    model.build_vocab(text)

    def train() -> None:
        model.train(text, total_examples=len(text), epochs=1)

    offsets = np.abs(np.subtract.outer(np.arange(_LENGTH), np.arange(_LENGTH)))
    in_a_sentence = np.count_nonzero((offsets > 0) & (offsets <= _WINDOW))
    return Epoch(train, int(_SENTENCES * in_a_sentence), len(model.wv), d, K)
