"""How every page looks: one HTML file that needs nothing else, neither script nor network, in light and in dark."""

from __future__ import annotations

from html import escape

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


def head(title: str, style: str = "") -> str:
    """All that stands before the body. style: rules of the page's own, after those that all pages share."""
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en">',
            '<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>',
            f"<title>{escape(title)}</title><style>{_STYLE}{style}</style></head>",
        )
    )
