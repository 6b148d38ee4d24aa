"""A formula that somebody wrote: its language, its sizes, its verdict, and what a bad one is told."""

import json
import math
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from flint import arb, ctx

from gradgate import cli
from gradgate.equations.answers import LOSSES, answer, question
from gradgate.equations.comparing import BLURRED, compare
from gradgate.equations.differences import slope
from gradgate.equations.errors import FormulaError, ShapeError
from gradgate.equations.judging import LADDER, draw
from gradgate.equations.parsing import parse
from gradgate.equations.settings import SETTINGS
from gradgate.equations.shapes import Shapes
from gradgate.equations.statement import Statement
from gradgate.equations.tree import written
from gradgate.equations.truth import Truth
from gradgate.equations.values import World
from gradgate.grading.rubric_files import read_rubric

DOCUMENT = (Path(__file__).resolve().parents[1] / "docs/derive.md").read_text(encoding="utf-8")


def judged(formula, of, loss="naive_softmax", layout="V×d", cases=120):
    return answer(question(of, loss, layout), formula, cases=cases)


# ---- the language


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Uᵀ@(ŷ − y)", "U.T @ (y_hat - y)"),
        ("U^T @ (y_hat-y)", "U.T @ (y_hat - y)"),
        ("U⊤ @ (y\u0302 - y)", "U.T @ (y_hat - y)"),
        ("Σ_k(σ(u_k @ v)*u_k)", "sum_k(sigma(u_k @ v) * u_k)"),
        ("∂J/∂v", "dJ/dv"),
        ("sigmoid(x) + ln(x)", "sigma(x) + log(x)"),
        ("a-(b-c)-d", "a - (b - c) - d"),
        ("-a**2", "-a ** 2"),
        ("(-a)^2", "(-a) ** 2"),
        ("2**-x", "2 ** -x"),
        ("a/b*c", "a / b * c"),
        ("a/(b*c)", "a / (b * c)"),
        ("(a@b).T[o]", "(a @ b).T[o]"),
        ("U[:, o]", "U[:, o]"),
        ("1.50", "1.50"),
    ],
)
def test_a_formula_is_read_as_the_field_writes_it(text, plain):
    assert written(parse(text)) == plain
    assert parse(plain) == parse(text)


def test_minus_binds_as_in_python():
    drawn = draw(SETTINGS["entrywise"], 0)
    world = World(SETTINGS["entrywise"], drawn, in_balls=False)
    x = drawn.values["x"]
    for text, due in [("-x**2", -(x**2)), ("2 - 3 - x", -1 - x), ("2**3**0 * x", 2.0 * x), ("x - -x", 2 * x)]:
        np.testing.assert_array_equal(world.value(parse(text), "V×d"), due)


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("", 1, "there is no formula"),
        ("U.T (y_hat - y)", 5, "an operator is missing before"),
        ("2y", 2, "an operator is missing before 'y'"),
        ("U @ (y", 5, "this bracket is not closed"),
        ("y)", 2, "this bracket closes none"),
        ("U @", 4, "the formula ends where a term is due"),
        ("U @ * y", 5, "'*' stands where a term is due"),
        ("tanh(y)", 1, "there is no function tanh"),
        ("outer(y)", 1, "outer takes 2 arguments, and here are 1"),
        ("\\hat y", 1, "LaTeX is not read"),
        ("u·v", 2, "write @"),
        ("y = y_hat", 3, "write the right-hand side alone"),
        ("U[", 3, "square brackets hold one index"),
        ("sum_k(sum_k(u_k))", 1, "sum over one index once"),
        ("__import__('os')", 1, "'_' has no meaning here"),
        ("(" * 60, 51, "more than 50 brackets"),
        ("-" * 60 + "v", 51, "more than 50 brackets"),
        ("+".join(["v"] * 400), 301, "at most 300 words"),
        ("v" * 3000, 2000, "at most 2000 characters"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text, place, sentence):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.place == place, caught.value
    assert sentence in caught.value.sentence
    assert "\n" not in str(caught.value)


# ---- sizes


def shape(text, setting="naive_softmax", layout="V×d", bound=frozenset()):
    return Shapes(SETTINGS[setting], layout, text).of(parse(text), bound)


@pytest.mark.parametrize(
    ("text", "setting", "layout", "due"),
    [
        ("U", "naive_softmax", "V×d", ("V", "d")),
        ("U", "naive_softmax", "d×V", ("d", "V")),
        ("U[o]", "naive_softmax", "V×d", ("d",)),
        ("U[:, o]", "naive_softmax", "d×V", ("d",)),
        ("U_neg", "negative_sampling", "d×V", ("d", "K")),
        ("u_o @ v", "naive_softmax", "V×d", ()),
        ("outer(v, y)", "naive_softmax", "V×d", ("d", "V")),
        ("dJ/dU", "naive_softmax", "d×V", ("d", "V")),
        ("dz/dx", "linear", "V×d", ("n", "m")),
        ("diag(y) @ U / d", "naive_softmax", "V×d", ("V", "d")),
        ("sum_w(y_w * u_w)", "naive_softmax", "V×d", ("d",)),
        ("Y[0]", "skipgram", "V×d", ("V",)),
    ],
)
def test_the_shape_of_a_formula_is_known_in_names_of_sizes(text, setting, layout, due):
    assert shape(text, setting, layout) == due


