"""The folder that a run leaves: the vectors, the pictures, and the checkpoint that is there already."""

from __future__ import annotations

import numpy as np

from gradgate.costs.page.writing import as_png, rasterizer_missing
from gradgate.text import Vocabulary
from gradgate.training.components import two_components
from gradgate.training.curve_picture import curve_picture
from gradgate.training.setting import Setting
from gradgate.training.sgd import EVERY
from gradgate.training.vectors import word2vec_text
from gradgate.training.words_picture import words_picture
from gradgate.training.worth import shown_words


def files(run: Setting) -> dict[str, bytes]:
    """Names and contents: vectors.txt, and loss and words as SVG, and as PNG where one can be made."""
    learner, vocabulary = run.training.learners[0], run.corpus.vocabulary
    made = {"vectors.txt": word2vec_text(vocabulary.words, learner.V_c).encode()}
    for name, svg in pictures(run, vocabulary, learner.V_c).items():
        made[f"{name}.svg"] = svg.encode()
        if not rasterizer_missing():
            made[f"{name}.png"] = as_png(svg)
    return made


def pictures(run: Setting, vocabulary: Vocabulary, vectors: np.ndarray) -> dict[str, str]:
    """The loss curve, from EVERY steps on, and the two-component plot, of two words and more."""
    recipe, name = run.recipe, run.training.learners[0].name
    made = {}
    if run.training.done >= EVERY:
        title = f"{name}: {recipe.steps:,} steps of {recipe.batch} windows, d = {recipe.dimension}"
        halved = range(recipe.halve_every, recipe.steps, recipe.halve_every) if recipe.halve_every else []
        made["loss"] = curve_picture(run.training.losses, run.training.costs, title, list(halved))
    words = shown_words(vocabulary)
    if len(words) >= 2:
        places, share = two_components(vectors[[vocabulary.rows[word] for word in words]].astype(np.float64))
        made["words"] = words_picture(words, places, share, f"{len(words)} words after {recipe.steps:,} steps")
    return made
