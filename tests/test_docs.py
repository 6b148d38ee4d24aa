"""The documents say what the code does: names and figures that stand in both are compared."""

import re
from pathlib import Path

import pytest

from gradgate.interface import SIGNATURES
from gradgate.laws import LAWS

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_law_is_documented_with_its_statement(law):
    assert f"| `{law.name}` | {law.statement.replace('|', chr(92) + '|')}" in (ROOT / "docs/laws.md").read_text()


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=lambda signature: signature.name)
def test_every_function_is_documented_with_its_parameters(signature):
    assert f"`{signature.name}({', '.join(signature.parameters)})`" in (ROOT / "docs/contract.md").read_text()


def test_every_link_between_the_documents_leads_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    links = [(page, target) for page in pages for target in re.findall(r"\]\(([^)#]+)\)", page.read_text())]
    broken = [f"{page.name}: {target}" for page, target in links if not (page.parent / target).exists()]
    assert not [line for line in broken if "://" not in line]
