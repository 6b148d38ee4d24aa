"""The ledger and a derived formula as JSON: docs/equations.md lists the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradgate.equations.answers import Answer
from gradgate.equations.claims import Claim, Row
from gradgate.equations.comparing import Comparison
from gradgate.equations.judging import Tally
from gradgate.equations.ledger import Finding
from gradgate.equations.mending import Mend
from gradgate.equations.setting import Drawn
from gradgate.equations.statement import Statement

LEDGER_SCHEMA = "gradgate.equations/1"
DERIVE_SCHEMA = "gradgate.derive/1"


def ledger_document(
    chosen: Sequence[tuple[Row, list[Claim]]], findings: Mapping[str, Finding], given: list[str], seed: int, code: int
) -> dict[str, Any]:
    return {
        "schema": LEDGER_SCHEMA,
        "arguments": given,
        "seed": seed,
        "exit": code,
        "rows": [
            {
                "id": row.id,
                "title": row.title,
                "code": list(row.code),
                "check": row.check,
                "checked_there": row.checked or None,
                "claims": [_claim(findings[claim.id]) for claim in claims],
            }
            for row, claims in chosen
        ],
    }


def derive_document(found: Answer, given: list[str], seed: int, code: int) -> dict[str, Any]:
    return {
        "schema": DERIVE_SCHEMA,
        "arguments": given,
        "seed": seed,
        "exit": code,
        **answer_fields(found),
    }


def answer_fields(found: Answer) -> dict[str, Any]:
    return {
        **statement_fields(found.statement),
        "verdict": found.verdict,
        **tally_fields(found.statement, found.tally),
        "misfit": found.misfit or None,
        "wrong_terms": [mend_fields(mend) for mend in found.mends],
        "remarks": list(found.remarks),
    }


def _claim(finding: Finding) -> dict[str, Any]:
    claim = finding.claim
    return {
        "id": claim.id,
        "source": claim.source,
        "notation": claim.notation,
        "holds": claim.holds,
        **statement_fields(claim.statement),
        "verdict": finding.verdict,
        **tally_fields(claim.statement, finding.tally),
        "misfit": finding.misfit or None,
        "wrong_term": _wrong_term(finding),
    }


def statement_fields(statement: Statement) -> dict[str, Any]:
    return {
        "setting": statement.setting.name,
        "layout": statement.layout,
        "due": statement.due,
        "relation": statement.relation,
        "formula": statement.formula,
        "where": dict(statement.where),
    }


def tally_fields(statement: Statement, tally: Tally) -> dict[str, Any]:
    return {
        "cases": tally.cases,
        "failed": tally.failed,
        "undecided": tally.blurred,
        "worst_error_over_bound": tally.worst,
        "widest_bound": tally.width,
        "differences": tally.differences,
        "differences_failed": tally.differences_failed,
        "worst_difference_over_bound": tally.differences_worst,
        "counterexample": _counterexample(statement, *tally.smallest) if tally.smallest else None,
    }


def mend_fields(mend: Mend | None) -> dict[str, Any] | None:
    if mend is None:
        return None
    return {"kind": mend.kind, "wrong": mend.wrong, "due": mend.due, "mended": mend.formula}


def _wrong_term(finding: Finding) -> dict[str, Any] | None:
    if finding.claim.wrong:
        return {"kind": "the wrong term", "wrong": finding.claim.wrong, "due": finding.claim.right, "mended": None}
    return mend_fields(finding.mend)


def _counterexample(statement: Statement, drawn: Drawn, found: Comparison) -> dict[str, Any]:
    values = {name: np.asarray(drawn.values[name]).tolist() for name in statement.needs()}
    return {
        "sizes": dict(drawn.sizes),
        "inputs": values,
        "indices": dict(found.indices),
        "place": list(found.place),
        "due": found.due,
        "given": found.given,
    }