@pytest.mark.parametrize(
    ("text", "layout", "sentence"),
    [
        ("U @ y", "V×d", "d does not meet V; U.T @ y would have a value"),
        ("y @ U", "d×V", "V does not meet d; y @ U.T would have a value"),
        ("U.T @ v", "V×d", "V does not meet d"),
        ("(y_hat - y) * v", "V×d", "write outer(...)"),
        ("y @ v", "V×d", "outer(y, v) for the matrix of all products"),
        ("U + U.T", "V×d", "transpose one of them"),
        ("y + v", "V×d", "needs two of one shape"),
        ("2 @ v", "V×d", "write *"),
        ("softmax(U)", "V×d", "softmax takes vectors"),
        ("diag(2)", "V×d", "diag takes vectors"),
        ("outer(v, 2)", "V×d", "2 is a number"),
        ("sum(3)", "V×d", "adds up entries"),
        ("U[o]", "d×V", "take a column with [:, o]"),
        ("v[o]", "V×d", "use another index"),
        ("y_hat_o[o]", "V×d", "has no entry [o]"),
        ("max(y, v)", "V×d", "max takes two of one shape"),
        ("2 ** v", "V×d", "needs two of one shape"),
    ],
)
def test_sizes_that_do_not_fit_are_told_with_what_would(text, layout, sentence):
    with pytest.raises(ShapeError) as caught:
        shape(text, layout=layout)
    assert sentence in caught.value.sentence, caught.value.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("yhat", "did you mean y_hat?"),
        ("u_w", "add them up with sum_w(u_w ...)"),
        ("o * v", "use it in brackets only, U[o]"),
        ("U[v]", "v is no index here"),
        ("sum_k(v)", "there is no index k in naive_softmax"),
        ("dJ/dV", "V is a size"),
        ("dJ/do", "use it in brackets only"),
    ],
)
def test_an_unknown_symbol_is_told_with_those_that_there_are(text, sentence):
    with pytest.raises(FormulaError) as caught:
        shape(text)
    assert sentence in caught.value.sentence
    assert not isinstance(caught.value, ShapeError)


def test_names_of_sizes_that_are_equal_numbers_do_not_fit_either():
    """With V = d in a case, a check of numbers would let U in the place of U.T pass."""
    with pytest.raises(ShapeError):
        shape("U @ U")


# ---- what is due, by three means that must agree


@pytest.mark.parametrize("loss", [name for name in LOSSES if SETTINGS[name].exact])
def test_reference_taylor_arithmetic_and_differences_agree(loss):
    setting = SETTINGS[loss]
    for index in (3, LADDER - 1, LADDER + 1, LADDER + 4):
        drawn = draw(setting, index)
        with ctx.workprec(192):
            truth, plain = Truth(setting, drawn), World(setting, drawn)
            for name in setting.exact:
                exact = np.asarray(truth.value(parse(name), "V×d"), object)
                taylor = np.asarray(plain.value(parse(name), "V×d"), object)
                assert all(a.overlaps(b) for a, b in zip(exact.ravel(), taylor.ravel(), strict=True)), name
                if name not in {"J", "s"}:
                    by = name.split("/d")[1]
                    direction = np.where(np.arange(exact.size) % 2, 1.0, -1.0).reshape(exact.shape)
                    rate = sum((a * int(w) for a, w in zip(exact.ravel(), direction.ravel(), strict=True)), arb(0))
                    assert slope(plain, "J", by, direction).overlaps(rate), name


def test_a_difference_is_enclosed_sharply():
    drawn = draw(SETTINGS["naive_softmax"], LADDER + 1)
    found = slope(World(SETTINGS["naive_softmax"], drawn), "J", "v", np.ones(drawn.sizes["d"]))
    assert 0 < float(found.rad()) < 1e-25


def test_a_relative_error_of_1e_25_in_one_term_is_refuted():
    assert judged("U.T @ (y_hat - y)", "dJ/dv").verdict == "verified"
    tiny = "1.0000000000000000000000001"
    wrong = judged(f"-u_o + {tiny} * sum_w(y_hat_w * u_w)", "dJ/dv")
    assert wrong.verdict == "refuted"


