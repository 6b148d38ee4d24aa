"""The ledger: what is right is verified, what is a slip is refuted, and the wrong term is the one that is wrong."""

import functools
import importlib.util
import re
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradgate import cli
from gradgate.equations import ledger
from gradgate.equations.answers import LOSSES
from gradgate.equations.claims import rows
from gradgate.equations.document import ledger_document
from gradgate.equations.judging import LADDER, draw, judge
from gradgate.equations.ledger import SLIP_CASES, chosen, examine
from gradgate.equations.page import page
from gradgate.equations.parsing import FUNCTIONS
from gradgate.equations.settings import SETTINGS
from gradgate.equations.tokens import LETTERS
from gradgate.equations.wording import counterexample
from gradgate.errors import CannotRun

ROOT = Path(__file__).resolve().parents[1]
EQUATIONS_PAGE = (ROOT / "docs/equations.md").read_text(encoding="utf-8")
CASES = 100  # `gradgate equations` puts each right claim to 1,000
CLAIMS = [claim for row in rows() for claim in row.claims]
RIGHT = [claim for claim in CLAIMS if claim.holds]
SLIPS = [claim for claim in CLAIMS if not claim.holds]


@functools.cache
def findings():
    return examine(CLAIMS, lambda done, total: None, cases=CASES)


@pytest.mark.parametrize("claim", RIGHT, ids=lambda claim: claim.id)
def test_what_is_right_is_verified(claim):
    found = findings()[claim.id]
    assert found.verdict == "verified", found
    assert found.tally.cases == (1 if claim.statement.setting.constant else CASES)
    assert found.tally.worst <= 1


@pytest.mark.parametrize("claim", SLIPS, ids=lambda claim: claim.id)
def test_what_is_a_slip_is_refuted_and_its_wrong_term_is_named(claim):
    found = findings()[claim.id]
    assert found.verdict == "refuted", found
    assert found.misfit or found.tally.smallest
    assert found.mend or claim.wrong


def test_a_mended_slip_is_right():
    for claim in [claim for claim in SLIPS if findings()[claim.id].mend]:
        mended = replace(claim.statement, formula=findings()[claim.id].mend.formula)
        mended.require_fit()
        [tally] = judge([mended], range(LADDER, LADDER + 20))
        assert tally.verdict == "verified", claim.id


EQUALITIES = [claim for claim in RIGHT if claim.statement.relation == "=" and claim.statement.formula != "0"]


@pytest.mark.parametrize("plant", ["-({})", "({}) * 1.000000000000000000001", "({}) / 2"])
def test_a_planted_fault_is_refuted_in_every_claim(plant):
    for setting in {claim.statement.setting.name for claim in EQUALITIES}:
        given = [claim for claim in EQUALITIES if claim.statement.setting.name == setting]
        planted = [replace(claim.statement, formula=plant.format(claim.statement.formula)) for claim in given]
        tallies = judge(planted, range(1 if SETTINGS[setting].constant else 12))
        survived = [c.id for c, tally in zip(given, tallies, strict=True) if tally.verdict != "refuted"]
        assert survived == []


def test_finite_differences_alone_refute_slips():
    blind = {claim.id for claim in SLIPS if findings()[claim.id].tally.differences_failed}
    assert len(blind) >= 10, sorted(blind)


def test_the_smallest_counterexample_is_small():
    for found in (findings()[claim.id] for claim in SLIPS):
        if found.tally.smallest:
            drawn, _ = found.tally.smallest
            assert sum(np.size(value) for value in drawn.values.values()) <= 60, found.claim.id


def test_every_claim_has_an_id_of_its_own():
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_a_setting_draws_every_symbol_that_it_does_not_make(setting):
    for index in (0, LADDER - 1, LADDER, SLIP_CASES):
        drawn = draw(setting, index)
        assert set(setting.sizes) == set(drawn.sizes)
        for name, symbol in setting.symbols.items():
            if not symbol.formula:
                assert np.shape(drawn.values[name]) == tuple(drawn.sizes[size] for size in symbol.shape), name


def test_the_page_of_derivations_says_what_the_ledger_says():
    stands = (ROOT / "docs/derivations.md").read_text(encoding="utf-8")
    assert stands == page(rows(), findings()), "run `python -m gradgate.equations`"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_a_row_names_code_that_there_is_and_a_command_that_can_be_given(row):
    for place in row.code:
        path, _, function = place.partition(": ")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert not function or " " in function or f"def {function}(" in source, place
    program, *arguments = shlex.split(row.check)
    if program == "gradgate":
        assert cli._parser().parse_args(arguments)
    else:
        assert (program, arguments[:1], importlib.util.find_spec(arguments[1]) is not None) == ("python", ["-m"], True)


def test_the_first_counterexample_is_shown_whichever_process_is_first(monkeypatch):
    monkeypatch.setattr(ledger, "_performed", lambda tasks, jobs: ((task, task.perform()) for task in reversed(tasks)))
    given = [claim for claim in CLAIMS if claim.id in ("A2-g.counted-once", "A2-b.rows")]
    backwards = examine(given, lambda done, total: None, cases=CASES)
    for claim in given:
        assert counterexample_of(backwards[claim.id]) == counterexample_of(findings()[claim.id])


def counterexample_of(finding):
    return finding.tally.smallest and counterexample(finding.claim.statement, *finding.tally.smallest)


def test_the_document_shows_what_the_command_prints(capsys):
    given, printed = re.search(
        r"^\$ gradgate (equations .*)\n((?:.*\n)*?)\[\.\.\.", EQUATIONS_PAGE, re.MULTILINE
    ).groups()
    assert cli.main(given.split()) == 0
    assert capsys.readouterr().out.startswith(printed)


@pytest.mark.parametrize("name", LOSSES)
def test_every_setting_is_documented_with_its_symbols(name):
    line = next(line for line in EQUATIONS_PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    assert all(f"`{symbol}`" in line for symbol in SETTINGS[name].symbols)


@pytest.mark.parametrize("word", [*FUNCTIONS, *LETTERS])
def test_every_word_of_the_language_is_documented(word):
    assert f"{word}(" in EQUATIONS_PAGE or f"`{word}" in EQUATIONS_PAGE or word in "δ∑∇ₖⱼₒ∂"


def test_every_field_of_the_json_is_documented():
    found = findings()["A2-g.counted-once"]
    told = ledger_document([(row, [found.claim]) for row in rows() if row.id == "A2-g"], findings(), [], 0, 0)
    claim = told["rows"][0]["claims"][0]
    names = [*told, *told["rows"][0], *claim, *claim["counterexample"], *claim["wrong_term"]]
    assert [name for name in names if f"`{name}`" not in EQUATIONS_PAGE] == []


def test_an_unknown_claim_is_one_sentence_that_says_what_is_near():
    with pytest.raises(CannotRun, match=r"^the ledger has no A2-bb; did you mean A2-b"):
        chosen(["A2-bb"])
