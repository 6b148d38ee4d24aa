"""What Python 2 had and Python 3 has under another name, for files of a course's first years."""

from __future__ import annotations

import re

_NOW = {
    "basestring": "str",
    "long": "int",
    "raw_input": "input",
    "reduce": "functools.reduce",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
    "ConfigParser": "configparser",
    "Queue": "queue",
    "StringIO": "io",
    "cPickle": "pickle",
    "urllib2": "urllib.request",
}
_NAME = re.compile(rf"(?:NameError: name '|needs )({'|'.join(_NOW)})\b")


def renamed(text: str) -> str:
    """`xrange is Python 2: Python 3 has range` where the text tells of such a name as missing; "" elsewhere."""
    found = _NAME.search(text)
    return f"{found[1]} is Python 2: Python 3 has {_NOW[found[1]]}" if found else ""
