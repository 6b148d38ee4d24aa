"""The options of `gradgate train`."""

from __future__ import annotations

import argparse
from pathlib import Path

from gradgate.arguments import at_least

EXITS = (
    "exit codes: 0 trained, 1 the implementation raised, the run diverged, or the two of --against part, "
    "4 the harness could not run"
)
RECIPES = ("cs224n", "word2vec")


def add_train_options(train: argparse.ArgumentParser) -> None:
    train.add_argument("spec", metavar="SPEC", help="a .py file, a shipped name, an entry point, a module")
    train.add_argument("--text", metavar="PATH", help="a file, .gz, a folder, or a Stanford Sentiment Treebank")
    train.add_argument(
        "--out", metavar="FOLDER", type=Path, default=Path("trained"), help="where what is made goes (trained)"
    )
    train.add_argument("--json", metavar="FILE", help="write the run as JSON; - for standard output")
    _add_recipe(train)
    keeping = train.add_argument_group("checkpoints")
    keeping.add_argument("--checkpoint-every", type=at_least(1), default=2000, metavar="N", help="steps (2000)")
    keeping.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint in FOLDER, where there is one"
    )
    witness = train.add_argument_group("a witness")
    witness.add_argument("--against", metavar="SPEC", help="a second implementation, trained on the same draws")
    witness.add_argument("--textbook", type=at_least(1), metavar="N", help="time the textbook's loop on N steps")
    asked = train.add_argument_group("what the vectors are worth")
    asked.add_argument("--neighbours", metavar="WORDS", help="by comma; otherwise some that the text holds")
    asked.add_argument("--analogy", metavar="A,B,C", action="append", help="a is to b as c is to ...; can be repeated")
    asked.add_argument("--labelled", metavar="FOLDER", type=Path, help="a folder a class; a line an example")


def _add_recipe(train: argparse.ArgumentParser) -> None:
    recipe = train.add_argument_group("how it trains")
    recipe.add_argument("--recipe", choices=RECIPES, help="cs224n where D is 10, otherwise word2vec")
    recipe.add_argument("--dimension", type=at_least(2), metavar="D", help="10; with word2vec 100")
    recipe.add_argument(
        "--steps", type=at_least(1), metavar="N", help="40,000; with word2vec five epochs, 20,000 at least"
    )
    recipe.add_argument("--batch", type=at_least(1), metavar="B", help="windows a step (50)")
    recipe.add_argument("--window", type=at_least(1), metavar="C", help="the widest radius (5)")
    recipe.add_argument("--negatives", type=at_least(1), metavar="K", help="10; with word2vec 5")
    recipe.add_argument("--convention", choices=("reject", "keep"), help="a negative that equals its target (reject)")
    recipe.add_argument(
        "--rate", type=_rate, metavar="R", help="of the first step, on the mean gradient of its windows"
    )
    recipe.add_argument("--threshold", type=_rate, metavar="T", help="of subsampling: 1e-5; with word2vec 1e-3")
    recipe.add_argument("--min-count", type=at_least(1), metavar="N", help="with word2vec 5")
    recipe.add_argument("--dtype", choices=("float64", "float32"), help="float64")
    recipe.add_argument(
        "--device", default="cpu", help="where the implementation's arrays live: cpu (default), cuda, ..."
    )
    recipe.add_argument("--seed", type=at_least(0), help="31415; with word2vec 0")


def _rate(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number
