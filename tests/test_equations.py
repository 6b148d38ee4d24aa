"""The ledger: what is right is verified, what is a slip is refuted, and the wrong term is the one that is wrong."""

import functools

import numpy as np
import pytest

from gradgate.equations.claims import rows
from gradgate.equations.judging import LADDER, draw, judge
from gradgate.equations.ledger import SLIP_CASES, chosen, examine
from gradgate.equations.settings import SETTINGS
from gradgate.equations.statement import Statement
from gradgate.errors import CannotRun

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


@pytest.mark.parametrize("claim", [claim for claim in SLIPS if findings()[claim.id].mend], ids=lambda claim: claim.id)
def test_a_mended_slip_is_right(claim):
    given = claim.statement
    mended = Statement(given.setting, given.due, findings()[claim.id].mend.formula, given.layout, given.relation)
    mended.require_fit()
    [tally] = judge([mended], range(LADDER, LADDER + 60))
    assert tally.verdict == "verified"


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


def test_an_unknown_claim_is_one_sentence_that_says_what_is_near():
    with pytest.raises(CannotRun, match=r"^the ledger has no A2-bb; did you mean A2-b"):
        chosen(["A2-bb"])
