"""What is shipped: the wheel holds the suite inside gradgate/, and is the same from the clone and through the sdist."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("impls", "properties", "bench", "corpus")
NOT_COPIED = (".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", ".benchmarks", "build", "dist")
STRAY = ("impls/__pycache__/stray.pyc", "corpus/.hypothesis/stray.py", "dist/stray.whl", ".venv/stray.py")


def run(*command: object, cwd: Path) -> str:
    """The output of a command. Asserts that it succeeds."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))} gave {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def only(paths: list[Path]) -> Path:
    assert len(paths) == 1, f"one file is expected: {paths}"
    return paths[0]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the project, with ignored files lying about as they do in a clone that is in use."""
    copy = tmp_path_factory.mktemp("packaging") / "clone"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for name in STRAY:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("stray", encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def through_sdist(clone):
    """The folder that holds the sdist and the wheel built from that sdist."""
    out = clone.parent / "through_sdist"
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, clone, cwd=clone.parent)
    return out


@pytest.fixture(scope="module")
def sdist_names(through_sdist):
    with tarfile.open(only(list(through_sdist.glob("*.tar.gz")))) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


@pytest.fixture(scope="module")
def wheel(clone):
    """The wheel built from the clone itself."""
    out = clone.parent / "from_clone"
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", out, clone, cwd=clone.parent)
    return only(list(out.glob("*.whl")))


@pytest.fixture(scope="module")
def installed(wheel):
    """A folder that the wheel is installed into, without its dependencies."""
    target = wheel.parent / "site"
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        target,
        wheel,
        cwd=target.parent,
    )
    return target


def contents(wheel: Path) -> dict[str, str]:
    """The hash of each file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def tracked(folder: str) -> set[str]:
    """The files of a folder of the project, less those that Python itself leaves there."""
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in found if not {"__pycache__", ".hypothesis"} & {*path.parts}}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_holds_each_file_of_the_suite_inside_gradgate(wheel, folder):
    shipped = {name.removeprefix("gradgate/") for name in contents(wheel) if name.startswith(f"gradgate/{folder}/")}
    assert shipped == tracked(folder), f"missing or stray: {shipped ^ tracked(folder)}"
    assert shipped, f"{folder}/ is empty"


def test_the_wheel_holds_nothing_outside_gradgate_and_its_metadata(wheel):
    tops = {name.split("/")[0] for name in contents(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"gradgate"}, tops


def test_the_wheel_through_the_sdist_equals_the_wheel_from_the_clone(wheel, through_sdist):
    ours, theirs = contents(wheel), contents(only(list(through_sdist.glob("*.whl"))))
    assert ours == theirs, f"differ: {sorted(name for name, _ in ours.items() ^ theirs.items())}"


def test_the_sdist_holds_everything_that_the_project_needs(sdist_names):
    expected = {"pyproject.toml", "hatch_build.py", "constraints.txt", "Makefile", "LICENSE", "README.md", ".ci/run"}
    expected |= {name for folder in (*FOLDERS, "src", "tests", "docs") for name in tracked(folder)}
    assert expected <= sdist_names, f"missing: {sorted(expected - sdist_names)}"


def test_no_ignored_file_is_shipped(sdist_names, wheel):
    shipped = sdist_names | set(contents(wheel))
    assert not {name for name in shipped if "stray" in name}


def test_a_wheel_without_its_suite_is_not_built(clone, tmp_path):
    copy = tmp_path / "clone"
    shutil.copytree(clone, copy, ignore=shutil.ignore_patterns("impls"))
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", str(copy)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0, "a wheel was built without impls/"
    assert "impls/ holds no files to ship" in done.stdout + done.stderr


FIND_FOLDERS = """
import sys
sys.path.insert(0, sys.argv[1])
from gradgate.places import folder
print(*map(folder, sys.argv[2:]), sep="\\n")
"""


def test_an_installed_gradgate_finds_its_suite_inside_itself(installed, tmp_path):
    found = run(sys.executable, "-c", FIND_FOLDERS, installed, *FOLDERS, cwd=tmp_path).splitlines()
    assert found == [str((installed / "gradgate" / folder).resolve()) for folder in FOLDERS]
    assert all(any(Path(path).iterdir()) for path in found), found


def test_an_installed_gradgate_offers_its_command(installed):
    entry_points = only(list(installed.glob("gradgate-*.dist-info/entry_points.txt"))).read_text(encoding="utf-8")
    assert "gradgate = gradgate.cli:main" in entry_points


def test_an_editable_install_is_one_path_to_src(clone, tmp_path):
    command = ["-c", "import sys, hatchling.build as b; print(b.build_editable(sys.argv[1]))", str(tmp_path)]
    names = contents(tmp_path / run(sys.executable, *command, cwd=clone).strip().splitlines()[-1])
    files = sorted(name for name in names if ".dist-info/" not in name)
    assert len(files) == 1, files
    assert files[0].endswith(".pth"), files


VERIFY = ("-m", "gradgate", "verify", "numpy_rows", "--cases", "12", "--dtype", "float32", "--jobs", "1", "--json", "-")


def without_times(report: object) -> object:
    """The report less whatever stands under a key named `seconds`."""
    if isinstance(report, dict):
        return {key: without_times(value) for key, value in report.items() if key != "seconds"}
    return [without_times(value) for value in report] if isinstance(report, list) else report


def verified(source: Path, folder: Path) -> object:
    """What `gradgate verify` reports, as JSON, when the package is taken from `source`."""
    environment = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run(
        [sys.executable, *VERIFY], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return without_times(json.loads(done.stdout))


def test_the_wheel_verifies_exactly_as_the_clone_does(installed, tmp_path):
    assert json.dumps(verified(installed, tmp_path)) == json.dumps(verified(ROOT / "src", tmp_path))


def test_the_suite_inside_the_wheel_runs_under_pytest(installed, tmp_path):
    suite = installed / "gradgate" / "properties" / "test_structure.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "gradgate.plugin", "-p", "no:cacheprovider", suite]
    done = subprocess.run(
        [*map(str, command), "--impl=numpy_dense"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
