"""Text to tokens: plain prose by a small documented rule; treebank lines are tokenised already."""

from __future__ import annotations

import re
import unicodedata

# \w is any Unicode letter, digit or underscore; an apostrophe counts only between two of them: don't, l'eau
_WORD = re.compile(r"\w+(?:'\w+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n")


def tokenise(sentence: str) -> list[str]:
    """The words of a sentence: Unicode NFC, lower case, runs of word characters with apostrophes inside kept.

    The typographic apostrophe U+2019 becomes the plain one, so that both spellings of "don't" are one word.
    """
    # NFC first: a decomposed accent is no word character and would split its word
    return _WORD.findall(unicodedata.normalize("NFC", sentence).replace("\u2019", "'").lower())


def treebank_tokens(sentence: str) -> list[str]:
    """The words of a sentence that is tokenised already: split at white space, lower case.

    Source: Stanford CS224n, assignment on word2vec, `StanfordSentiment.sentences`.
    """
    return sentence.lower().split()


def lines(text: str) -> list[list[str]]:
    """A sentence a line, as word2vec.c reads its training file. Lines without a word are left out."""
    return _without_empty(text.split("\n"))


def sentences(text: str) -> list[list[str]]:
    """Sentences of prose whose lines are wrapped: they end at . ! ? before white space, and at an empty line."""
    return _without_empty(_SENTENCE_END.split(text))


def _without_empty(parts: list[str]) -> list[list[str]]:
    return [words for part in parts if (words := tokenise(part))]
