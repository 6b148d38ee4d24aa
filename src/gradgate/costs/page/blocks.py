"""What the report is made of, before it becomes HTML or Markdown: sections of text, tables and figures.

A text may hold V^1.14, which is set as a power."""

from __future__ import annotations

from dataclasses import dataclass

from gradgate.costs.page.chart import Figure


@dataclass(frozen=True)
class Text:
    """A finding: it stands in every form of the report."""

    words: str


@dataclass(frozen=True)
class Explanation:
    """What a finding means, for whoever reads the page to learn; Markdown for a pull request leaves it out."""

    words: str


@dataclass(frozen=True)
class Table:
    """Cells as text. numbers: which columns are set to the right; long: it is folded away."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    long: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Text | Explanation | Table | Figure, ...]
