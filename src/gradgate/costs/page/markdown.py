"""The report as Markdown for a pull request: findings and tables, long ones folded. Figures stay on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gradgate.costs.page.blocks import Section, Table, Text

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def markdown(title: str, lead: str, sections: Sequence[Section]) -> str:
    parts = [f"# {_escaped(title)}", _escaped(lead)]
    for section in sections:
        blocks = [block for block in section.blocks if isinstance(block, Text | Table)]
        if blocks:
            parts.append(f"## {_escaped(section.title)}")
            parts += [_escaped(block.words) if isinstance(block, Text) else _table(block) for block in blocks]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    text = "\n".join(_rows(table))
    if not table.long:
        return text
    return f"<details><summary>{_escaped(table.title)}</summary>\n\n{text}\n\n</details>"


def _rows(table: Table) -> Iterator[str]:
    yield _row(table.headings)
    yield _row(["---:" if place in table.numbers else "---" for place in range(len(table.headings))], escape=False)
    yield from map(_row, table.rows)


def _row(cells: Sequence[str], *, escape: bool = True) -> str:
    return f"| {' | '.join(_escaped(cell) if escape else cell for cell in cells)} |"


def _escaped(text: str) -> str:
    """A name may be a stranger's: nothing in it becomes markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
