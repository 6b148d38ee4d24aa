"""Every law has its property-based test, and each of those tests holds one law."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from gradgate.laws import LAWS

PROPERTIES = Path(__file__).resolve().parents[1] / "properties"


def held(source: str) -> Counter[str]:
    """The laws that the tests of a file hold, one test each. Asserts that a test with `implementation` holds one."""
    laws: Counter[str] = Counter()
    for test in ast.walk(ast.parse(source)):
        if not isinstance(test, ast.FunctionDef) or not test.name.startswith("test_"):
            continue
        names = [name for call in ast.walk(test) for name in _law_of(call)]
        assert len(names) == 1, f"{test.name} holds {len(names)} laws; one law a test"
        assert _is_given_data(test), f"{test.name} draws nothing: it needs @given(data=st.data()) and `implementation`"
        laws.update(names)
    return laws


def _law_of(node: ast.AST) -> list[str]:
    match node:
        case ast.Call(func=ast.Name(id="hold"), args=[ast.Constant(value=str(name)), *_]):
            return [name]
        case ast.Call(func=ast.Name(id="hold_on_text")):
            return ["real text"]
    return []


def _is_given_data(test: ast.FunctionDef) -> bool:
    decorators = [ast.unparse(decorator) for decorator in test.decorator_list]
    return "given(data=st.data())" in decorators and [a.arg for a in test.args.args] == ["implementation", "data"]


def missing(found: Counter[str]) -> list[str]:
    return [law.name for law in LAWS if found[law.name] != 1]


def test_every_law_is_held_by_exactly_one_test():
    found = sum((held(path.read_text(encoding="utf-8")) for path in PROPERTIES.glob("test_*.py")), Counter())
    assert missing(found) == [], "laws without a test of their own in properties/"
    assert set(found) == {law.name for law in LAWS} | {"real text"}


def test_a_law_without_a_test_is_reported():
    source = (PROPERTIES / "test_exact.py").read_text(encoding="utf-8")
    assert "exact_value" not in missing(held(source))
    assert "exact_value" in missing(held(source.replace('hold("exact_value"', 'hold("exact_gradient"')))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('    hold("agreement", implementation, data)', "    pass"), "holds 0 laws"),
        (("(implementation, data):", "(data):"), "draws nothing"),
        (("@given(data=st.data())", "@settings()"), "draws nothing"),
    ],
)
def test_a_test_that_holds_no_law_is_reported(change, message):
    source = (PROPERTIES / "test_exact.py").read_text(encoding="utf-8")
    with pytest.raises(AssertionError, match=message):
        held(source.replace(*change))
