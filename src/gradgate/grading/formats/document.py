"""A graded class as one JSON document, schema "gradgate.grade/1" (docs/grade-json.md). Only keys named `seconds` hold
times: two gradings of the same files with the same seed are otherwise the same bytes."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gradgate.grading.graded_class import GradedClass

SCHEMA = "gradgate.grade/1"
_PLACE = '"submissions": ['


def document(graded: GradedClass, entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The text in pieces, a submission each: what a class has printed need not be in memory all at once.

    entries are the submissions with everything, in their order, as `graded.as_json` gives them.
    """
    frame = {
        "schema": SCHEMA,
        **graded.gate,
        "problems": list(graded.problems),
        "aside": list(graded.aside),
        "submissions": [],
        "seconds": round(graded.seconds, 3),
    }
    before, place, after = json.dumps(frame, indent=1, allow_nan=False).rpartition(_PLACE)
    yield before + place
    between = "\n"
    for entry in entries:
        yield between + textwrap.indent(json.dumps(entry, indent=1, allow_nan=False), "  ")
        between = ",\n"
    yield ("" if between == "\n" else "\n ") + after + "\n"
