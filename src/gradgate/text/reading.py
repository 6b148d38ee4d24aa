"""Reading a text into sentences of tokens, whatever it comes as; each thing that can be wrong has its sentence."""

from __future__ import annotations

import gzip
import zlib
from importlib import import_module
from pathlib import Path

from gradgate.text.errors import TextError
from gradgate.text.tokens import lines, sentences, treebank_tokens

DEFAULT_TEXT = "pydoc_topics"
TREEBANK_FILE = "datasetSentences.txt"
_READABLE = f"a UTF-8 file, a .gz of one, a folder of .txt files, or a treebank folder with {TREEBANK_FILE}"


def read_text(source: str | Path | None = None) -> list[list[str]]:
    """The sentences of a text, each a list of tokens, none of them empty.

    source: None or "pydoc_topics" for the documentation inside every Python; a UTF-8 file, with or without .gz, a
    sentence a line; a folder, whose *.txt are read in sorted order, subfolders too; a folder of the Stanford Sentiment
    Treebank (Socher et al. 2013), all its splits.
    Raises TextError when there is no such text, when it is not UTF-8, or holds no word.
    """
    found = _default_text() if source is None or str(source) == DEFAULT_TEXT else _read_path(Path(source))
    if not found:
        raise TextError(f"{source or DEFAULT_TEXT}: holds no word; expected {_READABLE}")
    return found


def _default_text() -> list[list[str]]:
    try:
        topics: dict[str, str] = import_module("pydoc_data.topics").topics
    except ImportError:
        raise TextError("the default text pydoc_data.topics is not in this Python; name a text of your own") from None
    # by name, because the order in the module changed between Python versions
    return [words for name in sorted(topics) for words in sentences(topics[name])]


def _read_path(path: Path) -> list[list[str]]:
    try:
        if path.is_dir():
            return _read_folder(path)
        if path.is_file():
            return _read_treebank(path) if path.name == TREEBANK_FILE else lines(_decode(path))
        reason = "neither a file nor a folder" if path.exists() else "no such file or folder"
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
    raise TextError(f"{path}: {reason}; expected {_READABLE}")


def _read_folder(folder: Path) -> list[list[str]]:
    if (folder / TREEBANK_FILE).is_file():
        return _read_treebank(folder / TREEBANK_FILE)
    files = sorted(path for path in folder.rglob("*.txt") if path.is_file())
    if not files:
        raise TextError(f"{folder}: a folder without any .txt file; expected {_READABLE}")
    return [words for path in files for words in lines(_decode(path))]


def _read_treebank(path: Path) -> list[list[str]]:
    """Sentences of a header line and then lines "sentence_index<tab>sentence"."""
    found = []
    for number, line in enumerate(_decode(path).split("\n")[1:], start=2):
        index, tab, sentence = line.partition("\t")
        if line.strip() and not (tab and index.isdecimal()):
            raise TextError(f"{path}, line {number}: got {line[:40]!r}, expected a number, a tab and a sentence")
        if words := treebank_tokens(sentence):
            found.append(words)
    return found


def _decode(path: Path) -> str:
    raw = _unpacked(path) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")  # a byte-order mark is no part of the first word
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise TextError(f"{path}: not UTF-8 text ({byte}); save it as UTF-8") from None
    if "\0" in text:
        raise TextError(f"{path}: a binary file (a zero byte at offset {raw.index(0)}); expected {_READABLE}")
    return text


def _unpacked(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except EOFError:
        raise TextError(f"{path}: the gzip data ends too early, perhaps a broken download; fetch it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise TextError(f"{path}: damaged, or no gzip data ({error}); fetch it again or drop the .gz") from None
