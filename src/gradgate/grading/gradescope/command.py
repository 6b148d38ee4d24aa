"""`gradgate gradescope autograder.zip`: makes the zip that is uploaded to Gradescope as the assignment's autograder."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from gradgate.errors import CannotRun
from gradgate.grading.gradescope.wheel import packed, pins, wheel
from gradgate.grading.rubric_files import read_rubric, shipped_rubrics
from gradgate.report.console import console
from gradgate.verdicts import EXIT_VERIFIED

_HERE = Path(__file__).parent
_RUBRIC = "rubric.toml"
_PROGRAMS = ("setup.sh", "run_autograder")


def gradescope_zip(options: argparse.Namespace, given: list[str]) -> int:
    """Raises CannotRun for a rubric that is none, and where the zip cannot be written."""
    target = Path(options.zip)
    entries = entries_of(options)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        partial.write_bytes(packed(entries, _PROGRAMS))
        partial.replace(target)
    except OSError as error:
        raise CannotRun(f"{target}: {error.strerror}") from error
    size = target.stat().st_size / 1e6
    console().print(f"{target}: {', '.join(entries)}; {size:.1f} MB, ready to be uploaded", soft_wrap=True)
    return EXIT_VERIFIED


def entries_of(options: argparse.Namespace) -> dict[str, bytes]:
    """The files of the zip, by their names."""
    name, content = wheel()
    setup, run = ((_HERE / program).read_text(encoding="utf-8") for program in _PROGRAMS)
    words, files = _words(options)
    return {
        "setup.sh": setup.replace("@WHEEL@", f"./{name}").encode(),
        "run_autograder": run.replace("@OPTIONS@", shlex.join(words)).encode(),
        "constraints.txt": pins().encode(),
        name: content,
        **files,
    }


def _words(options: argparse.Namespace) -> tuple[list[str], dict[str, bytes]]:
    """What the server's command line holds, and the files that it names."""
    words, files = ["--seed", str(options.seed)], {}
    if options.hidden_seed is not None:
        words += ["--hidden-seed", str(options.hidden_seed)]
    if options.file:
        words += ["--file", options.file]
    if options.rubric:
        read_rubric(options.rubric)
        if options.rubric in shipped_rubrics():
            words += ["--rubric", options.rubric]
        else:
            files[_RUBRIC] = Path(options.rubric).read_bytes()
            words += ["--rubric", f"source/{_RUBRIC}"]
    return words, files
