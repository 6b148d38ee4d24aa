"""The words of a formula: names, numbers, operators. The field's own letters are read as their names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gradgate.equations.errors import FormulaError

LETTERS = {
    "σ": "sigma", "θ": "theta", "η": "eta", "δ": "delta", "ŷ": "y_hat", "Σ": "sum", "∑": "sum", "∂": "d", "∇": "grad",
    "ₖ": "_k", "ⱼ": "_j", "ₒ": "_o",
}  # fmt: skip
_SIGNS = {"−": "-", "–": "-", "⊙": "*", "∗": "*", "ᵀ": ".T", "⊤": ".T"}
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<derivative>d[A-Za-z]\w*/d[A-Za-z]\w*)
    |(?P<number>\d+\.\d+|\d+|\.\d+)
    |(?P<name>[A-Za-z]\w*)
    |(?P<operator>\*\*|\^\s*T\b|\.T\b|[-+*/@^()\[\],:])""",
    re.VERBOSE | re.ASCII,
)
_ADVICE = {
    "\\": "LaTeX is not read; write the same with @, *, .T, sigma(...) and sum_k(...)",
    "·": "write @ for a product of vectors or matrices, * for one entry by entry",
    "×": "write @ for a product of vectors or matrices, * for one entry by entry",
    "=": "write the right-hand side alone",
    "{": "use round brackets",
    "}": "use round brackets",
    "'": "write .T for a transposed matrix",
}


@dataclass(frozen=True)
class Token:
    """kind is "number", "name", "derivative", "operator" or "end"; place counts characters of the text from 1."""

    kind: str
    text: str
    place: int


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, "end" last. Raises FormulaError at what is none."""
    plain, places = _plain(text)
    found, at = [], 0
    while at < len(plain):
        match = _TOKEN.match(plain, at)
        if match is None:
            sign = plain[at]
            raise FormulaError(text, places[at], f"{sign!r} has no meaning here; {_ADVICE.get(sign, 'leave it out')}")
        if match.lastgroup != "space":
            word = ".T" if match["operator"] and match["operator"].endswith("T") else match[0]
            found.append(Token(match.lastgroup or "", "**" if word == "^" else word, places[at]))
        at = match.end()
    return [*found, Token("end", "", len(text) + 1)]


def _plain(text: str) -> tuple[str, list[int]]:
    """The text in ASCII where it has a spelling there, and for each character of it the place in the given text."""
    composed = unicodedata.normalize("NFC", text)
    if len(composed) != len(text):
        text = composed  # y with a combining hat is one letter
    plain, places = [], []
    for place, letter in enumerate(text, 1):
        spelled = LETTERS.get(letter) or _SIGNS.get(letter) or letter
        plain.append(spelled)
        places += [place] * len(spelled)
    return "".join(plain), places
