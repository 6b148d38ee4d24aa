"""Who may import whom. Judges the text of each file, so that it needs no backend and runs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Modules of gradgate that speak to people or to pytest; __init__ is the face of it all. Every other one is core, or the
# reference.
OUTER = """
__init__ __main__ arguments bridge cli confusion costs equations grading isolation mutants peers plugin power report
soundness suite training
""".split()
BACKENDS = frozenset(
    "autograd cupy distributed gensim jax jaxlib libcst mlx mutmut numba scipy tensorflow torch triton".split()
)


@dataclass(frozen=True)
class Rule:
    """The files of a layer, the packages it may import besides the standard library, and the layers of gradgate.

    packages None means any. layers are named as `layer` names them; one with a "?" is for imports inside functions.
    """

    name: str
    files: tuple[str, ...]
    packages: frozenset[str] | None
    layers: frozenset[str]
    remedy: str


def _rule(name: str, files: str, packages: str | None, layers: str, remedy: str) -> Rule:
    allowed = None if packages is None else frozenset(packages.split())
    return Rule(name, tuple(files.split()), allowed, frozenset(layers.split()), remedy)


# The first rule that fits a file binds it. fnmatch's * crosses slashes.
RULES = (
    _rule(
        "impls",
        "impls/*.py bench/peers/*.py",
        None,
        "",
        "an implementation is one file, loaded by path: write the formula out",
    ),
    _rule("faults", "corpus/*.py", "numpy", "", "a fault knows the inputs and outputs of its calls, nothing of ours"),
    _rule(
        "the limits of a device",
        "bench/gpu.py",
        "numpy torch",
        "core reference outer",
        "it compares shipped files with PyTorch's own products; a benchmark takes the implementation as a parameter",
    ),
    _rule(
        "training throughput",
        "bench/throughput/*.py",
        None,
        "core reference outer",
        "a program of its own, which trains with others' libraries beside ours",
    ),
    _rule(
        "properties and bench",
        "properties/*.py bench/*.py",
        "hypothesis numpy pytest",
        "core reference outer",
        "take the implementation as a parameter, and the rest from gradgate",
    ),
    _rule(
        "the reference",
        "src/gradgate/reference/*.py",
        "flint numpy",
        "core reference",
        "what speaks to people goes to the cli, the plugin or a report",
    ),
    _rule(
        "the equations",
        "src/gradgate/equations/*.py",
        "flint numpy rich",
        "core reference outer",
        "a formula is judged in balls; whatever runs an implementation goes elsewhere",
    ),
    _rule(
        "cli, plugin and reports",
        " ".join(f"src/gradgate/{name}.py src/gradgate/{name}/*.py" for name in OUTER),
        "hypothesis numpy pytest resvg_py rich threadpoolctl",
        "core reference outer",
        "a backend is imported inside the function that asks for it",
    ),
    _rule(
        "core",
        "src/gradgate/*.py",
        "numpy",
        "core reference?",
        "move it to the cli, the plugin or a report; the reference and backends are imported inside functions",
    ),
)


@dataclass(frozen=True)
class Import:
    module: str
    line: int
    lazy: bool  # inside a function, or for the type checker only


def layer(module: str) -> str:
    """The layer of gradgate that a module of it belongs to: "outer", "reference" or "core"."""
    part = [*module.split("."), ""][1]
    return "outer" if part in OUTER else "reference" if part == "reference" else "core"


def imports(source: str, package: str) -> Iterator[Import]:
    """Every import of a file, import_module("...") included; relative ones are resolved against `package`."""

    def visit(node: ast.AST, lazy: bool) -> Iterator[Import]:
        match node:
            case ast.Import(names=names):
                yield from (Import(alias.name, node.lineno, lazy) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = ".".join([*above, *([module] if module else [])])
                yield from (Import(f"{base}.{alias.name}", node.lineno, lazy) for alias in names)
            case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")):
                match node.args:
                    case [ast.Constant(value=str(name)), *_]:
                        yield Import(name, node.lineno, lazy)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                lazy = True
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                lazy = True
        for child in ast.iter_child_nodes(node):
            yield from visit(child, lazy)

    return visit(ast.parse(source), lazy=False)


def rule_of(path: str) -> Rule:
    """The rule that binds the file at `path`, relative to the root. Raises LookupError when none does."""
    for rule in RULES:
        if any(fnmatch(path, pattern) for pattern in rule.files):
            return rule
    raise LookupError(f"{path}: no rule says what it may import; add one to RULES")


def allows(rule: Rule, found: Import, siblings: frozenset[str]) -> bool:
    """Whether the layer may hold this import. siblings are the names of the files in impls/."""
    top = found.module.split(".")[0]
    if top == "gradgate":
        its = layer(found.module)
        return its in rule.layers or (found.lazy and f"{its}?" in rule.layers)
    if top in siblings or top in ("impls", "properties", "bench", "corpus", "tests"):
        return False
    if rule.packages is None or top in sys.stdlib_module_names or top in rule.packages:
        return True
    return top in BACKENDS and found.lazy and rule.files[0].startswith("src/")


def offences(path: str, source: str, siblings: frozenset[str]) -> list[str]:
    """A message for each import that the file's rule forbids."""
    rule = rule_of(path)
    package = ".".join(Path(path).with_suffix("").parts[:-1]).removeprefix("src.")
    return [
        f"{path}:{found.line} imports {found.module}{' inside a function' if found.lazy else ''}: "
        f"{rule.name} may not; {rule.remedy}"
        for found in imports(source, package)
        if not allows(rule, found, siblings)
    ]