def test_an_enclosure_that_is_too_wide_verifies_nothing():
    found = judged("0 * exp(exp(exp(exp(9 + v @ v)))) + U.T @ (y_hat - y)", "dJ/dv", cases=4)
    assert found.verdict == "inconclusive"
    assert "no value that could be told" in found.example


def test_precision_grows_until_a_cancelling_formula_is_sharp():
    formula = "U.T @ (y_hat - y) + (exp(400) + v) - exp(400) - v"
    assert judged(formula, "dJ/dv").verdict == "verified"
    statement = Statement(SETTINGS["naive_softmax"], "dJ/dv", formula, "V×d")
    with ctx.workprec(192):
        from gradgate.equations.comparing import _compared

        coarse = _compared(statement, Truth(statement.setting, draw(statement.setting, 2)), statement.right)
    assert coarse.outcome == BLURRED
    assert compare(statement, draw(statement.setting, 2)).outcome == "holds"


# ---- verdicts and causes


@pytest.mark.parametrize(
    ("formula", "of", "loss", "layout"),
    [
        ("U.T @ (y_hat - y)", "dJ/dv", "naive_softmax", "V×d"),
        ("U.T @ (y_hat - y)", "dJ/dv_c", "naive_softmax", "V×d"),
        ("U @ (softmax(U.T @ v) - y)", "dJ/dv", "naive_softmax", "d×V"),
        ("sum_w(y_hat_w * U[w]) - U[o]", "dJ/dv", "naive_softmax", "V×d"),
        ("outer(v, y_hat - y)", "dJ/dU", "naive_softmax", "dxV"),
        ("n_k * sigma(u_k @ v) * v", "dJ/du_k", "negative_sampling_repeated", "V×d"),
        ("diag(s * (1 - s))", "ds/dx", "entrywise", "V×d"),
        ("W_r.T", "dz_r/dx", "linear", "V×d"),
        ("U.T @ (y_hat - y) / C", "dJ/dv_j", "cbow_mean", "V×d"),
    ],
)
def test_a_right_formula_is_verified(formula, of, loss, layout):
    found = judged(formula, of, loss, layout)
    assert found.verdict == "verified", found
    assert not found.cause


@pytest.mark.parametrize(
    ("formula", "of", "loss", "cause"),
    [
        ("U.T @ (y - y_hat)", "dJ/dv", "naive_softmax", "the sign: y - y_hat stands where y_hat - y is due"),
        ("U.T @ y_hat", "dJ/dv", "naive_softmax", "a term is missing: y_hat stands where y_hat - y is due"),
        ("2 * U.T @ (y_hat - y)", "dJ/dv", "naive_softmax", "2 is a factor too many"),
        ("outer(y_hat, v)", "dJ/dU", "naive_softmax", "a term is missing"),
        ("(1 - sigma(u_k @ v)) * v", "dJ/du_k", "negative_sampling", "the complement: 1 - sigma(u_k @ v)"),
        ("sigma(-u_k @ v) * v", "dJ/du_k", "negative_sampling", "the sign: -u_k stands where u_k is due"),
        ("sigma(u_k @ v) * u_k", "dJ/du_k", "negative_sampling", "the symbol: u_k stands where v is due"),
        ("sigma(u_k @ v) * v", "dJ/du_k", "negative_sampling_repeated", "a factor is missing"),
        ("sum_j(U.T @ (y_hat - y_j)) / C", "dJ/dv", "skipgram", "C is a divisor too many"),
        ("U.T @ (y_hat - y)", "dJ/dv_j", "cbow_mean", "a divisor is missing"),
        (
            "sigma(t)",
            "ds_t/dt",
            "entrywise",
            "the derivative of sigma: sigma(t) stands where sigma(t) * (1 - sigma(t))",
        ),
        ("3 * U.T @ (y_hat - y) + v", "dJ/dv", "naive_softmax", "3 is a factor too many; and v is a term too many"),
    ],
)
def test_a_wrong_formula_is_refuted_and_its_term_named(formula, of, loss, cause):
    found = judged(formula, of, loss)
    assert found.verdict == "refuted"
    assert cause in found.cause, found.cause
    assert "the formula gives" in found.example


def test_another_quantity_that_the_formula_is_right_for_is_named():
    found = judged("(sigma(u_o @ v) - 1) * v", "dJ/dv", "negative_sampling")
    assert found.remarks == ("it is dJ/du_o",)


def test_the_other_layout_is_named_where_the_formula_is_right_in_it():
    found = judged("U @ (y_hat - y)", "dJ/dv")
    assert "U.T @ (y_hat - y) would have a value" in found.misfit
    assert found.remarks == ("it is right in the layout d×V",)


def test_a_formula_for_distinct_negatives_is_told_where_it_ends():
    assert "n_k" in judged("sigma(u_k @ v) * v", "dJ/du_k", "negative_sampling").remarks[0]
    assert judged("(sigma(u_o @ v) - 1) * v", "dJ/du_o", "negative_sampling").remarks == ()


