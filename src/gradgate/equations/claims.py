"""The ledger's claims, read from corpus/equations: what the derivations say, and the slips that circulate."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from gradgate.equations.setting import V_BY_D
from gradgate.equations.settings import SETTINGS
from gradgate.equations.statement import EQUAL, Statement
from gradgate.places import folder

FILES = ("assignment", "precept", "rong", "invariants")


@dataclass(frozen=True, eq=False)
class Claim:
    """One statement of a source. id is "row.name"; notation is the source's own; holds is what is known of it.

    wrong and right name a slip's wrong term by hand, where no change of one term of the formula mends it.
    """

    id: str
    source: str
    notation: str
    statement: Statement
    holds: bool
    wrong: str = ""
    right: str = ""


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the ledger. derivation says why it holds, code where it is implemented ("FILE: function"), check is the
    command that examines that code; checked is what this command says beyond the formulas, "" where that is nothing."""

    id: str
    title: str
    claims: tuple[Claim, ...]
    derivation: str
    code: tuple[str, ...]
    check: str
    checked: str = ""


@cache
def rows() -> tuple[Row, ...]:
    """Every row, in the order of the files."""
    found = []
    for name in FILES:
        text = (folder("corpus") / "equations" / f"{name}.toml").read_text(encoding="utf-8")
        found += [_row(given) for given in tomllib.loads(text)["row"]]
    return tuple(found)


def _row(given: dict[str, Any]) -> Row:
    right = [_claim(given["id"], entry, True) for entry in given.get("claim", [])]
    slips = [_claim(given["id"], entry, False) for entry in given.get("slip", [])]
    return Row(
        id=given["id"],
        title=given["title"],
        claims=(*right, *slips),
        derivation=given["derivation"],
        code=tuple(given["code"]),
        check=given["check"],
        checked=given.get("checked", ""),
    )


def _claim(row: str, given: dict[str, Any], holds: bool) -> Claim:
    statement = Statement(
        SETTINGS[given["setting"]],
        given["due"],
        given["formula"],
        given.get("layout", V_BY_D),
        given.get("relation", EQUAL),
        given.get("where", {}),
    )
    name, wrong, right = given["name"], given.get("wrong", ""), given.get("right", "")
    return Claim(f"{row}.{name}", given["source"], given["notation"], statement, holds, wrong, right)
