"""Bad and hostile input to `gradgate verify`: each gets one worded line and its exit code, and harms nobody else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradgate import cli
from gradgate.examining.run import run

RIGHT = """
import numpy as np


def naive_softmax(center, outside, U):
    logits = U @ center
    exponentials = np.exp(logits - logits.max())
    probs = exponentials / exponentials.sum()
    loss = np.log(exponentials.sum()) + logits.max() - logits[outside]
    probs[outside] -= 1
    return loss, U.T @ probs, np.outer(probs, center)
"""
QUICK = ("--cases", "2", "--loss", "naive_softmax", "--dtype", "float64", "--jobs", "2", "--time-limit", "1")


def body(lines: str) -> str:
    """A file whose naive_softmax has these lines; `right` is the right one."""
    inside = "\n".join(f"    {line}" for line in lines.strip().splitlines())
    return f"{RIGHT.replace('def naive_softmax', 'def right')}\n\ndef naive_softmax(center, outside, U):\n{inside}\n"


@dataclass(frozen=True)
class Bad:
    """A file: what it holds, the verdict it gets, and words of the line that says why."""

    source: str | bytes
    verdict: str
    words: str


FLOOD = """
import os
for number in range(3, 20):
    try:
        os.write(number, b"x" * 64)
    except OSError:
        pass
"""
LIAR = """
class Liar:
    def __array__(self, *given, **named):
        raise LookupError("no")
"""
SILENCE = """
import os, sys
print("x" * 100_000)
sys.stdin.close()
for number in (0, 1, 2):
    os.close(number)
for number in (0, 1, 2):
    os.open(os.devnull, os.O_RDWR)
