"""The plugin's options, and what they set in pytest and in Hypothesis."""

from __future__ import annotations

from importlib.util import find_spec
from os import environ

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase

from gradgate.arguments import at_least, seconds

PROFILE = "gradgate"
_BENCHMARKS = "benchmark"  # the name that pytest-benchmark registers its plugin under


def add_options(parser: pytest.Parser, manager: pytest.PytestPluginManager) -> None:
    group = parser.getgroup("gradgate", "word2vec losses and their gradients")
    group.addoption(
        "--impl",
        action="append",
        default=[],
        metavar="SPEC",
        help="the implementation under test: a path ending in .py, a shipped name, an entry point, a dotted module; "
        "may be given again (default: all shipped ones). Write --impl=SPEC",
    )
    group.addoption("--gradgate-seed", type=at_least(0), default=0, metavar="N", help="seed of every draw (0)")
    group.addoption("--gradgate-examples", type=at_least(1), default=30, metavar="N", help="examples a property (30)")
    group.addoption(
        "--gradgate-time-limit",
        type=seconds,
        default=10.0,
        metavar="S",
        help="seconds for one call of an implementation that is not shipped (10)",
    )
    group.addoption("--device", default="cpu", help="where the arrays live: cpu (default), cuda, ...")
    group.addoption("--full", action="store_true", default=False, help="benchmarks: more sizes, up to V = 2^20")
    group.addoption("--costs-json", metavar="FILE", help="benchmarks: write what was measured and fitted as JSON")
    if _benchmarks_missing(manager):
        for name in ("--benchmark-skip", "--benchmark-only"):
            group.addoption(name, action="store_true", default=False, help="needs pytest-benchmark")


def set_up_pytest(config: pytest.Config) -> None:
    """The files and the marks of the suite."""
    config.addinivalue_line("python_files", "bench_*.py")
    config.addinivalue_line("markers", "benchmark: the settings of a benchmark (pytest-benchmark)")


def set_up_hypothesis(config: pytest.Config) -> None:
    """The profile "gradgate", and our seed where Hypothesis was given none: the same seed draws the same cases."""
    hypothesis.settings.register_profile(
        PROFILE,
        max_examples=config.getoption("gradgate_examples"),
        database=None,  # a case that failed yesterday would make today's run another one
        deadline=None,  # the first call of a backend takes seconds
        derandomize=False,  # it would make the seed inert
        print_blob=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],  # to explain a failure takes as long as to find it
        suppress_health_check=[
            HealthCheck.too_slow,  # the first examples load the reference and the backend
            HealthCheck.filter_too_much,  # in float16 much is undecided; where nothing is judged, no test passes
        ],
    )
    if not config.getoption("hypothesis_profile", None):
        hypothesis.settings.load_profile(PROFILE)
    if config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(config.getoption("gradgate_seed"))


def has_benchmarks(config: pytest.Config) -> bool:
    return config.pluginmanager.hasplugin(_BENCHMARKS)


def _benchmarks_missing(manager: pytest.PytestPluginManager) -> bool:
    """Whether pytest-benchmark is not there, nor about to come: `-p` loads this plugin before installed ones."""
    if manager.hasplugin(_BENCHMARKS):
        return False
    switched_off = manager.is_blocked(_BENCHMARKS) or bool(environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"))
    return switched_off or find_spec("pytest_benchmark") is None
