"""The command line: exit codes, what is printed and where, the JSON, and the list of expected failures."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradgate import cli
from gradgate.calling.loading import resolve, shipped
from gradgate.examining.run import run
from gradgate.examining.subjects import Settings
from gradgate.laws import LAWS

ROOT = Path(__file__).parents[1]
QUICK = ("--cases", "5", "--loss", "naive_softmax", "--dtype", "float64", "--jobs", "1")
HEAD = "import numpy as np\n\n\ndef naive_softmax(center, outside, U):\n"
RIGHT = f"""{HEAD}    logits = U @ center
    top = logits.max()
    powers = np.exp(logits - top)
    probs = powers / powers.sum()
    loss = np.log(powers.sum()) + top - logits[outside]
    probs[outside] -= 1
    return loss, U.T @ probs, np.outer(probs, center)
"""
FILES = {
    "right": RIGHT,
    "wrong": RIGHT.replace("np.outer(probs, center)", "-np.outer(probs, center)"),
    "fragile": RIGHT.replace("top = logits.max()", "top = 0.0"),
    "crashes": f"{HEAD}    raise NotImplementedError\n",
    "undecided": f"from gradgate.adapters import NotPosed\n{HEAD}    raise NotPosed('this case cannot be put')\n",
    "assignment": """
import numpy as np


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    powers = np.exp(outsideVectors @ centerWordVec)
    probs = powers / powers.sum()
    loss = -np.log(probs[outsideWordIdx])
    probs[outsideWordIdx] -= 1
    return loss, outsideVectors.T @ probs, np.outer(probs, centerWordVec)
