"""docs/derivations.md: every derivation of the ledger, with its claims and slips, its code and its checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradgate.equations.claims import Claim, Row
from gradgate.equations.ledger import Finding
from gradgate.equations.setting import D_BY_V
from gradgate.equations.table import reasons
from gradgate.verdicts import REFUTED

_HEAD = """\
# The derivations, one by one

Every equation of the word2vec derivations that gradgate checks, in the order of their sources: two public solutions of
CS224n's assignment 2 (A2-I writes one column of U a word, A2-II one row), a newer form with repeated negatives
(A2-III), Princeton COS 484's precept 3 (COS), and notes on Rong's "word2vec parameter learning explained" (RONG). Each
*claim* is verified; each *slip*, a wrong version that circulates, is refuted with the smallest inputs that show it.

How a formula is written and judged: [equations.md](equations.md). To check one of your own: [derive.md](derive.md).
This page is written from the ledger (`corpus/equations/*.toml`) and its verdicts by `python -m gradgate.equations`; a
test compares them.

`gradgate equations` judges all of it, `gradgate equations A2-b` one row, `gradgate equations A2-b.rows` one claim.
"""


def page(rows: tuple[Row, ...], findings: Mapping[str, Finding]) -> str:
    return "\n".join([_HEAD, *(line for row in rows for line in _row(row, findings))])


def _row(row: Row, findings: Mapping[str, Finding]) -> Iterator[str]:
    yield f"## {row.id}: {row.title}\n"
    yield f"{row.derivation}\n"
    claims = [claim for claim in row.claims if claim.holds]
    if claims:
        yield "| claim | its source writes | checked as |\n| --- | --- | --- |"
        yield from (f"| `{claim.id}` | {_source(claim)} | {_statement(claim)} |" for claim in claims)
        yield ""
    for claim in row.claims:
        if not claim.holds:
            yield from _slip(findings[claim.id])
    yield f"Code: {', '.join(map(_code, row.code))}\n"
    own = [f"`gradgate equations {row.id}`"] if row.claims else []
    other = [f"`{row.check}`" + (f" ({row.checked})" if row.checked else "")]
    yield f"Check: {' · '.join(dict.fromkeys(own + other))}\n"


def _slip(finding: Finding) -> Iterator[str]:
    claim = finding.claim
    assert finding.verdict == REFUTED, claim.id
    yield f"- slip `{claim.id}`: {_source(claim)}"
    yield f"  - checked as {_statement(claim)}: refuted"
    yield from (f"  - {_plain(sentence)}" for sentence in reasons(finding))
    yield ""


def _source(claim: Claim) -> str:
    return _plain(f"{claim.source}: {claim.notation}")


def _statement(claim: Claim) -> str:
    given = claim.statement
    where = ", ".join(f"{name} := {formula}" for name, formula in given.where.items())
    layout = " (d×V)" if given.layout == D_BY_V else ""
    return f"`{given.due}{f'({where})' if where else ''} {given.relation} {given.formula}`{layout}"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is: no column ends in it, and no product becomes emphasis."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")


def _code(place: str) -> str:
    path, _, what = place.partition(": ")
    return f"[`{path}`](../{path})" + (f" (`{what}`)" if what and " " not in what else f" ({what})" if what else "")
