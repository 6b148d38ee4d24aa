"""Reading texts: every form that is read, every broken one with its sentence, and the manifest that lists them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gradgate.text import TextError, read_text, tokens
from gradgate.text.manifest import known_texts
from gradgate.text.reading import DEFAULT_TEXT

PROSE = "The cat sat.\n\nDon't wake it\n"
READ = [["the", "cat", "sat"], ["don't", "wake", "it"]]
TREEBANK = "sentence_index\tsentence\n1\tThe Rock 's `` Conan ''\n2\tNo -- way .\n"


def in_file(tmp_path: Path, raw: bytes, name: str = "text.txt") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The CAT, the cat!", ["the", "cat", "the", "cat"]),
        ("don't DON\u2019T 'quoted' dogs'", ["don't", "don't", "quoted", "dogs"]),
        ("re\u0301sume\u0301 = r\u00e9sum\u00e9", ["r\u00e9sum\u00e9", "r\u00e9sum\u00e9"]),
        ("Ελλάδα 北京 __init__ 3.14", ["ελλάδα", "北京", "__init__", "3", "14"]),
        ("*** --- ''", []),
    ],
)
def test_tokens_are_lower_case_words_with_inner_apostrophes(sentence: str, words: list[str]) -> None:
    assert tokens.tokenise(sentence) == words


def test_prose_is_split_at_full_stops_and_empty_lines_but_not_at_wrapped_lines() -> None:
    assert tokens.sentences("One\ntwo. Three 3.14!\n \nfour\n") == [["one", "two"], ["three", "3", "14"], ["four"]]


def test_a_file_is_a_sentence_a_line_whatever_its_packing(tmp_path: Path) -> None:
    raw = PROSE.encode()
    assert read_text(in_file(tmp_path, raw)) == READ
    assert read_text(str(in_file(tmp_path, gzip.compress(raw), "text.gz"))) == READ
    assert read_text(in_file(tmp_path, b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"))) == READ


def test_a_folder_is_read_in_sorted_order_with_its_subfolders(tmp_path: Path) -> None:
    for name, word in [("b.txt", "second"), ("c/a.txt", "third"), ("a.txt", "first"), ("0.md", "never")]:
        in_file(tmp_path, word.encode(), name)
    assert read_text(tmp_path) == [["first"], ["second"], ["third"]]


def test_a_treebank_is_split_at_spaces_only(tmp_path: Path) -> None:
    expected = [["the", "rock", "'s", "``", "conan", "''"], ["no", "--", "way", "."]]
    in_file(tmp_path, b"not read", "README.txt")
    path = in_file(tmp_path, TREEBANK.encode(), "datasetSentences.txt")
    assert read_text(tmp_path) == expected
    assert read_text(path) == expected


def test_the_default_text_is_the_documentation_of_this_python() -> None:
    found = read_text()
    assert found == read_text(DEFAULT_TEXT)
    assert all(found), "a sentence without a token"
    assert sum(map(len, found)) > 50_000


def cut_short(tmp_path: Path) -> Path:
    return in_file(tmp_path, gzip.compress(PROSE.encode() * 99)[:-12], "text.gz")


def damaged(tmp_path: Path) -> Path:
    raw = bytearray(gzip.compress(os.urandom(99)))
    raw[-6] ^= 1  # inside the checksum
    return in_file(tmp_path, bytes(raw), "text.gz")


def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def folder_of(name: str, raw: bytes) -> Callable[[Path], Path]:
    return lambda tmp_path: in_file(tmp_path, raw, name).parent


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda tmp_path: tmp_path / "none.txt", "no such file or folder"),
        (lambda tmp_path: in_file(tmp_path, b""), "holds no word"),
        (lambda tmp_path: in_file(tmp_path, b"*** ---\n"), "holds no word"),
        (lambda tmp_path: in_file(tmp_path, b"caf\xe9"), "not UTF-8 text (byte 0xe9 at offset 3)"),
        (lambda tmp_path: in_file(tmp_path, "word".encode("utf-16")), "not UTF-8 text"),
        (lambda tmp_path: in_file(tmp_path, b"\x7fELF\0\0"), "a binary file (a zero byte at offset 4)"),
        (lambda tmp_path: in_file(tmp_path, b"plain", "text.gz"), "damaged, or no gzip data"),
        (lambda tmp_path: in_file(tmp_path, b"", "text.gz"), "holds no word"),
        (folder_of("notes.md", b"word"), "a folder without any .txt file"),
        (folder_of("datasetSentences.txt", b"index\tsentence\nno tab\n"), "line 2: got 'no tab', expected a number"),
        (folder_of("datasetSentences.txt", b"index\tsentence\n"), "holds no word"),
        (cut_short, "the gzip data ends too early"),
        (damaged, "damaged"),
        pytest.param(pipe, "neither a file nor a folder", marks=pytest.mark.skipif(os.name == "nt", reason="no fifo")),
    ],
)
def test_a_broken_text_gets_one_sentence_that_names_it(tmp_path: Path, make: Callable[[Path], Path], says: str) -> None:
    path = make(tmp_path)
    with pytest.raises(TextError) as caught:
        read_text(path)
    message = str(caught.value)
    assert says in message
    assert str(path) in message
    assert "\n" not in message


def test_an_unreadable_file_gets_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)  # a mode of 000 does not stop root
    with pytest.raises(TextError, match=r"cannot be read \(Permission denied\)"):
        read_text(in_file(tmp_path, b"word"))


def test_the_manifest_names_the_default_text_and_known_tokenisers() -> None:
    texts = known_texts()
    assert texts[DEFAULT_TEXT].source == "python:pydoc_data.topics"
    for text in texts.values():
        assert callable(getattr(tokens, text.tokeniser)), f"{text.name}: no tokeniser {text.tokeniser}"
        assert text.licence, f"{text.name}: no licence"