""",
}


@dataclass(frozen=True)
class Finished:
    """What a run left behind."""

    code: int
    out: str
    err: str


Verify = Callable[..., Finished]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    for name, source in FILES.items():
        (path / f"{name}.py").write_text(source, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def verify(folder: Path) -> Verify:
    """Runs `gradgate verify`, quickly, in a folder with one file of each kind."""

    def run(*arguments: str, quick: tuple[str, ...] = QUICK) -> Finished:
        return gradgate(folder, "verify", *quick, *arguments)

    return run


def gradgate(folder: Path, *arguments: str) -> Finished:
    environment = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "TTY_COMPATIBLE")}
    command = [sys.executable, "-P", "-m", "gradgate", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return Finished(done.returncode, done.stdout, done.stderr)


# ---- exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("right.py", 0),
        ("wrong.py", 1),
        ("crashes.py", 1),
        ("fragile.py", 1),
        ("fragile.py --allow-fragile", 0),
        ("assignment.py", 0),
        ("assignment.py --refuse-fragile", 1),
        ("undecided.py", 2),
        ("unknown", 4),
        ("right.py undecided.py", 2),
        ("right.py undecided.py wrong.py", 1),
        ("right.py undecided.py wrong.py unknown", 4),
        ("assignment.py fragile.py", 1),
    ],
)
def test_the_exit_code_is_that_of_the_gravest_verdict(verify: Verify, arguments: str, code: int) -> None:
    done = verify(*arguments.split())
    assert done.code == code, done.out + done.err
    assert done.out.rstrip().endswith(f"· exit {code}")
    assert done.err == ""


def test_an_inconclusive_verdict_has_its_reason(verify: Verify) -> None:
    assert "undecided.py: inconclusive" in (out := verify("undecided.py").out)
    assert "no case could be judged: this case cannot be put" in out


def test_a_fault_of_the_harness_is_no_refutation(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*given: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(cli, "run", fails)
    assert cli.main(["verify", str(folder / "right.py")]) == 4
    assert capsys.readouterr().err.endswith("gradgate: this is a fault of gradgate itself, not of an implementation\n")


@pytest.mark.parametrize("arguments", [[], ["verifi"], ["verify", "--frobnicate"]], ids=" ".join)
def test_a_misspelt_command_is_no_verdict(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 4
    assert "usage: gradgate" in capsys.readouterr().err


# ---- what is printed


def test_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["verify", "--help"]):
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        assert end.value.code == 0
        assert "4 the harness could not run" in " ".join(capsys.readouterr().out.split())


def test_list_has_a_line_for_each_shipped_implementation(folder: Path) -> None:
    done = gradgate(folder, "list")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines][: len(shipped())] == shipped()
    dense = lines[shipped().index("numpy_dense")]
    assert re.fullmatch(r"numpy_dense +\d+ functions · float64, float32 · runs on cpu", dense)
    assert all("runs on cpu" in line or "cannot run here: " in line for line in lines)


def test_a_missing_package_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('no', name='torch')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = gradgate(tmp_path, "list")
    assert done.code == 0
    [line] = [line for line in done.out.splitlines() if line.startswith("torch_rows")]
    assert line.endswith("torch_rows needs torch, which is not installed: pip install 'gradgate[torch]'")


def test_a_pipe_gets_neither_colour_nor_a_bar(verify: Verify) -> None:
    done = verify("right.py", "wrong.py")
    assert "\x1b" not in done.out
    assert "\r" not in done.out
    assert done.err == ""


def test_a_refutation_shows_a_snippet_that_repeats_it(
    verify: Verify, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = verify("wrong.py").out.splitlines()
    first = next(number for number, line in enumerate(lines) if line == "    import numpy as np")
    snippet = "\n".join(line[4:] for line in lines[first:] if line.startswith("    "))
    shown = next(line for line in lines if line.startswith("  smallest"))
    monkeypatch.chdir(folder)
    exec(compile(snippet, "snippet", "exec"), {})
    value = float(capsys.readouterr().out)
    assert f" = {value!r}, the exact value is {-value!r};" in shown


def test_a_terminal_gets_a_bar_and_colours(folder: Path) -> None:
    pytest.importorskip("pty", reason="needs a pseudo-terminal")
    command = [sys.executable, "-P", "-m", "gradgate", "verify", str(folder / "right.py"), *QUICK]
    done = subprocess.run(
        [sys.executable, "-c", f"import pty, sys; sys.exit(pty.spawn({command!r}) >> 8)"],
        env={**os.environ, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0
    assert re.search(r"verifying.*0/25.*cases", done.stdout)
    assert "\x1b[32mverified\x1b[0m" in done.stdout


def test_the_bar_counts_the_cases_that_there_are(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    settings = Settings(("sigmoid", "naive_softmax"), ("float64",), cases=3, text_cases=2, jobs=1)
    run([resolve(str(folder / "right.py"))], settings, lambda *counts: told.append(counts))
    assert told[-1] == (3 + 5, 3 + 5)  # a sigmoid takes no word of a text


def test_a_run_leaves_the_environment_as_it_was(folder: Path) -> None:
    before = dict(os.environ)
    settings = Settings(("sigmoid",), ("float64",), cases=1, text_cases=0, jobs=1)
    run([resolve(str(folder / "right.py"))], settings, lambda *counts: None)
    assert dict(os.environ) == before


# ---- JSON


def without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_seconds(inner) for key, inner in value.items() if key != "seconds"}
    return [without_seconds(inner) for inner in value] if isinstance(value, list) else value


def strict(text: str) -> Any:
    """RFC 8259: no NaN, no Infinity, no key twice."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


MIXED = ("wrong.py", "fragile.py", "crashes.py", "unknown", "right.py")


@pytest.fixture(scope="module")
def mixed(verify: Verify) -> str:
    done = verify(*MIXED, "--json", "-")
    assert done.code == 4
    return done.out


def test_a_dash_puts_only_json_on_standard_output(verify: Verify, mixed: str) -> None:
    report = strict(mixed)
    assert mixed.startswith("{")
    assert report["schema"] == "gradgate.verify/1"
    assert report["exit"] == 4
    assert [found["verdict"] for found in report["implementations"]] == ["refuted", "fragile", "crashed", "verified"]