"""

FILES = {
    # ---- while it is imported
    "syntax": Bad("def naive_softmax(:\n", "crashed", "line 1: not Python 3"),
    "binary": Bad(b"\x7fELF\x00\xff\xfe\x80", "crashed", "null bytes|not Python 3"),
    "latin_1": Bad('"""caf\u00e9"""\n'.encode("latin-1"), "crashed", "not Python 3"),
    "empty": Bad("", "not run", "defines none of the contract's functions"),
    "raises_at_import": Bad("1 / 0\n", "crashed", "raises ZeroDivisionError when it is imported: division by zero"),
    "exits_at_import": Bad("raise SystemExit(3)\n", "crashed", r"ends the program when it is imported: exit\(3\)"),
    "leaves_at_import": Bad("import os\nos._exit(5)\n", "crashed", "left by itself, with exit code 5"),
    "killed_at_import": Bad("import os\nos.kill(os.getpid(), 9)\n", "crashed", "ended by SIGKILL"),
    "endless_at_import": Bad("while True:\n    pass\n", "timed out", "no answer within 3 s"),
    "needs_a_package": Bad("import not_installed_anywhere\n", "not run", "needs not_installed_anywhere, which is not"),
    "needs_torch": Bad(
        "import sys\nsys.modules['torch'] = None\nimport torch\n", "not run", r"pip install 'gradgate\[torch\]'"
    ),
    "interrupted_at_import": Bad("raise KeyboardInterrupt\n", "crashed", "left by itself"),
    "attributes_that_raise": Bad(
        "def __getattr__(name):\n    raise OSError(name)\n",
        "crashed",
        "raises OSError when its functions are looked up",
    ),
    "declares_nonsense": Bad(f"DTYPES = (1, 2)\n{RIGHT}", "crashed", "DTYPES and DEVICES are tuples of names"),
    "declares_no_format": Bad(f"DTYPES = ('float17',)\n{RIGHT}", "crashed", "DTYPES names 'float17'"),
    "sums_in_no_format": Bad(f"ACCUMULATION = {{'half': 'float32'}}\n{RIGHT}", "crashed", "ACCUMULATION names 'half'"),
    "declares_no_device": Bad(f"DEVICES = ('cpu', 'CUDA')\n{RIGHT}", "crashed", "DEVICES names 'CUDA'"),
    "writes_to_the_pipe_at_import": Bad(
        FLOOD,
        "crashed",
        "answered with something else",
    ),
    # ---- in a call
    "raises": Bad(body("raise KeyError('word')"), "crashed", r"KeyError: 'word' \(line \d+, in naive_softmax\)"),
    "exits": Bad(body("raise SystemExit(7)"), "crashed", "SystemExit: 7"),
    "interrupts": Bad(body("raise KeyboardInterrupt"), "crashed", "left by itself"),
    "recursion": Bad(body("return naive_softmax(center, outside, U)"), "crashed", "RecursionError: maximum recursion"),
    "memory": Bad(body("raise MemoryError"), "crashed", "MemoryError"),
    "too_few_parameters": Bad(
        "def naive_softmax(center, U):\n    return 0.0, center, U\n", "crashed", "TypeError: .*argument"
    ),
    "no_function": Bad("naive_softmax = 3\n", "not run", "defines none of the contract's functions"),
    "endless": Bad(body("while True:\n    pass"), "timed out", "no answer within 1 s"),
    "killed": Bad(body("import os\nos.kill(os.getpid(), 9)"), "crashed", "ended by SIGKILL"),
    "nameless_signal": Bad(body("import os\nos.kill(os.getpid(), 50)"), "crashed", "ended by signal 50"),
    "leaves": Bad(body("import os\nos._exit(0)"), "crashed", "left by itself, with exit code 0"),
    "closes_every_file": Bad(
        body("import os\nos.closerange(0, 64)\nwhile True:\n    pass"), "crashed", "closed its pipe"
    ),
    "writes_to_the_pipe": Bad(
        body(FLOOD),
        "crashed",
        "answered with something else",
    ),
    "patches_numpy": Bad(
        body("np.array = np.asarray = np.frombuffer = np.ascontiguousarray = None\nreturn right(center, outside, U)"),
        "not run",
        "gradgate itself failed in the process of",
    ),
    # ---- in what it returns
    "none": Bad(body("return None"), "refuted", r"naive_softmax returned None; \(loss, grad_center, grad_U\) is due"),
    "two_values": Bad(body("return right(center, outside, U)[:2]"), "refuted", "returned a tuple of 2"),
    "string": Bad(body("return 'nan', center, U"), "refuted", "loss is an array of <U3; numbers are due"),
    "nan": Bad(body("return np.nan, center * np.nan, U * np.nan"), "refuted", "loss = nan"),
    "wrong_shape": Bad(
        body("loss, g, G = right(center, outside, U)\nreturn loss, np.append(g, 0.0), G"),
        "refuted",
        "grad_center has shape",
    ),
    "wrong_dtype": Bad(
        body("loss, g, G = right(center, outside, U)\nreturn loss, g.astype('f4'), G"),
        "refuted",
        "float32 where float64",
    ),
    "complex": Bad(
        body("return right(center, outside, U)[0] + 0j, center, U"), "refuted", "loss is an array of complex128"
    ),
    "huge_int": Bad(body("return 10**400, center, U"), "refuted", "loss is an array of object"),
    "generator": Bad(body("return (x for x in right(center, outside, U))"), "refuted", "returned a generator"),
    "dict": Bad(body("return {'loss': 0.0}"), "refuted", "returned a dict"),
    "objects": Bad(
        body("loss, g, G = right(center, outside, U)\nreturn loss, g.astype(object), G"), "refuted", "of object"
    ),
    "rows_beyond": Bad(
        body("loss, g, G = right(center, outside, U)\nreturn loss, g, (np.arange(len(G)) + 1, G)"),
        "refuted",
        "grad_U is no row-sparse gradient",
    ),
    "rows_negative": Bad(
        body("loss, g, G = right(center, outside, U)\nreturn loss, g, (np.arange(len(G)) - 1, G)"),
        "refuted",
        "grad_U is no row-sparse gradient",
    ),
    "rows_of_floats": Bad(
        body("loss, g, G = right(center, outside, U)\nreturn loss, g, (np.arange(len(G)) + 0.5, G)"),
        "refuted",
        "a vector of ints is due",
    ),
    "huge": Bad(
        body("loss, g, G = right(center, outside, U)\nreturn loss, g, np.broadcast_to(0.0, (10**6, 10**6))"),
        "refuted",
        "larger than anything that is due",
    ),
    "object_that_raises": Bad(
        body(f"{LIAR}return Liar(), center, U"),
        "refuted",
        "what came back cannot be read: LookupError: no",
    ),
    "text_that_a_terminal_obeys": Bad(
        body(r"raise ValueError('\x1b[31m[/red] [bold]\udcff\x00')"),
        "crashed",
        r"\\x1b\[31m\[/red\] \[bold\]\\udcff\\x00",
    ),
    # ---- harmless
    "prints_and_closes": Bad(
        body(f"{SILENCE}return right(center, outside, U)"),
        "verified",
        "",
    ),
    "starts_an_endless_thread": Bad(
        f"import threading\nimport time\nthreading.Thread(target=lambda: time.sleep(3600)).start()\n{RIGHT}",
        "verified",
        "",
    ),
    "subclass": Bad(
        "import numpy as np\n\nclass Mine(np.ndarray):\n    pass\n\n"
        + body("loss, g, G = right(center, outside, U)\nreturn loss, g.view(Mine), G.view(Mine)"),
        "verified",
        "",
    ),
}


@dataclass(frozen=True)
class Finished:
    """What a run left: its exit code, what it printed, and its JSON."""

    code: int
    out: str
    err: str
    report: dict[str, Any]


def verify(folder: Path, *arguments: str) -> Finished:
    target = folder / "report.json"
    target.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", "gradgate", "verify", *arguments, "--json", str(target)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    report = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    return Finished(done.returncode, done.stdout, done.stderr, report)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bad")
    for name, bad in FILES.items():
        content = bad.source.encode() if isinstance(bad.source, str) else bad.source
        (path / f"bad_{name}.py").write_bytes(content)
    (path / "right.py").write_text(RIGHT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def together(folder: Path) -> Finished:
    """Every file of the table in one run, a right one first and a right one last, and a SPEC that is none."""
    (folder / "right_too.py").write_text(RIGHT, encoding="utf-8")
    files = [f"bad_{name}.py" for name in FILES]
    return verify(folder, "right.py", *files, "no_such_thing", "right_too.py", "--load-limit", "2", *QUICK)


def of(finished: Finished, name: str) -> dict[str, Any]:
    return next(found for found in finished.report["implementations"] if found["name"] == name)


# ---- all of them in one run


def test_the_worst_of_all_decides_and_nothing_is_a_traceback(together: Finished) -> None:
    assert together.code == 4
    assert together.err == ""
    assert "Traceback" not in together.out
    assert together.report["exit"] == 4


@pytest.mark.parametrize("name", FILES)
def test_each_gets_its_verdict_and_one_worded_line(together: Finished, name: str) -> None:
    bad, file = FILES[name], f"bad_{name}.py"
    assert of(together, file)["verdict"] == bad.verdict
    said = [line for line in together.out.splitlines() if line.startswith(f"{file}: {bad.verdict}")]
    assert len(said) == 1
    told = [line for line in together.out.splitlines() if file in line and re.search(bad.words, line)]
    assert told, f"nothing about {file} says {bad.words!r}"


@pytest.mark.parametrize("file", ["right.py", "right_too.py"])
def test_the_others_are_verified(together: Finished, file: str) -> None:
    assert of(together, file)["verdict"] == "verified"
    assert of(together, file)["functions"][0]["cases"] == 22


def test_an_unknown_spec_is_one_line_that_lists_the_known_names(together: Finished) -> None:
    [line] = [line for line in together.out.splitlines() if line.startswith("no_such_thing")]
    assert line.startswith("no_such_thing: no such implementation; known are array_api, gpu_sampling, ")
    assert together.report["problems"] == [line]


def test_nothing_in_the_output_is_obeyed_by_a_terminal(together: Finished) -> None:
    assert all(character.isprintable() or character == "\n" for character in together.out)


def test_a_function_that_timed_out_is_put_no_more_cases(together: Finished) -> None:
    [found] = of(together, "bad_endless.py")["functions"]
    assert found["verdict"] == "timed out"
    assert found["cases"] == 1
    [shown] = found["counterexamples"]
    assert (shown["law"], shown["count"], shown["smallest"]["cause"]) == ("call", 1, "timed out")


# ---- one by one, for their exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["bad_empty.py"], 4),
        (["bad_syntax.py"], 1),
        (["bad_killed.py", "right.py"], 1),
        (["bad_needs_torch.py", "bad_none.py", "right.py"], 4),
        (["right.py", "right.py"], 0),
        (["right.py", "--device", "cuda:7"], 4),
        (["right.py", "--loss", "cbow"], 4),
        ([".", "right.py"], 4),
        (["nowhere.py", "right.py"], 4),
        (["folder.py", "right.py"], 4),
        (["", "right.py"], 4),
        (["json.no_such_module"], 4),
    ],
)
def test_each_exits_with_its_code(folder: Path, arguments: list[str], code: int) -> None:
    (folder / "folder.py").mkdir(exist_ok=True)
    done = verify(folder, *QUICK, *arguments)
    assert done.code == code, done.out
    assert done.report["exit"] == code
    assert "Traceback" not in done.out + done.err
    if "right.py" in arguments and "--" not in arguments[1]:
        assert [of(done, "right.py")["verdict"]] == ["verified"]
    assert len({found["name"] for found in done.report["implementations"]}) == len(done.report["implementations"])


def test_one_file_by_two_names_is_examined_once(folder: Path) -> None:
    done = verify(folder, *QUICK, "right.py", "./right.py", str(folder / "right.py"))
    assert [found["name"] for found in done.report["implementations"]] == ["right.py"]


def test_a_file_that_offers_nothing_of_what_is_asked_is_not_green(folder: Path) -> None:
    done = verify(folder, *QUICK, "right.py", "--loss", "cbow")
    assert of(done, "right.py")["why_not"] == (
        "right.py offers naive_softmax in float64, float32; this run asks for cbow in float64"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no word"),
        (b"\x00\x01\x02", "a binary file"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"word\n" * 9, "the text is too short"),
        (None, "a folder without any .txt file"),
    ],
    ids=["empty", "binary", "not UTF-8", "short", "folder"],
)
def test_a_bad_text_is_one_line_and_in_the_report(tmp_path: Path, content: bytes | None, words: str) -> None:
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    text = tmp_path / "text.txt"
    text.write_bytes(content) if content is not None else text.mkdir()
    done = verify(tmp_path, *QUICK, "right.py", "--text", str(text))
    assert done.code == 4
    assert re.search(words, done.err), done.err
    assert done.err.startswith("gradgate: ")
    assert done.err.count("\n") == 1
    assert done.report["problems"] == [done.err.removeprefix("gradgate: ").rstrip("\n")]
    assert of(done, "right.py")["verdict"] == "not run"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--text", "nowhere.txt"],
        ["--loss", "softmaxx"],
        ["--loss", ""],
        ["--dtype", "float80"],
        ["--cases", "0"],
        ["--cases", "-1"],
        ["--cases", "many"],
        ["--seed", "1.5"],
        ["--time-limit", "nan"],
        ["--time-limit", "0"],
        ["--time-limit", "inf"],
        ["--load-limit", "-3"],
        ["--jobs", "0"],
        ["--allow-fragile", "--refuse-fragile"],
        ["--no-such-option"],
        ["--json", "nowhere/report.json"],
        ["--json", "."],
        ["--expected-failures", "nowhere.toml"],
    ],
    ids=" ".join,
)
def test_nonsense_options_are_refused_before_the_work(
    arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(cli, "run", lambda *given: pytest.fail("the work was started"))
    if "--text" in arguments:
        monkeypatch.setattr(cli, "run", run)
    assert code_of(["verify", "right.py", *arguments]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("gradgate")
    assert "Traceback" not in printed.err


def code_of(arguments: list[str]) -> int:
    """The exit code; argparse leaves by SystemExit."""
    try:
        return cli.main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


# ---- SPECs that are not files


def test_a_dotted_module_of_the_working_folder_is_found(tmp_path: Path) -> None:
    package = tmp_path / "kernels"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "mine.py").write_text(RIGHT, encoding="utf-8")
    done = verify(tmp_path, *QUICK, "kernels.mine")
    assert done.code == 0
    assert of(done, "kernels.mine")["kind"] == "module"


def test_an_entry_point_of_another_distribution_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    (site / "others-1.0.dist-info").mkdir(parents=True)
    (site / "others-1.0.dist-info" / "METADATA").write_text("Name: others\nVersion: 1.0\n", encoding="utf-8")
    (site / "others-1.0.dist-info" / "entry_points.txt").write_text(
        "[gradgate.impls]\nothers = others_kernels\nbroken = others_missing\n", encoding="utf-8"
    )
    (site / "others_kernels.py").write_text(RIGHT, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(site))
    done = verify(tmp_path, *QUICK, "others", "broken")
    assert of(done, "others")["verdict"] == "verified"
    assert of(done, "others")["kind"] == "entry point"
    assert of(done, "broken")["why_not"].startswith("broken needs others_missing, which is not installed")
    assert done.code == 4


def test_files_beside_the_work_do_not_hide_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    for name in ("string", "random", "json", "queue", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('the wrong file')\n", encoding="utf-8")
    nested = tmp_path / "mine"
    nested.mkdir()
    (nested / "right.py").write_text(RIGHT, encoding="utf-8")
    assert verify(tmp_path, *QUICK, "mine/right.py").code == 0
