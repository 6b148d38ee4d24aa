"""From the command line to a run: the text, the recipe, the learners, and the checkpoint to go on from."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradgate.calling.loading import load
from gradgate.errors import CannotRun
from gradgate.text import Corpus, read_text
from gradgate.training import checkpoint
from gradgate.training.gradients import Gradients
from gradgate.training.recipe import COURSE_DIMENSION, CS224N, DEFAULTS, WORD2VEC, Recipe, corpus_for
from gradgate.training.sgd import Learner, Training

SEEDS = 2**32
WIDEST = 100
_OWN = ("dimension", "window", "negatives", "convention", "batch", "steps", "rate", "threshold", "min_count", "dtype")


@dataclass(frozen=True)
class Setting:
    """A run that is ready to be made, or to go on; resumed: at which step, 0 where it is fresh."""

    text: str
    corpus: Corpus
    training: Training
    configuration: dict[str, Any]
    checkpoint: Path
    resumed: int

    @property
    def recipe(self) -> Recipe:
        return self.training.recipe

    def keep(self) -> None:
        checkpoint.save(self.checkpoint, self.training, self.configuration)


def setting(options: argparse.Namespace) -> Setting:
    """Raises CannotRun, TextError and Broken for whatever is wrong, before anything is written."""
    name = options.recipe or (CS224N if options.dimension in (None, COURSE_DIMENSION) else WORD2VEC)
    specs = [options.spec, *([options.against] if options.against else [])]
    implementations = [load(spec) for spec in specs]
    corpus = corpus_for(name, read_text(options.text), options.min_count)
    recipe = recipe_of(name, corpus, options)
    draws = recipe.draws(corpus)
    learners = [
        Learner(Gradients(found, recipe.dtype, options.device), *recipe.first_vectors(len(corpus.vocabulary)))
        for found in implementations
    ]
    training = Training(recipe, draws, learners)
    configuration = checkpoint.configuration(recipe, corpus, [found.name for found in implementations])
    path = options.out / checkpoint.FILE
    if options.resume and path.exists():
        checkpoint.restore(path, training, configuration)
    text = options.text or "the default text"
    return Setting(text, corpus, training, configuration, path, training.done)


def recipe_of(name: str, corpus: Corpus, options: argparse.Namespace) -> Recipe:
    """The recipe's settings, and over them those of the command line. Raises CannotRun for what contradicts it."""
    if name == CS224N and options.convention == "keep":
        raise CannotRun("--convention keep is for --recipe word2vec: the assignment draws again, as reject does")
    if options.seed is not None and options.seed >= SEEDS:
        raise CannotRun(f"--seed {options.seed}: the generator of the first vectors takes a seed below {SEEDS}")
    if name == CS224N and options.window and options.window > WIDEST:
        raise CannotRun(
            f"--window {options.window}: --recipe cs224n counts every window beforehand, up to {WIDEST} wide"
        )
    if options.against and options.dtype == "float32":
        raise CannotRun("--against holds two runs together to 1e-10, which float32 cannot: leave --dtype float32 out")
    given = {own: getattr(options, own) for own in _OWN if getattr(options, own) is not None}
    if options.seed is not None:
        given |= {"seed": options.seed, "vector_seed": options.seed}
    if options.batch and not options.rate and name == WORD2VEC:
        given["rate"] = 0.025 * options.batch
    return Recipe(name=name, **(DEFAULTS[name](corpus) | given))
