"""From what a user calls an implementation (a SPEC) to its functions.

A SPEC is a path ending in .py, a shipped name, the name of an entry point of the group "gradgate.impls", or a dotted
module. There is one way in: a shipped file is loaded by path, exactly as a stranger's file is."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from gradgate.adapters import adapt, standins
from gradgate.calling.implementation import Implementation, Particulars
from gradgate.errors import Broken, CannotRun
from gradgate.places import folder

ENTRY_POINTS = "gradgate.impls"
EXTRAS = {
    "array_api_compat": "array-api",
    "jax": "jax",
    "numba": "compiled",
    "scipy": "counts",
    "torch": "torch",
    "triton": "gpu",
}  # a package that an implementation may need, and the extra that brings it


@dataclass(frozen=True)
class Source:
    """Where an implementation comes from. kind is "file", "entry point" or "module"; target the path or the module.

    name is what the user called it; two names of one target are one source. lift: the batched forms that it lacks are
    to be lifted from its single ones, for benchmarks.
    """

    name: str = field(compare=False)
    kind: str
    target: str
    shipped: bool = False
    lift: bool = False


def shipped() -> list[str]:
    """The names of the implementations that gradgate carries, in alphabetical order."""
    return sorted(path.stem for path in folder("impls").glob("*.py"))


def shipped_losses() -> list[str]:
    """Those that define losses: the files of the counts have a name that says so."""
    return [name for name in shipped() if not name.endswith("_counts")]


def entry_points() -> dict[str, str]:
    """The implementations that other installed distributions register: name to module."""
    return {point.name: point.value for point in importlib.metadata.entry_points(group=ENTRY_POINTS)}


def resolve(spec: str) -> Source:
    """Finds a SPEC without running any of it; CannotRun, naming the known ones, when there is none."""
    if spec.endswith(".py"):
        path = Path(spec)
        if not path.is_file():
            raise CannotRun(f"{spec}: " + ("a folder, no file" if path.is_dir() else "there is no such file"))
        return Source(spec, "file", str(path.resolve()))
    if spec in shipped():
        return Source(spec, "file", str(folder("impls") / f"{spec}.py"), shipped=True)
    if spec in (points := entry_points()):
        return Source(spec, "entry point", points[spec])
    if spec.replace(".", "").isidentifier() and _is_importable(spec):
        return Source(spec, "module", spec)
    known = ", ".join([*shipped(), *sorted(points)])
    ways = "any path ending in .py, any importable module"
    raise CannotRun(f"{spec or repr(spec)}: no such implementation; known are {known}, {ways}")


def load(spec: str, *, lift: bool = False) -> Implementation:
    """The implementation behind a SPEC. Raises CannotRun (not found, a package missing) or Broken (its own fault)."""
    return load_source(replace(resolve(spec), lift=lift))


def load_source(source: Source, *, ranks: bool = False) -> Implementation:
    """Runs the module and wraps it. Whatever it raises, SystemExit included, becomes CannotRun or Broken.

    Raises CannotRun for one that is several processes, unless `ranks` says that the caller takes care of that.
    """
    found = load_with(source.name, lambda: _import(source), lift=source.lift)
    if not ranks:
        require_one_process(found.name, found.particulars)
    return found


def load_with(name: str, run: Callable[[], ModuleType | Any], *, lift: bool = False) -> Implementation:
    """Wraps the module that `run` runs and returns; the same for one that lies in no file."""
    try:
        module = run()
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error
    except SyntaxError as error:
        raise Broken(f"{name}, line {error.lineno or 'unknown'}: not Python 3: {error.msg}") from error
    except SystemExit as error:
        raise Broken(f"{name} ends the program when it is imported: exit({error.code or 0})") from error
    except Exception as error:
        raise Broken(f"{name} raises {type(error).__name__} when it is imported: {_line(error)}") from error
    try:
        found = Implementation(name, adapt(module) or module, lift=lift)
    except (TypeError, ValueError) as error:
        raise Broken(f"{name}: {_line(error)}") from error
    except Exception as error:  # a module may compute its attributes
        sentence = f"raises {type(error).__name__} when its functions are looked up: {_line(error)}"
        raise Broken(f"{name} {sentence}") from error
    if not found.offers:
        raise CannotRun(f"{name} defines none of the contract's functions (naive_softmax, negative_sampling, ...)")
    return found


def require_one_process(name: str, particulars: Particulars) -> None:
    """Raises CannotRun for what is several processes, where it cannot be that."""
    if particulars.ranks > 1:
        raise CannotRun(f"{name} is {particulars.ranks} processes (RANKS): gradgate verify runs them, this has one")


def _import(source: Source) -> ModuleType | Any:
    if source.kind == "file":
        return _import_file(Path(source.target), shipped=source.shipped)
    _look_in_the_working_folder()
    module, _, attribute = source.target.partition(":")
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found


def _import_file(path: Path, *, shipped: bool) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"gradgate_loaded_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise CannotRun(f"{path}: Python has no loader for such a file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickling inside the file look themselves up there
    if shipped:
        spec.loader.exec_module(module)
        return module
    sys.path.insert(0, str(path.parent))  # as `python FILE` does, so that a file finds its neighbours
    with standins.answering(path.parent):
        spec.loader.exec_module(module)
    return module


def _is_importable(spec: str) -> bool:
    _look_in_the_working_folder()
    try:
        return importlib.util.find_spec(spec.partition(".")[0]) is not None  # a submodule's would run its package
    except (ImportError, ValueError):
        return False


def _look_in_the_working_folder() -> None:
    """For dotted modules, and last of all, so that nothing there hides another module."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)


def _missing(name: str, error: ModuleNotFoundError) -> CannotRun:
    package = error.name or "a module"  # with dots where the package is there, and a module of it is not
    cure = (
        f"pip install 'gradgate[{EXTRAS[package]}]'"
        if package in EXTRAS
        else f"install it, or mend the import of {error.name}"
    )
    return CannotRun(f"{name} needs {package}, which is not installed: {cure}")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
