"""What pages of grades add to the style of all pages: a colour for each kind of verdict, told in words as well."""

from __future__ import annotations

from html import escape

from gradgate.grading.graded import GRADED
from gradgate.verdicts import FRAGILE, INCONCLUSIVE, NOT_OFFERED, VERIFIED

STYLE = """
:root { --link: #0969da; --right: #1a7f37; --nearly: #9a6700; --wrong: #c4432b; --none: #59636e; }
@media (prefers-color-scheme: dark) {
:root { --link: #4493f8; --right: #3fb950; --nearly: #d29922; --wrong: #ff7b72; --none: #9198a1; } }
a { color: var(--link); } h1 { overflow-wrap: anywhere; }
h2 small { color: var(--muted); font-weight: 400; font-size: 1rem; }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; overflow-x: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
.chip { display: inline-block; border: 1px solid; border-radius: 999px; padding: 0 8px; font-size: .8rem; }
.wrap { white-space: normal; display: inline-block; min-width: 22ch; overflow-wrap: anywhere; }
.about { color: var(--muted); font-size: .85rem; margin-top: 3rem; } li { overflow-wrap: anywhere; }
.right { color: var(--right); } .nearly { color: var(--nearly); } .wrong { color: var(--wrong); }
.none { color: var(--none); }
.bars { width: 100%; max-width: 480px; height: auto; display: block; }
.bars text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
.bars .tick { fill: var(--muted); } .bars .axis { stroke: var(--line); } .bars .bar { fill: #0072b2; }
.share { width: 220px; height: 14px; vertical-align: middle; } .share rect { fill: currentColor; }
@media (max-width: 700px) { .wrap { white-space: nowrap; } .share { width: 110px; } }
@media (prefers-color-scheme: dark) { .bars .bar { fill: #56b4e9; } }
"""


def kind(verdict: str) -> str:
    """The class of a verdict: right, nearly, wrong or none."""
    kinds = {VERIFIED: "right", GRADED: "right", FRAGILE: "nearly", INCONCLUSIVE: "nearly", NOT_OFFERED: "none"}
    return kinds.get(verdict, "wrong")


def chip(verdict: str) -> str:
    return f'<span class="chip {kind(verdict)}">{escape(verdict)}</span>'