def test_the_same_seed_gives_the_same_report(verify: Verify, mixed: str) -> None:
    again = verify(*MIXED, "--json", "-").out
    assert json.dumps(without_seconds(json.loads(again))) == json.dumps(without_seconds(json.loads(mixed)))


def test_an_implementation_s_section_depends_on_nothing_else_in_the_run(verify: Verify, mixed: str) -> None:
    options = ("--cases", "5", "--loss", "naive_softmax,softmax", "--dtype", "float64,float32")
    alone, beside = (
        json.loads(verify(*specs, "--jobs", jobs, "--json", "-", quick=options).out)["implementations"]
        for specs, jobs in ((["wrong.py"], "1"), (["pure_python", "crashes.py", "wrong.py", "numpy_dense"], "2"))
    )
    assert len(alone[0]["functions"]) == 2
    assert without_seconds(alone[0]) == without_seconds(next(found for found in beside if found["name"] == "wrong.py"))
    first = next(found for found in json.loads(mixed)["implementations"] if found["name"] == "wrong.py")
    assert first["functions"] == [each for each in alone[0]["functions"] if each["dtype"] == "float64"]


def test_large_cases_have_their_cost_in_the_report(large: str) -> None:
    report = json.loads(large)
    assert (report["settings"]["vocabulary"], report["settings"]["dimension"]) == (2000, 4)
    right, wrong = report["implementations"]
    assert (right["verdict"], wrong["verdict"]) == ("verified", "refuted")
    [cost] = [function["cost"] for function in right["functions"]]
    assert (cost["vocabulary"], cost["dimension"], cost["calls"]) == (2000, 4, 6)
    assert right["functions"][0]["quantities"]["grad_U"]["components"] == 2 * 2000 * 4


def test_another_seed_gives_other_cases(verify: Verify, mixed: str) -> None:
    def worst(report: Any) -> Any:
        return report["implementations"][-1]["functions"][0]["quantities"]["loss"]["worst_ratio"]

    assert worst(json.loads(verify("right.py", "--seed", "1", "--json", "-").out)) != worst(json.loads(mixed))


def test_a_device_file_is_written_to_and_not_replaced(verify: Verify, folder: Path) -> None:
    assert verify("right.py", "--json", os.devnull).code == 0
    assert not Path(os.devnull).is_file()
    assert not list(folder.glob(".*"))


def documented() -> set[str]:
    """The keys that docs/json.md explains: the first column of its tables."""
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    return {
        key
        for line in text.splitlines()
        if line.startswith("| `")
        for key in re.findall(r"`([^`]+)`", line.split("|")[1])
    }


NAMED = {
    "laws": "LAW",
    "quantities": "QUANTITY",
    "sharpness": "QUANTITY",
    "reasons": "REASON",
    "remarks": "REMARK",
    "inputs": "PARAMETER",
}


def written(value: Any, path: str = "") -> set[str]:
    """The paths of all keys; keys that are themselves names, like those of laws, under one word."""
    if isinstance(value, list):
        return {key for inner in value for key in written(inner, path)}
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        if path.rpartition(".")[2] in NAMED:
            found |= written(inner, f"{path}.{NAMED[path.rpartition('.')[2]]}")
            continue
        where = f"{path}.{key}".lstrip(".")
        found |= {where} | written(inner, where)
    return found


OUTCOMES = {"passed", "failed", "fragile", "refuted", "undecided", "remark", "not applicable", "not judged"}
OPEN = ("settings.", "versions.", "machine.", "implementations.declared.", "manifest.reasons.")


@pytest.fixture(scope="module")
def large(verify: Verify) -> str:
    sizes = ("--vocabulary", "2000", "--dimension", "4", "--cases", "2")
    return verify("right.py", "wrong.py", "--json", "-", quick=(*sizes, "--dtype", "float64")).out


