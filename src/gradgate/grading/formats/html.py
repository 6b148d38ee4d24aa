"""Pages of grades: that of one submission, for its author, and that of a class, for the staff.

Every text is escaped: names and messages of submissions are written by strangers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from gradgate.grading.changes import Change
from gradgate.grading.formats.bars import histogram, share_of_verdicts
from gradgate.grading.formats.shown import shown
from gradgate.grading.formats.style import STYLE, chip
from gradgate.grading.graded import GRADED, GradedPart, GradedSubmission
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.words import hidden_points, judged, plain, points
from gradgate.report.sheet import head

_NAMED = 8  # submissions that a line of causes names


def html(graded: GradedClass) -> str:
    return page_of_one(graded.submissions[0], graded) if len(graded.submissions) == 1 else page_of_class(graded)


def page_of_one(submission: GradedSubmission, graded: GradedClass) -> str:
    seen = shown(submission)
    score = points(seen.score, seen.max_score)
    body = [f"<h1>{_set(seen.path)}</h1>", f'<p class="lead">{score} points{_and(hidden_points(seen))}</p>']
    if seen.message:
        body.append(f"<p><b>{_set(seen.status)}</b></p><pre>{_set(seen.message)}</pre>")
    body += map(_part, seen.parts)
    return _whole(f"{seen.path}: {score}", [*body, _about(graded)])


def page_of_class(
    graded: GradedClass, links: Mapping[str, str] | None = None, changed: Sequence[Change] | None = None
) -> str:
    """links: the address of each submission's own page, by its path; changed: against the grading before, if any."""
    body = [
        f"<h1>{_set(graded.name)}</h1>",
        f'<p class="lead">{_set(graded.sentence())}</p>',
        *_problems(graded),
        *(_changes(changed) if changed is not None else ()),
        *_scores(graded),
        *_causes(graded),
        "<h2>Submissions</h2>",
        _table(("submission", "points", *graded.parts.values()), _rows(graded, links or {}), "Submissions"),
        _about(graded),
    ]
    return _whole(graded.name, body)


def _whole(title: str, body: Iterable[str]) -> str:
    return "\n".join([head(plain(title), STYLE), "<body><main>", *body, "</main></body>", "</html>", ""])


def _part(part: GradedPart) -> str:
    title = f"<h2>{_set(part.title)} <small>{points(part.points, part.max_points)}</small></h2>"
    remarks = "".join(f"<li>{_set(remark)}</li>" for remark in part.remarks)
    message = f"<pre>{_set(part.message)}</pre>" if part.message else ""
    verdict = f"<p>{chip(part.verdict)} {_set(part.cause)}</p>" if part.visible else ""
    return f"{title}{verdict}{message}" + (f"<ul>{remarks}</ul>" if remarks else "")


def _problems(graded: GradedClass) -> Iterator[str]:
    lines = [*graded.problems, *(f"{each.path}: {each.message}" for each in graded.unreadable)]
    if lines:
        yield "<h2>Not graded</h2>"
        yield f"<ul>{''.join(f'<li>{_set(line)}</li>' for line in lines)}</ul>"


def _changes(changed: Sequence[Change]) -> Iterator[str]:
    yield "<h2>Changed since the grading before</h2>"
    if not changed:
        yield "<p>Nothing.</p>"
        return
    rows = (
        [_set(change.path), _scored(change), "<br/>".join(map(_set, change.parts)), _set("; ".join(change.why))]
        for change in changed
    )
    yield _table(("submission", "points", "what", "why"), rows, "Changes")


def _scored(change: Change) -> str:
    return " → ".join("–" if score is None else f"{score:g}" for score in (change.before, change.after))


def _scores(graded: GradedClass) -> Iterator[str]:
    if not graded.shares:
        return
    yield "<h2>Scores</h2>"
    told = "Submissions by the percent of the points that they reached: 0 to under 10, 10 to under 20, and so on."
    yield f"<figure>{histogram(graded.distribution())}<figcaption>{told}</figcaption></figure>"
    rows = []
    for name, title in graded.parts.items():
        share = f"{100 * graded.mean_share(name):.0f} %"
        rows.append([_set(title), share, share_of_verdicts(graded.verdicts(name))])
    yield _table(("part", "points earned", "verdicts"), rows, "Parts")


def _causes(graded: GradedClass) -> Iterator[str]:
    if not (causes := graded.causes()):
        return
    yield "<h2>What goes wrong</h2>"
    rows = []
    for cause in causes:
        more = f", and {len(cause.paths) - _NAMED} more" if len(cause.paths) > _NAMED else ""
        named = _set(", ".join(cause.paths[:_NAMED]) + more)
        rows.append([_set(cause.part), _set(cause.cause), str(len(cause.paths)), f'<span class="wrap">{named}</span>'])
    yield _table(("part", "cause", "submissions", "which"), rows, "Causes")


def _rows(graded: GradedClass, links: Mapping[str, str]) -> Iterator[list[str]]:
    for each in graded.submissions:
        name = _set(each.path)
        address = links.get(each.path)
        yield [
            f'<a href="{_set(address)}">{name}</a>' if address else name,
            points(each.score, each.max_score),
            *([chip(each.status)] if each.status != GRADED and not each.parts else ()),
            *(_cell(each, part) for part in (graded.parts if each.parts else ())),
        ]


def _cell(each: GradedSubmission, name: str) -> str:
    part = next((part for part in each.parts if part.id == name), None)
    return "–" if part is None else f'<span title="{_set(judged(part))}">{chip(part.verdict)}</span>'


def _table(headings: tuple[str, ...], rows: Iterable[Sequence[str]], label: str) -> str:
    """Cells are HTML already."""
    head_row = "".join(f"<th>{_set(heading)}</th>" for heading in headings)
    body = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}{'<td></td>' * (len(headings) - len(row))}</tr>"
        for row in rows
    )
    content = f"<table><thead><tr>{head_row}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{_set(label)}">{content}</div>'


def _set(text: str) -> str:
    return escape(plain(text))


def _and(text: str) -> str:
    return f" · {_set(text)}" if text else ""


def _about(graded: GradedClass) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in graded.gate.get("versions", {}).items() if version)
    rubric, tier = graded.gate.get("rubric"), graded.gate.get("tier")
    told = f"seed {graded.gate.get('seed')} · rubric {rubric} · isolation: {tier} · {versions}"
    return f'<p class="about">{_set(told)}</p>'
