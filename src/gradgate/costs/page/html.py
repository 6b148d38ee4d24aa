"""The report as one HTML file that needs nothing else: no network, no script; light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from gradgate.costs.page.blocks import Explanation, Section, Table, Text
from gradgate.costs.page.chart import Figure
from gradgate.costs.page.drawing import panels
from gradgate.costs.page.style import chart_style
from gradgate.report.sheet import head

_POWER = re.compile(r"\b([VK])\^(-?\d+(?:\.\d+)?)")


def page(title: str, lead: str, sections: Sequence[Section]) -> str:
    """The text of the file: well-formed, as XML too."""
    body = [f"<h1>{escape(title)}</h1>", f'<p class="lead">{_set(lead)}</p>', _contents(sections)]
    for number, section in enumerate(sections):
        body.append(f'<h2 id="s{number}">{escape(section.title)}</h2>')
        body += [_block(block) for block in section.blocks]
    return "\n".join([head(title, chart_style()), "<body><main>", *body, "</main></body>", "</html>", ""])


def _contents(sections: Sequence[Section]) -> str:
    links = (f'<a href="#s{number}">{escape(section.title)}</a>' for number, section in enumerate(sections))
    return f"<nav>{' · '.join(links)}</nav>"


def _block(block: Text | Explanation | Table | Figure) -> str:
    match block:
        case Text(words):
            return f"<p>{_set(words)}</p>"
        case Explanation(words):
            return f'<p class="explained">{_set(words)}</p>'
        case Table():
            return _table(block)
        case Figure(missing=""):
            drawn = "".join(panels(block))
            caption = f"<figcaption>{_set(block.caption)}</figcaption>"
            return f'<figure><h3>{escape(block.title)}</h3><div class="panels">{drawn}</div>{caption}</figure>'
        case Figure():
            return f"<h3>{escape(block.title)}</h3><p>This figure is left out: {_set(block.missing)}.</p>"


def _table(table: Table) -> str:
    head = "".join(_cell("th", place, text, table) for place, text in enumerate(table.headings))
    rows = ("".join(_cell("td", place, text, table) for place, text in enumerate(row)) for row in table.rows)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    scrolling = f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">'
    content = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    title, whole = escape(table.title), f"{scrolling}<table>{content}</table></div>"
    return f"<details><summary>{title}</summary>{whole}</details>" if table.long else f"<h3>{title}</h3>{whole}"


def _cell(tag: str, place: int, text: str, table: Table) -> str:
    kind = ' class="number"' if place in table.numbers else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"


def _set(words: str) -> str:
    """Text with its powers raised."""
    return _POWER.sub(r"\1<sup>\2</sup>", escape(words))
