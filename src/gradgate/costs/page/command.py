"""`gradgate report FILE...`: reads runs, makes the page of the last one, compares it with those before, and writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradgate.costs.document import Run, read_run
from gradgate.costs.page import sections
from gradgate.costs.page.blocks import Section
from gradgate.costs.page.chart import Figure
from gradgate.costs.page.digest import digest
from gradgate.costs.page.drawing import whole
from gradgate.costs.page.html import page
from gradgate.costs.page.markdown import markdown
from gradgate.costs.page.versus import versus
from gradgate.costs.page.writing import PAGE, as_png, naming, rasterizer_missing, require_folder, write_folder

_TITLE = "What word2vec's losses cost"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Report:
    """The last run told, and compared with each of those before it."""

    title: str
    lead: str
    sections: tuple[Section, ...]

    @property
    def figures(self) -> list[Figure]:
        every = (block for section in self.sections for block in section.blocks)
        return [block for block in every if isinstance(block, Figure) and not block.missing]

    def html(self) -> str:
        return page(self.title, self.lead, self.sections)

    def markdown(self) -> str:
        return markdown(self.title, self.lead, self.sections)


def report_of(runs: Sequence[Run], step: Callable[[], None] = lambda: None) -> Report:
    *before, last = runs
    found = digest(last)
    compared = [versus(old, last) for old in before]
    told = sections.sections(found, step)
    return Report(f"{_TITLE}: {last.name}", sections.headline(found), (*compared, *told))


def default_folder(files: Sequence[str]) -> Path:
    """Named after the first file, in the current folder."""
    return Path(f"{Path(files[0]).stem}-report")


def _read(files: Sequence[str]) -> list[Run]:
    """The runs, called by their files' names, or by their paths where two have the same name."""
    runs = [read_run(file) for file in files]
    names = [run.name for run in runs]
    return [
        replace(run, name=file) if names.count(run.name) > 1 else run for file, run in zip(files, runs, strict=True)
    ]


class _Steps:
    """Counts what is done; the figures are added to the total once they are known."""

    def __init__(self, progress: Progress) -> None:
        self.done, self.total, self._progress = 0, sections.COUNT, progress
        progress(0, self.total)

    def __call__(self) -> None:
        self.done += 1
        self._progress(self.done, self.total)


def report(files: Sequence[str], folder: Path | None, progress: Progress) -> tuple[Report, list[str]]:
    """The report, and sentences on what was written. folder None: nothing is.

    Raises CannotRun for a file that holds no run, and for a folder that cannot be written.
    """
    if folder is not None:
        require_folder(folder)
    runs, step = _read(files), _Steps(progress)
    made = report_of(runs, step)
    return made, [] if folder is None else _write(made, folder, step)


def _write(made: Report, folder: Path, step: _Steps) -> list[str]:
    missing, content = rasterizer_missing(), dict[str, bytes]()
    step.total += len(made.figures)
    for figure in made.figures:
        svg = whole(figure)
        content[f"{figure.name}.svg"] = svg.encode("utf-8")
        if not missing:
            content[f"{figure.name}.png"] = as_png(svg)
        step()
    content[PAGE] = naming(made.html(), content).encode("utf-8")
    write_folder(folder, content)
    kinds = "SVG" if missing else "SVG and PNG"
    told = f"{folder / PAGE}: the page; beside it {len(made.figures)} figures as {kinds}"
    return [told, *([missing] if missing else [])]
