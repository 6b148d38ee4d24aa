"""JUnit XML, as CodeGrade, GitLab and Jenkins read it: a suite for each submission, a case for each part.

XML has no way to write a control character, not even escaped: `plain` spells it out."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gradgate.grading.formats.shown import shown
from gradgate.grading.graded import GradedPart, GradedSubmission
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.words import feedback, judged, passed, plain


def junit(graded: GradedClass) -> str:
    suites = Element("testsuites", name="gradgate")
    for submission in graded.submissions:
        _suite(suites, shown(submission))
    totals = [suite.attrib for suite in suites]
    for count in ("tests", "failures", "errors"):
        suites.set(count, str(sum(int(total[count]) for total in totals)))
    indent(suites, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _suite(suites: Element, graded: GradedSubmission) -> None:
    suite = SubElement(suites, "testsuite", name=plain(graded.path), time=f"{graded.seconds:.3f}")
    properties = SubElement(suite, "properties")
    for name, value in {"score": graded.score, "max_score": graded.max_score, "status": graded.status}.items():
        SubElement(properties, "property", name=name, value=str(value))
    if not graded.parts:
        error = SubElement(SubElement(suite, "testcase", classname=plain(graded.path), name="grading"), "error")
        error.set("message", plain(graded.message))
    for part in graded.parts:
        _case(suite, part, graded)
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))


def _case(suite: Element, part: GradedPart, graded: GradedSubmission) -> None:
    case = SubElement(suite, "testcase", classname=plain(graded.path), name=plain(part.title))
    properties = SubElement(case, "properties")
    SubElement(properties, "property", name="points", value=f"{part.points:g}")
    SubElement(properties, "property", name="max_points", value=f"{part.max_points:g}")
    if not part.max_points:
        SubElement(case, "skipped", message=plain(part.message))
    elif not passed(part):
        problem = SubElement(
            case, "failure" if passed(part) is False else "error", type=part.verdict if part.visible else "hidden"
        )
        problem.set("message", plain(judged(part)))
        problem.text = plain(feedback(part))
    elif part.remarks:
        SubElement(case, "system-out").text = plain("\n".join(part.remarks))
