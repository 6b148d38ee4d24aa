"""The documents say what the code does: names and figures that stand in both are compared."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gradgate.counts.laws import LAWS as COUNT_LAWS
from gradgate.grading.formulas import FORMULAS, PAGE, SECTIONS
from gradgate.grading.graded import VERDICTS
from gradgate.grading.rubric import RubricPart
from gradgate.grading.rubric_files import read_rubric
from gradgate.interface import CONTRACT
from gradgate.isolation.tiers import TIERS
from gradgate.laws import LAWS

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_law_is_documented_with_its_statement(law):
    assert f"| `{law.name}` | {law.statement.replace('|', chr(92) + '|')}" in (ROOT / "docs/laws.md").read_text()


@pytest.mark.parametrize("law", COUNT_LAWS, ids=lambda law: law.name)
def test_every_law_of_the_counts_is_documented_with_its_statement(law):
    assert f"| `{law.name}` | {law.statement.replace('|', chr(92) + '|')}" in (ROOT / "docs/counts.md").read_text()


@pytest.mark.parametrize("signature", CONTRACT.values(), ids=lambda signature: signature.name)
def test_every_function_is_documented_with_its_parameters(signature):
    assert f"`{signature.name}({', '.join(signature.parameters)})`" in (ROOT / "docs/contract.md").read_text()


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name)
def test_every_tier_of_the_isolation_is_documented_with_what_it_lacks(tier):
    page = (ROOT / "docs/isolation.md").read_text()
    assert f"\n| {tier.name} |" in page
    assert [sentence for sentence in tier.lacks if sentence not in page] == []


def test_the_attacks_are_as_many_as_their_page_says():
    page = (ROOT / "docs/isolation.md").read_text()
    said = re.search(
        r"holds (\d+) files: (\d+) that want points.*?, (\d+) that.*?, (\d+)\s+that.*?, and (\d+) right",
        page,
        re.DOTALL,
    )
    counts = [
        len(list((ROOT / "tests/attacks" / kind).glob("*.py"))) for kind in ("points", "harm", "hangs", "controls")
    ]
    assert [int(number) for number in said.groups()] == [sum(counts), *counts]


def test_every_link_between_the_documents_leads_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    links = [(page, target) for page in pages for target in re.findall(r"\]\(([^)#]+)\)", page.read_text())]
    broken = [f"{page.name}: {target}" for page, target in links if not (page.parent / target).exists()]
    assert not [line for line in broken if "://" not in line]


def test_no_page_holds_the_marks_of_an_unresolved_merge():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert [page.name for page in pages if re.search(r"^(<{7}|={7}$|>{7})", page.read_text(), re.MULTILINE)] == []


@pytest.mark.parametrize("function", FORMULAS)
def test_every_formula_that_students_are_sent_to_stands_in_its_section(function):
    sections = (ROOT / PAGE).read_text().split("\n### ")
    section = next(text for text in sections if text.startswith(f"{SECTIONS[function]}\n"))
    assert [formula for formula in FORMULAS[function].values() if f"- {formula}\n" not in section] == []


@pytest.mark.parametrize("key", [*(field.name for field in fields(RubricPart)), "cases", "weights", "credit"])
def test_every_key_of_a_rubric_is_documented(key):
    assert re.search(rf"^\| .*`\[?\[?{key}\]?\]?`", (ROOT / "docs/rubrics.md").read_text(), re.MULTILINE)


def test_the_rubric_in_the_document_makes_sense(tmp_path):
    [text] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/rubrics.md").read_text(), re.DOTALL)
    (tmp_path / "week2.toml").write_text(text, encoding="utf-8")
    assert read_rubric(str(tmp_path / "week2.toml")).max_score == 100


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_on_a_part_is_documented(verdict):
    assert f"*{verdict}*" in (ROOT / PAGE).read_text()
