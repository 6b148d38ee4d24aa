"""A submission's bytes: what `python FILE` reads is read, and the rest is refused in a sentence for its author."""

from __future__ import annotations

import codecs

import pytest

from gradgate.grading.source import LIMIT, Unreadable, decoded

LATIN = "# -*- coding: latin-1 -*-\nname = 'café'\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        (codecs.BOM_UTF8 + b"x = 1\n", "x = 1\n"),
        ("name = 'café'\n".encode(), "name = 'café'\n"),
        (LATIN.encode("latin-1"), LATIN),
    ],
)
def test_what_python_reads_is_read(data, text):
    assert decoded(data) == text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b" \n", "the file is empty"),
        ("x = 1".encode("utf-16"), "the file is saved as UTF-16, which Python does not read: save it as UTF-8"),
        (b"x = 1\0", "the file holds zero bytes: it is no text"),
        (
            b"x = 1\nname = 'caf\xe9'\n",
            "line 2 holds the byte 0xe9, which cannot be read as utf-8: save the file as UTF-8, or",
        ),
        (b"# coding: ascii\nx = '\xe9'\n", "line 2 holds the byte 0xe9, which cannot be read as ascii: save"),
        (b"name = 'caf\xe9'\n", "line 1 holds the byte 0xe9"),
        (b"# coding: klingon\nx = 1\n", "the file declares an unknown encoding: klingon, which Python does not have"),
        (b'{"cells": []}', "the file is a Jupyter notebook"),
        (b"#" * (LIMIT + 1), "no program is larger than"),
    ],
)
def test_what_python_does_not_read_is_refused_in_a_sentence(data, sentence):
    with pytest.raises(Unreadable) as refused:
        decoded(data)
    assert sentence in str(refused.value)
