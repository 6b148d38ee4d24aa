"""The forms in which grades leave: one file a format, each a function from a graded class to text.

What students may see comes from `shown`; everything, for staff, from `document`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradgate.grading.formats.check50 import check50
from gradgate.grading.formats.gradescope import gradescope
from gradgate.grading.formats.html import html
from gradgate.grading.formats.junit import junit
from gradgate.grading.formats.markdown import markdown
from gradgate.grading.formats.table import csv
from gradgate.grading.graded_class import GradedClass


@dataclass(frozen=True)
class Format:
    """write makes the text of the whole file; one: of a single submission only."""

    write: Callable[[GradedClass], str]
    help: str
    one: bool = False


FORMATS = {
    "csv": Format(csv, "a table of all submissions"),
    "html": Format(html, "a page of the class, or of the one submission"),
    "markdown": Format(markdown, "what the page says, as Markdown"),
    "junit": Format(junit, "JUnit XML, a test case for each part"),
    "gradescope": Format(gradescope, "results.json of Gradescope, for one submission", one=True),
    "check50": Format(check50, "JSON as check50 writes it, for one submission", one=True),
}
