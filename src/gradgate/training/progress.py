"""A bar with the running cost on a terminal; nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gradgate.report.console import console
from gradgate.training.sgd import EVERY, Training, running_cost

Stepped = Callable[[], None]


@contextmanager
def progress(training: Training) -> Iterator[Stepped]:
    """Gives what is to be called after every step."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("steps · running cost {task.description}"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=console(to_stderr=True), transient=True) as bar:
        task = bar.add_task("…", total=training.recipe.steps, completed=training.done)
        costs = training.costs[-1:].tolist()

        def stepped() -> None:
            if training.done % EVERY:
                return
            loss = float(training.losses[training.done - 1])
            costs[:] = [running_cost(costs[0], loss) if costs else loss]
            bar.update(task, completed=training.done, description=f"{costs[0]:.3f}")

        yield stepped