@pytest.mark.parametrize(
    ("formula", "of", "sentence"),
    [
        ("dJ/dU.T @ v", "dJ/dv", "dJ/dU is not written out"),
        ("J", "J", "J is what is asked for"),
        ("2 * y_hat", "y_hat", "y_hat is what is asked for"),
    ],
)
def test_an_answer_that_names_the_question_is_none(formula, of, sentence):
    with pytest.raises(FormulaError, match=sentence):
        judged(formula, of)


# ---- the command


@pytest.mark.parametrize(
    ("arguments", "code", "shown"),
    [
        (["U.T @ (y_hat - y)", "--of", "dJ/dv"], 0, "verified: dJ/dv = U.T @ (y_hat - y)"),
        (["U.T @ (y - y_hat)", "--of", "dJ/dv"], 1, "wrong     the sign: y - y_hat stands where y_hat - y is due"),
        (["-log(y_hat_o)", "--of", "J"], 0, "verified: J = -log(y_hat_o)"),
        (["-u_o+sum_w(y_hat_w*u_w)", "--of", "dJ/dv"], 0, "verified: dJ/dv = -u_o+sum_w(y_hat_w*u_w)"),
        (["0 * exp(exp(exp(exp(9)))) * v", "--of", "dJ/dv"], 2, "cases cannot be told"),
    ],
)
def test_the_command_exits_with_the_verdict(arguments, code, shown, capsys):
    assert cli.main(["derive", *arguments, "--cases", "100"]) == code
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["U.T @ (y_hat - y", "--of", "dJ/dv"],
        ["U.T @ (yhat - y)", "--of", "dJ/dv"],
        ["U @ (y_hat - y)", "--of", "dJ/dv"],
        ["y_hat - y", "--of", "dJ/dv"],
        ["y", "--of", "dJ/dnothing"],
        ["y", "--of", "U @ v"],
        ["y", "--of", "dJ/dv", "--loss", "softmax"],
        ["y", "--of", "dJ/dv", "--layout", "rows"],
        ["y_hat - y", "--of", "dJ/dtheta", "--json", "nowhere/report.json"],
    ],
    ids=" ".join,
)
def test_bad_input_is_one_sentence_and_exit_4(arguments, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["derive", *arguments]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("gradgate: ")
    assert printed.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_verdict_can_be_had_as_json(tmp_path, capsys):
    target = tmp_path / "verdict.json"
    cli.main(["derive", "U.T @ (y - y_hat)", "--of", "dJ/dv", "--json", str(target)])
    told = json.loads(target.read_text(encoding="utf-8"))
    assert (told["schema"], told["verdict"], told["exit"]) == ("gradgate.derive/1", "refuted", 1)
    assert told["wrong_terms"] == [
        {"kind": "the sign", "wrong": "y - y_hat", "due": "y_hat - y", "mended": "U.T @ (y_hat - y)"}
    ]
    example = told["counterexample"]
    U, v, y = (np.array(example["inputs"][name]) for name in "Uvy")
    weights = np.exp(U @ v)
    assert math.isclose(example["due"], (U.T @ (weights / weights.sum() - y))[example["place"][0]])


def test_the_ledger_can_be_had_as_json(tmp_path, capsys):
    target = tmp_path / "ledger.json"
    assert cli.main(["equations", "A2-b.rows", "COS-SVD", "--cases", "50", "--json", str(target)]) == 0
    told = json.loads(target.read_text(encoding="utf-8"))
    assert told["schema"] == "gradgate.equations/1"
    assert [row["id"] for row in told["rows"]] == ["A2-b", "COS-SVD"]
    [claim] = told["rows"][0]["claims"]
    assert (claim["id"], claim["verdict"], claim["cases"]) == ("A2-b.rows", "verified", 50)
    assert told["rows"][1]["check"] == "gradgate verify --loss svd"


def test_an_unknown_row_exits_with_4(capsys):
    assert cli.main(["equations", "A3-b"]) == 4
    assert "the ledger has no A3-b" in capsys.readouterr().err


# ---- the document


COMMANDS = re.findall(r"^\$ gradgate derive (.*)\n((?:(?!\$|```).*\n)+)", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize(("given", "printed"), COMMANDS, ids=[given for given, _ in COMMANDS])
def test_the_document_shows_what_the_command_prints(given, printed, capsys):
    cli.main(["derive", *shlex.split(given)])
    told = capsys.readouterr()
    assert (told.out + told.err) == printed


def test_the_written_rubric_in_the_document_makes_sense(tmp_path):
    [text] = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "week2.toml").write_text(text, encoding="utf-8")
    assert read_rubric(str(tmp_path / "week2.toml")).max_score == 25
