"""The manifest of texts, corpus/texts.toml: what the reader reads, for people and for `read_text`'s tests."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from gradgate.places import folder


@dataclass(frozen=True)
class Text:
    """One kind of text: its name, a title, where it is found, its licence, its tokeniser, and notes for people."""

    name: str
    title: str
    source: str
    licence: str
    tokeniser: str
    notes: str


def known_texts() -> dict[str, Text]:
    """The texts of the manifest by name."""
    listed = tomllib.loads((folder("corpus") / "texts.toml").read_text(encoding="utf-8"))["texts"]
    return {name: Text(name=name, **entry) for name, entry in listed.items()}
