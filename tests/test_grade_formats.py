"""Each format of grades: complete, well-formed, and deaf to what hostile submissions write into it."""

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from gradgate.grading.changes import Change
from gradgate.grading.formats import FORMATS
from gradgate.grading.formats.document import document
from gradgate.grading.formats.html import page_of_class
from gradgate.grading.graded import (
    FAILED_TO_LOAD,
    GRADED,
    UNREADABLE,
    VERDICTS,
    GradedPart,
    GradedSubmission,
    as_json,
    from_json,
)
from gradgate.grading.graded_class import GradedClass

GATE = {"seed": 3, "rubric": "cs224n", "tier": "root", "versions": {"gradgate": "0.1.0", "numpy": "2.4.6"}}
NASTY = "<script>alert(1)</script>]]>&amp;\"'`|``` =1+1\x00\x1b[31m\ud800"
SECRET, TOLD = "the hidden input", "4 hidden checks, 25 points"


def part(number, verdict="verified", **changed):
    earned = 25.0 if verdict in ("verified", "fragile") else 0.0
    made = GradedPart(f"part{number}", f"Part {number}", earned, 25.0, verdict, "", "", (), True, {"note": "for staff"})
    return replace(made, **changed)


def submission(path, *parts, **changed):
    score, most = sum(each.points for each in parts), sum(each.max_points for each in parts)
    made = GradedSubmission(path, score, most, GRADED, "", parts, 0.25, "plain", "ab" * 32, "")
    return replace(made, **changed)


def of_class(*submissions, **changed):
    return replace(GradedClass("hw2", GATE, submissions), **changed)


NASTY_ONE = submission(
    f"={NASTY}.py",
    part(1, "refuted", cause=NASTY, message=NASTY, remarks=(NASTY,)),
    part(2),
    message=NASTY,
    output=NASTY,
)
HIDDEN = submission(
    "h.py", part(1), part(2, "refuted", visible=False, message=TOLD, staff={"cause": SECRET, "message": SECRET})
)
CLASS = of_class(
    submission("a.py", part(1), part(2, "fragile", remarks=("overflows at 710",))),
    submission("b.py", part(1), part(2, "refuted", cause="repeats counted once", message="row 2 ...")),
    submission("c.py", part(1, "crashed"), part(2, "timed out")),
    NASTY_ONE,
    submission("d.zip", status=UNREADABLE, message="it is truncated", max_score=50.0),
    submission("e.py", part(1, "not offered"), part(2, "blocked"), status=FAILED_TO_LOAD, message="SyntaxError"),
    problems=("x: there is no such file or folder",),
    aside=("marks.xlsx",),
)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_hostile_text_and_obeys_none_of_it(name):
    text = FORMATS[name].write(of_class(NASTY_ONE))
    assert not [c for c in text if not (c.isprintable() or c in "\n\t")]
    assert "<script>" not in text or name not in ("html", "junit")
    assert FORMATS[name].write(of_class(NASTY_ONE)) == text


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.one])
def test_a_format_of_a_class_names_every_submission(name):
    text = FORMATS[name].write(CLASS)
    for each in CLASS.submissions:
        assert each is NASTY_ONE or each.path in text, each.path


@pytest.mark.parametrize("name", ["gradescope", "check50", "junit", "html", "markdown"])
def test_a_hidden_part_shows_its_points_and_nothing_more(name):
    text = FORMATS[name].write(of_class(HIDDEN))
    assert SECRET not in text
    assert TOLD in text
    assert "refuted" not in text


@pytest.mark.parametrize("graded", [of_class(NASTY_ONE), CLASS, of_class(), of_class(HIDDEN)])
def test_pages_are_well_formed_and_hold_no_script(graded):
    text = page_of_class(graded, {"a.py": 'grading-1/a".html'}, [Change(NASTY, 1.0, None, (NASTY,), (NASTY,))])
    tree = ElementTree.fromstring(text.partition("\n")[2])
    assert {element.tag for element in tree.iter()}.isdisjoint({"script", "iframe", "object", "img", "link"})
    assert not [key for element in tree.iter() for key in element.attrib if key.startswith("on")]


def test_junit_counts_what_failed_and_what_could_not_be_told():
    suites = ElementTree.fromstring(FORMATS["junit"].write(CLASS))
    assert [(s.get("tests"), s.get("failures"), s.get("errors")) for s in suites] == [
        ("2", "0", "0"), ("2", "1", "0"), ("2", "2", "0"), ("2", "1", "0"), ("1", "0", "1"), ("2", "2", "0")
    ]  # fmt: skip
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("11", "6", "1")
    assert suites[1][2].find("failure").get("message") == "refuted: repeats counted once"


def test_a_spreadsheet_runs_nothing_of_a_table():
    text = FORMATS["csv"].write(CLASS)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(CLASS.submissions)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert (rows[1]["score"], rows[1]["part2 cause"]) == ("25", "repeats counted once")


TOP = {"score", "execution_time", "output", "output_format", "visibility", "stdout_visibility", "extra_data", "tests"}
TEST = {"score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags",
        "visibility", "extra_data"}  # fmt: skip


@pytest.mark.parametrize("each", [*CLASS.submissions, HIDDEN], ids=lambda each: ascii(each.path)[:9])
def test_gradescope_finds_the_keys_it_knows_and_sums_that_agree(each):
    results = json.loads(FORMATS["gradescope"].write(of_class(each)))
    assert set(results) <= TOP
    for test in results["tests"]:
        assert set(test) <= TEST
        assert test["status"] in ("passed", "failed")
    assert results["score"] == sum(test["score"] for test in results["tests"])
    assert [test["max_score"] for test in results["tests"]] == [25.0] * len(each.parts)
    assert results["output_format"] == "text"


def test_check50_says_what_passed_what_failed_and_why():
    found = json.loads(FORMATS["check50"].write(of_class(CLASS.submissions[1])))
    assert [(result["name"], result["passed"]) for result in found["results"]] == [("part1", True), ("part2", False)]
    assert set(found) == {"slug", "results", "version"}
    assert found["results"][1]["cause"] == {"rationale": "refuted: repeats counted once", "help": "row 2 ..."}
    inconclusive = submission("i.py", part(1, "inconclusive"))
    assert json.loads(FORMATS["check50"].write(of_class(inconclusive)))["results"][0]["passed"] is None


def test_the_document_holds_everything_and_gives_it_back():
    text = "".join(document(CLASS, map(as_json, CLASS.submissions)))
    found = json.loads(text)
    assert text == json.dumps(found, indent=1) + "\n", "in pieces it is what it is as a whole"
    assert json.loads("".join(document(of_class(), [])))["submissions"] == []
    assert found["schema"] == "gradgate.grade/1"
    assert (found["seed"], found["tier"], found["problems"]) == (3, "root", list(CLASS.problems))
    assert tuple(map(from_json, found["submissions"])) == CLASS.submissions


def test_the_page_of_a_class_says_what_is_common():
    assert CLASS.distribution() == [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
    assert [(cause.part, cause.cause, len(cause.paths)) for cause in CLASS.causes()][:2] == [
        ("Part 1", NASTY, 1), ("Part 1", "crashed", 1)
    ]  # fmt: skip
    assert CLASS.sentence() == (
        "6 submissions: 4 graded, 1 failed to load, 1 unreadable; median 50 %, mean 40 %, full marks 1"
    )
    assert CLASS.mean_share("part1") == 0.4
    assert sum(CLASS.verdicts("part2").values()) == 5
    assert set(CLASS.verdicts("part2")) <= set(VERDICTS)
