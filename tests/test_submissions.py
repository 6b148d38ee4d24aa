"""What is found under the paths of a class, and what is refused in one line, hostile archives among it."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile

import pytest

from gradgate.grading.archives import ENTRIES, FILE, Refused, files_ending
from gradgate.grading.candidates import NoCandidate, candidate
from gradgate.grading.submissions import Unreadable, find, printable

LOSS = b"import numpy as np\n\ndef naive_softmax(center, outside, U):\n    pass\n"
HELPER = b"def softmax(x):\n    return x\n"


def zipped(files, **options):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", **{"compression": zipfile.ZIP_DEFLATED, **options}) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return content.getvalue()


def tarred(files):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            else:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data or b""))
    return content.getvalue()


def with_negative_size(name):
    """A header whose size is below zero: tarfile before Python 3.13.6 reads it again and again."""
    header = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + b"\xfc\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    return bytes(header) + bytes(1024)


READ = {
    "a.zip": (zipped([("word2vec.py", LOSS), ("notes.txt", b"")]), {"word2vec.py"}),
    "a.tar": (tarred([("src/w.py", LOSS), ("link.py", None)]), {"src/w.py"}),
    "a.tgz": (gzip.compress(tarred([("w.py", LOSS)])), {"w.py"}),
    "a.tar.bz2": (bz2.compress(tarred([("w.py", LOSS)])), {"w.py"}),
    "a.tar.xz": (lzma.compress(tarred([("w.py", LOSS)])), {"w.py"}),
}
ONE = zipped([("w.py", LOSS)])
REFUSED = {
    "truncated.zip": (ONE[: len(ONE) // 2], "damaged or truncated"),
    "empty.zip": (b"", "damaged or truncated"),
    "text.tar": (LOSS, "damaged or truncated"),
    "truncated.tar": (tarred([("w.py", LOSS * 100)])[:1500], "damaged or truncated"),
    "truncated.tar.gz": (gzip.compress(tarred([("w.py", LOSS)]))[:60], "damaged or truncated"),
    "escaping.zip": (zipped([("../../w.py", LOSS)]), r"leaves its folder: '../../w.py'"),
    "rooted.tar": (tarred([("/etc/cron.d/w.py", LOSS)]), "leaves its folder"),
    "windows.zip": (zipped([("C:/w.py", LOSS)]), "leaves its folder"),
    "large.zip": (zipped([("w.py", bytes(FILE + 1))]), "has more than 1 MiB"),
    "sum.zip": (zipped([(f"{n}.py", bytes(FILE)) for n in range(9)]), "8 MiB together"),
    "many.zip": (zipped([(f"{n}", b"") for n in range(ENTRIES + 1)]), "more than 5,000 files"),
    "directory.zip": (zipped([(f"{n:0300}", b"") for n in range(4000)]), "list of contents"),
    "bomb.tar.gz": (gzip.compress(bytes(65 << 20), 1), "unpacks to more than 64 MiB"),
    "negative.tar": (with_negative_size("w.py"), "damaged|processor|could not be read"),
    "unusual.zip": (zipped([("w.py", LOSS)], compression=zipfile.ZIP_LZMA), "unusual way"),
    "encrypted.zip": (ONE.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), "encrypted"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_the_python_files_of_an_archive_are_read_and_its_links_are_not(name, tmp_path):
    content, expected = READ[name]
    (tmp_path / name).write_bytes(content)
    with (tmp_path / name).open("rb") as archive:
        found = files_ending(".py", archive, name)
    assert set(found) == expected
    assert set(found.values()) == {LOSS}
    assert list(tmp_path.iterdir()) == [tmp_path / name], "reading an archive must write nothing"


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_that_is_damaged_hostile_or_too_large_is_refused_in_one_line(name, tmp_path):
    content, sentence = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    with (tmp_path / name).open("rb") as archive, pytest.raises(Refused, match=sentence) as refusal:
        files_ending(".py", archive, name)
    assert "\n" not in str(refusal.value)


CANDIDATES = [
    ({"utils/utils.py": HELPER, "word2vec.py": LOSS}, None, "word2vec.py"),
    ({"__MACOSX/._w.py": LOSS, ".old/w.py": LOSS, "w.py": LOSS}, None, "w.py"),
    ({"a.py": HELPER, "run.py": b"print()"}, None, "a.py"),
    ({"anything.py": b"f = lambda: 1"}, None, "anything.py"),
    ({"old.py": LOSS, "w.py": LOSS}, "w.py", "w.py"),
    ({"w.py": b"\xef\xbb\xbfdef cbow(context):\r\n", "x.py": b""}, None, "w.py"),
    ({"w.py": b"x = 1\rdef negSamplingCostAndGradient(a):\r", "x.py": b""}, None, "w.py"),
]
NONE = [
    ({}, None, "no Python file"),
    ({"a.py": LOSS, "b.py": LOSS}, None, r"two or more files in it define losses \(a.py, b.py\)"),
    ({"a.py": b"x = 1", "b.py": b"# def naive_softmax(\n"}, None, "no Python file in it defines a loss"),
    ({"a.py": LOSS}, "w.py", "there is no w.py in it"),
    ({"a/w.py": LOSS, "b/w.py": LOSS}, "w.py", "two or more files are called w.py"),
]


@pytest.mark.parametrize(("files", "wanted", "expected"), CANDIDATES)
def test_the_file_that_defines_the_losses_is_the_submission(files, wanted, expected):
    assert candidate(files, wanted) == expected


@pytest.mark.parametrize(("files", "wanted", "sentence"), NONE)
def test_no_candidate_or_two_is_said_in_one_line(files, wanted, sentence):
    with pytest.raises(NoCandidate, match=sentence):
        candidate(files, wanted)


@pytest.fixture
def school(tmp_path):
    """A class with every kind of entry, good and bad."""
    folder = tmp_path / "class"
    (folder / "alice").mkdir(parents=True)
    (folder / "alice" / "word2vec.py").write_bytes(LOSS)
    (folder / "bob.py").write_bytes(LOSS)
    (folder / "carol.zip").write_bytes(zipped([("w.py", LOSS)]))
    (folder / "dan").mkdir()
    (folder / "dan" / "hand-in.zip").write_bytes(zipped([("w.py", LOSS)]))
    (folder / "erin").mkdir()
    (folder / "frank.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "grace.py")
    (folder / "heidi.ipynb").write_text("{}")
    (folder / "ivan.py").write_bytes(bytes(FILE + 1))
    (folder / "marks.xlsx").write_bytes(b"")
    (folder / ".DS_Store").write_bytes(b"")
    return folder


def test_every_entry_of_a_class_is_read_or_refused_in_its_own_line(school):
    found = find([str(school)])
    sentences = {}
    for submission in found.submissions:
        try:
            assert submission.read() == LOSS
        except Unreadable as reason:
            sentences[submission.path] = str(reason)
    assert [s.path for s in found.submissions if s.path not in sentences] == ["alice", "bob.py", "carol.zip", "dan"]
    assert list(sentences) == ["erin", "frank.py", "grace.py", "heidi.ipynb", "ivan.py"]
    for name, words in [("erin", "no Python"), ("frank.py", "a link"), ("grace.py", "no regular"),
                        ("heidi.ipynb", "notebook"), ("ivan.py", "1 MiB")]:  # fmt: skip
        assert words in sentences[name], sentences[name]
    assert found.aside == ("marks.xlsx",)
    assert found.problems == ()


def test_a_path_without_a_submission_is_a_problem_and_the_others_are_found(school, tmp_path):
    (tmp_path / "empty").mkdir()
    found = find(
        [str(school / "bob.py"), str(tmp_path / "nowhere.py"), str(tmp_path / "empty"), str(school / "bob.py")]
    )
    assert [submission.path for submission in found.submissions] == [str(school / "bob.py")]
    assert [problem.rpartition("/")[2] for problem in found.problems] == [
        "nowhere.py: there is no such file or folder",
        "empty: no submission is in it: no .py file, no archive and no folder",
    ]


def test_a_folder_can_be_one_submission(school):
    (submission,) = find([str(school / "alice")], single=True).submissions
    assert submission.read() == LOSS


def test_a_link_on_the_command_line_is_followed(school, tmp_path):
    (tmp_path / "link").symlink_to(school / "bob.py")
    (submission,) = find([str(tmp_path / "link")]).submissions
    assert submission.read() == LOSS


@pytest.mark.parametrize("name", ["a\nb.py", "a\x1b[31m.py", "a\u202eb.py", os.fsdecode(b"\xff.py"), "a\\nb.py"])
def test_a_name_is_printable_and_no_other_names_is_printed_so(name):
    text = printable(name)
    assert text.isprintable()
    assert text.encode("utf-8")
    others = ["a\nb.py", "a\\nb.py", "a\\\nb.py", os.fsdecode(b"\xff.py"), "\\xff.py"]
    assert [other for other in others if printable(other) == text] in ([], [name])
