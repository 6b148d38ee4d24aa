"""The report as one HTML file that needs nothing else: no network, no script; light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from gradgate.costs.page.blocks import Explanation, Section, Table, Text
from gradgate.costs.page.chart import Figure
from gradgate.costs.page.drawing import panels
from gradgate.costs.page.style import chart_style

_STYLE = """
:root { color-scheme: light dark;
  --paper: #ffffff; --ink: #1f2328; --muted: #59636e; --line: #d1d9e0; --wash: #f6f8fa; }
@media (prefers-color-scheme: dark) {
:root { --paper: #0d1117; --ink: #e6edf3; --muted: #9198a1; --line: #3d444d; --wash: #151b23; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
sup { line-height: 0; }
p, figcaption, nav { max-width: 76ch; overflow-wrap: anywhere; }
.lead { font-size: 1.15rem; }
nav { color: var(--muted); font-size: .9rem; } nav a { color: inherit; }
.explained { border-left: 3px solid var(--line); padding-left: 12px; }
figure { margin: 1rem 0; } figcaption { color: var(--muted); font-size: .9rem; }
summary { font-weight: 600; margin: 1.5rem 0 .5rem; cursor: pointer; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 350px), 1fr)); gap: 16px; }
.panels svg { width: 100%; height: auto; max-width: 480px; display: block; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background:
  linear-gradient(90deg, var(--paper) 40%, transparent) left / 40px 100% no-repeat local,
  linear-gradient(270deg, var(--paper) 40%, transparent) right / 40px 100% no-repeat local,
  linear-gradient(90deg, #8886, transparent) left / 14px 100% no-repeat scroll,
  linear-gradient(270deg, #8886, transparent) right / 14px 100% no-repeat scroll; }
.scroll:focus-visible { outline: 2px solid #0072b2; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid var(--line); }
th { background: var(--wash); font-weight: 600; } tr:last-child td { border-bottom: 0; } .number { text-align: right; }
"""
_POWER = re.compile(r"\b([VK])\^(-?\d+(?:\.\d+)?)")


def page(title: str, lead: str, sections: Sequence[Section]) -> str:
    """The text of the file: well-formed, as XML too."""
    body = [f"<h1>{escape(title)}</h1>", f'<p class="lead">{_set(lead)}</p>', _contents(sections)]
    for number, section in enumerate(sections):
        body.append(f'<h2 id="s{number}">{escape(section.title)}</h2>')
        body += [_block(block) for block in section.blocks]
    return "\n".join([*_head(title), "<body><main>", *body, "</main></body>", "</html>", ""])


def _head(title: str) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">'
    yield '<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>'
    yield f"<title>{escape(title)}</title><style>{_STYLE}{chart_style()}</style></head>"


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
