"""Real text as contexts: reading, vocabulary, windows, subsampling, noise, and the gate's cases drawn from them."""

from gradgate.text.cases import TEXT_FUNCTIONS, text_case
from gradgate.text.corpus import Corpus, build_corpus, gate_corpus
from gradgate.text.errors import TextError
from gradgate.text.noise import draw_negatives, draw_noise, noise_cdf
from gradgate.text.reading import read_text
from gradgate.text.subsampling import keep_probability, subsample
from gradgate.text.vocabulary import Vocabulary, build_vocabulary
from gradgate.text.windows import Context, Window, contexts, draw_window, window_at

__all__ = [
    "TEXT_FUNCTIONS",
    "Context",
    "Corpus",
    "TextError",
    "Vocabulary",
    "Window",
    "build_corpus",
    "build_vocabulary",
    "contexts",
    "draw_negatives",
    "draw_noise",
    "draw_window",
    "gate_corpus",
    "keep_probability",
    "noise_cdf",
    "read_text",
    "subsample",
    "text_case",
    "window_at",
]
