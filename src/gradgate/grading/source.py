"""A submission's bytes, looked at without running them: whether Python could read them at all, and if not, why."""

from __future__ import annotations

import codecs
import io
import tokenize

LIMIT = 1 << 20  # bytes: no program of an assignment comes near it
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unreadable(Exception):
    """No Python source: one sentence for the student."""


def decoded(data: bytes) -> str:
    """The text, as `python FILE` reads it: a byte order mark, a declared encoding, any line ends. Raises Unreadable."""
    if not data.strip():
        raise Unreadable("the file is empty")
    if len(data) > LIMIT:
        raise Unreadable(f"the file holds {len(data):,} bytes; no program is larger than {LIMIT:,}")
    if data.startswith(_UTF_16):
        raise Unreadable("the file is saved as UTF-16, which Python does not read: save it as UTF-8")
    if b"\0" in data:
        raise Unreadable("the file holds zero bytes: it is no text; hand in the .py file itself")
    text = _text(data)
    if text.lstrip().startswith("{") and '"cells"' in text:
        raise Unreadable("the file is a Jupyter notebook: export it as a Python script, and hand that in")
    return text


def _text(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:  # an unknown encoding, or a first line that is not UTF-8 and declares none
        if "unknown encoding" in str(error):
            raise Unreadable(
                f"the file declares an {str(error).partition(' for ')[0]}, which Python does not have"
            ) from error
        encoding = "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where = f"line {line} holds the byte 0x{data[error.start]:02x}, which cannot be read as {error.encoding}"
        cure = 'save the file as UTF-8, or declare its encoding in the first line: "# -*- coding: latin-1 -*-"'
        raise Unreadable(f"{where}: {cure}") from error