def test_the_documented_keys_are_those_that_are_written(mixed: str, large: str) -> None:
    found = set()
    for key in written(json.loads(mixed)) | written(json.loads(large)):
        head, _, last = key.rpartition(".")
        if (head == "manifest" or head.endswith(".LAW")) and last in OUTCOMES:
            found.add(f"{head}.OUTCOME")
        elif not key.startswith(OPEN):
            found.add(key.replace(".worst.", ".smallest."))
    assert found == documented()


def test_the_laws_of_the_report_are_the_laws_of_the_suite(mixed: str) -> None:
    names = {law.name for law in LAWS}
    for implementation in json.loads(mixed)["implementations"]:
        for function in implementation["functions"]:
            assert set(function["laws"]) <= names
            for tally in function["laws"].values():
                assert sum(tally.get(outcome, 0) for outcome in OUTCOMES) == tally["expected"]


# ---- expected failures

ENTRY = '[[expected]]\nimplementation = "{}"\nlaw = "{}"\ncause = "{}"\nreason = "known since the port"\n'


@pytest.fixture
def expecting(verify: Verify, tmp_path: Path) -> Verify:
    def run(content: str, *specs: str) -> Finished:
        path = tmp_path / "expected.toml"
        path.write_text(content, encoding="utf-8")
        return verify(*specs, "--expected-failures", str(path))

    return run


def test_failures_that_are_expected_do_not_count(expecting: Verify) -> None:
    done = expecting(ENTRY.format("crashes.py", "call", "raised"), "crashes.py", "right.py")
    assert done.code == 0, done.out
    assert "crashes.py · naive_softmax · float64: verified (expected failures aside)" in done.out
    assert "crashes.py: verified (expected failures aside) · " in done.out
    assert "expected: known since the port" in done.out


def test_one_that_is_not_expected_still_counts(expecting: Verify) -> None:
    done = expecting(ENTRY.format("wrong.py", "exact_gradient", "beyond the bound"), "wrong.py")
    assert done.code == 1
    assert "wrong.py: refuted" in done.out


def test_one_that_no_longer_fails_is_an_error(expecting: Verify) -> None:
    done = expecting(ENTRY.format("right.py", "exact_value", "overflow"), "right.py")
    assert done.code == 1
    assert (
        "right.py: exact_value (overflow) was expected to fail and does not: remove the entry" in done.out.splitlines()
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ENTRY.format("other.py", "exact_value", "overflow"), "name other.py, which this run does not examine"),
        (
            ENTRY.format("right.py", "exact_valu", "overflow"),
            "entry 1 names the law 'exact_valu'; known are call, exact_value, ",
        ),
        (ENTRY.format("right.py", "exact_value", "overflow").replace("known since the port", " "), "entry 1 needs "),
        (
            2 * ENTRY.format("right.py", "exact_value", "overflow"),
            "entry 2 names the same failure as entry 1: right.py, exact_value, overflow",
        ),
        (ENTRY.format("right.py", "exact_value", "overflow") + "extra = 1\n", "entry 1 needs "),
        ('[[expected]]\nlaw = "exact_value"\n', "entry 1 needs implementation, law, cause, reason"),
        ('[[expect]]\nlaw = "exact_value"\n', "it holds [[expected]] tables, and nothing else"),
        ("expected = 3\n", "it holds [[expected]] tables, and nothing else"),
        ("expected = [3]\n", "it holds [[expected]] tables, and nothing else"),
        ("[[expected\n", "no list of expected failures: "),
        ("\udcff", "no list of expected failures: "),
    ],
    ids=["implementation", "law", "reason", "twice", "extra", "keys", "table", "number", "numbers", "TOML", "UTF-8"],
)
def test_a_list_that_makes_no_sense_is_said_before_the_work(
    content: str,
    words: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "expected.toml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(cli, "run", lambda *given: pytest.fail("the work was started"))
    target = tmp_path / "report.json"
    assert cli.main(["verify", "right.py", "--expected-failures", str(path), "--json", str(target)]) == 4
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert json.loads(target.read_text(encoding="utf-8"))["exit"] == 4