def _bound_files() -> list[str]:
    folders = ("src", "impls", "properties", "bench", "corpus")
    return sorted(path.relative_to(ROOT).as_posix() for name in folders for path in (ROOT / name).rglob("*.py"))


SIBLINGS = frozenset(path.stem for path in (ROOT / "impls").glob("*.py"))


@pytest.mark.parametrize("path", _bound_files())
def test_a_file_imports_only_what_its_layer_may(path):
    found = offences(path, (ROOT / path).read_text(encoding="utf-8"), SIBLINGS)
    assert not found, "\n".join(found)


FORBIDDEN = [
    ("impls/new.py", "import gradgate", "gradgate"),
    ("impls/new.py", "def f():\n    from gradgate.case import Case", "gradgate.case.Case"),
    ("impls/new.py", "from numpy_dense import softmax", "numpy_dense.softmax"),
    ("impls/new.py", "from .numpy_dense import softmax", "impls.numpy_dense.softmax"),
    ("impls/new.py", "from . import numpy_dense", "impls.numpy_dense"),
    ("impls/new.py", "import importlib\nimportlib.import_module('gradgate.terms')", "gradgate.terms"),
    ("impls/new.py", "__import__('impls.numpy_dense')", "impls.numpy_dense"),
    ("corpus/faults/new.py", "from gradgate.case import Case", "gradgate.case.Case"),
    ("corpus/faults/new.py", "import torch", "torch"),
    ("corpus/faults/new.py", "from .signs import FAULTS", "corpus.faults.signs.FAULTS"),
    ("properties/test_new.py", "import torch", "torch"),
    ("properties/test_new.py", "def f():\n    import torch", "torch"),
    ("properties/test_new.py", "import flint", "flint"),
    ("properties/test_new.py", "import numpy_dense", "numpy_dense"),
    ("bench/bench_new.py", "from impls import numpy_dense", "impls.numpy_dense"),
    ("bench/bench_new.py", "import rich", "rich"),
    ("src/gradgate/new.py", "import pytest", "pytest"),
    ("src/gradgate/new.py", "def f():\n    import rich", "rich"),
    ("src/gradgate/new.py", "import flint", "flint"),
    ("src/gradgate/new.py", "from gradgate import cli", "gradgate.cli"),
    ("src/gradgate/new.py", "def f():\n    from gradgate.report.table import rows", "gradgate.report.table.rows"),
    ("src/gradgate/new.py", "from . import plugin", "gradgate.plugin"),
    ("src/gradgate/new.py", "from gradgate.reference import evaluate", "gradgate.reference.evaluate"),
    ("src/gradgate/laws/new.py", "from ..cli import main", "gradgate.cli.main"),
    (
        "src/gradgate/laws/new.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import gradgate.cli",
        "gradgate.cli",
    ),
    ("src/gradgate/new.py", "try:\n    import torch\nexcept ImportError:\n    torch = None", "torch"),
    ("src/gradgate/new.py", "class Backend:\n    import torch", "torch"),
    ("src/gradgate/reference/new.py", "import rich", "rich"),
    ("src/gradgate/reference/new.py", "import gradgate.cli", "gradgate.cli"),
    ("src/gradgate/cli.py", "import torch", "torch"),
    ("src/gradgate/plugin.py", "import mpmath", "mpmath"),
    ("src/gradgate/cli.py", "import flint", "flint"),
]

ALLOWED = [
    ("impls/new.py", "import numpy as np\nimport torch\nfrom math import exp"),
    ("properties/test_new.py", "import hypothesis\nimport numpy\nimport pytest\nfrom gradgate.laws import values"),
    ("corpus/faults/new.py", "import numpy as np\nimport math"),
    ("bench/bench_new.py", "import pytest\nfrom gradgate.calling.loading import load"),
    ("src/gradgate/new.py", "from __future__ import annotations\nimport ast\nimport numpy.linalg\nfrom . import case"),
    ("src/gradgate/new.py", "def f():\n    import torch\n    from gradgate.reference import evaluate"),
    ("src/gradgate/laws/new.py", "from gradgate.case import Case\nfrom ..terms import groups"),
    ("src/gradgate/reference/new.py", "import flint\nfrom gradgate.terms import groups"),
    ("src/gradgate/cli.py", "import rich\nimport hypothesis\nfrom gradgate.reference import evaluate"),
    ("src/gradgate/power/new.py", "from gradgate.faults import catalogue\nfrom gradgate.report.console import console"),
    ("src/gradgate/report/table.py", "from rich.table import Table\nfrom gradgate.examining.run import run"),
]


@pytest.mark.parametrize(("path", "source", "module"), FORBIDDEN)
def test_a_forbidden_import_is_reported_with_its_line_and_its_module(path, source, module):
    found = offences(path, source, frozenset({"numpy_dense"}))
    line = len(source.splitlines()) if "try" not in source else 2
    assert [message.split(":")[0] for message in found] == [path], found
    assert f"{path}:{line} imports {module}" in found[0], found


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_an_allowed_import_is_not_reported(path, source):
    assert offences(path, source, frozenset({"numpy_dense"})) == []


def test_a_file_without_a_rule_is_an_error():
    with pytest.raises(LookupError, match="no rule says what it may import"):
        offences("elsewhere/new.py", "import os", frozenset())


IMPORT_EVERYTHING = """
import importlib, pkgutil, sys, gradgate
for module in pkgutil.walk_packages(gradgate.__path__, "gradgate."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def test_importing_all_of_gradgate_imports_no_backend():
    command = [sys.executable, "-c", IMPORT_EVERYTHING, *BACKENDS]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "", f"importing gradgate imported {done.stdout.strip()}"
