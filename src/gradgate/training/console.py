"""What `gradgate train` prints: the run in a few lines, what the vectors are worth, and what a witness says."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from gradgate.training.classifier import Extrinsic
from gradgate.training.compiling import library
from gradgate.training.findings import Findings, Timing
from gradgate.training.scores import Score
from gradgate.training.setting import Setting
from gradgate.training.witness import APART, Lockstep, Opinion, Parted
from gradgate.training.worth import Worth
from gradgate.training.yardstick import Yardstick


def show_run(out: Console, run: Setting) -> None:
    recipe, corpus = run.recipe, run.corpus
    names = " and ".join(f"{found.name} ({found.gradients.route})" for found in run.training.learners)
    print_line(out, f"{names} on {run.text}: {corpus.tokens.size:,} tokens, V = {len(corpus.vocabulary):,}")
    schedule = f"halved every {recipe.halve_every:,}" if recipe.halve_every else "falling evenly to 0"
    print_line(
        out,
        f"recipe {recipe.name}: {recipe.steps:,} steps of {recipe.batch} windows, d = {recipe.dimension}, window "
        f"{recipe.window}, K = {recipe.negatives}, rate {recipe.rate:g} {schedule}, {recipe.dtype}, seed {recipe.seed}",
    )
    if run.resumed:
        print_line(out, f"resumed at step {run.resumed:,}")


def show_findings(out: Console, run: Setting, found: Findings) -> None:
    if found.timing:
        show_end(out, run, found.timing)
    if found.timing and found.timing.steps and found.yardstick:
        for line in yardstick_lines(found.yardstick, found.timing):
            print_line(out, line)
    if found.lockstep:
        show_witness(out, found.lockstep, found.parted)
    if found.worth:
        show_worth(out, found.worth)


def show_end(out: Console, run: Setting, timing: Timing) -> None:
    costs, done = run.training.costs, run.training.done
    cost = f"running cost {costs[-1]:.6f} after {done:,} steps" if len(costs) else f"{done} steps, no running cost yet"
    load = "" if timing.load is None else f", load {timing.load:.1f}"
    took = f"{timing.steps:,} steps in {timing.seconds:.1f} s, {timing.cpu_seconds:.1f} s of CPU time"
    harness = f", draws and descent by {library()}"
    print_line(out, f"\n{cost} · {took}{harness}{load}")


def yardstick_lines(found: Yardstick, timing: Timing) -> Iterator[str]:
    wall, cpu = found.seconds * timing.steps / timing.seconds, found.cpu_seconds * timing.steps / timing.cpu_seconds
    yield (
        f"the textbook's loop takes {found.seconds * 1e3:.1f} ms a step ({found.steps} of them timed), "
        f"{found.cpu_seconds * 1e3:.1f} ms of CPU time: {wall:.0f} times as long, {cpu:.0f} times the CPU time"
    )
    yield (
        f"  on the same draws; its losses differ by {found.worst_ratio:.2g} of their bound at most, and "
        f"after {found.steps} steps the two runs by {found.apart:.1e}"
    )


def show_worth(out: Console, worth: Worth) -> None:
    if worth.neighbours:
        print_line(out, "\nnearest neighbours")
    for word, nearest in worth.neighbours.items():
        print_line(out, f"  {word:12} " + ", ".join(f"{other} {cosine:.2f}" for other, cosine in nearest))
    for a, b, c, answer in worth.analogies:
        print_line(out, f"  {a} is to {b} as {c} is to {answer}")
    print_line(
        out, f"\n{worth.missing}" if worth.missing else "\nagreement with people; beside it what random vectors reach"
    )
    for score in worth.scores:
        print_line(out, f"  {score_line(score)}")
    if worth.extrinsic:
        print_line(out, f"  {extrinsic_line(worth.extrinsic)}")


def score_line(score: Score) -> str:
    asked = f"n = {score.n:,} of {score.total:,}, {score.out_of_vocabulary:.0%} out of vocabulary"
    if score.value is None or score.random is None:
        return f"{score.name:12} no score: {asked}"
    low, high = score.random
    beyond = "" if score.is_beyond_chance else ": no more than chance"
    return f"{score.name:12} {score.measure} {score.value:.3f}, random {low:.3f} to {high:.3f}{beyond} ({asked})"


def extrinsic_line(found: Extrinsic) -> str:
    n, (low, high) = sum(found.classes.values()), found.random
    return (
        f"classifier   accuracy {found.accuracy:.3f}, random vectors {low:.3f} to {high:.3f}, the largest class "
        f"{found.majority:.3f} (n = {n:,} in {len(found.classes)} classes, {found.out_of_vocabulary:.0%} of the words "
        "out of vocabulary)"
    )


def show_witness(out: Console, lockstep: Lockstep, parted: Parted | None) -> None:
    if parted is None:
        print_line(out, f"the two stayed together: nowhere more than {lockstep.worst:.1e} apart (allowed {APART:g})")
        return
    print_line(out, str(parted))
    for opinion in parted.opinions:
        for line in opinion_lines(opinion):
            print_line(out, f"  {line}")


def opinion_lines(opinion: Opinion) -> Iterator[str]:
    yield f"{opinion.name} · {opinion.function} on that batch: {opinion.verdict}" + (
        f": {opinion.sentence}" if opinion.sentence else ""
    )
    yield from (f"  {line}" for line in (opinion.cause, opinion.example) if line)


def print_line(out: Console, text: str) -> None:
    out.print(text, soft_wrap=True)
