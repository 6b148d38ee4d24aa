"""The pytest plugin: `pytest --impl=SPEC properties` holds any implementation against every law.

Load it with `-p gradgate.plugin`, or with `pytest_plugins = ["gradgate.plugin"]` in a conftest.py at the root. It is no
entry point: its Hypothesis profile would reach into runs that have nothing to do with it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NoReturn

import pytest
from hypothesis.errors import Unsatisfiable

from gradgate.calling.inprocess import Performer
from gradgate.errors import CannotRun
from gradgate.plugin.costs import COSTS, Costs, cost, cost_of_peer, cost_of_training, floor
from gradgate.plugin.counts import Counts
from gradgate.plugin.options import add_options, has_benchmarks, set_up_hypothesis, set_up_pytest
from gradgate.plugin.subjects import Subjects, Unloadable
from gradgate.report.target import require_writable
from gradgate.suite.check import is_shipped
from gradgate.suite.holding import CURRENT

__all__ = ["cost", "cost_of_peer", "cost_of_training", "floor"]  # fixtures

PARAMETER = "implementation"
SUBJECTS = pytest.StashKey[Subjects]()
COUNTS = pytest.StashKey[Counts]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    add_options(parser, pluginmanager)


@pytest.hookimpl(tryfirst=True)  # Hypothesis reads its seed in the same hook
def pytest_configure(config: pytest.Config) -> None:
    set_up_pytest(config)
    set_up_hypothesis(config)
    if config.getoption("benchmark_only") and not has_benchmarks(config):
        raise pytest.UsageError("--benchmark-only needs pytest-benchmark: pip install 'gradgate[bench]'")
    if config.getoption("benchmark_only") and config.getoption("numprocesses", None):
        raise pytest.UsageError("-n runs benchmarks side by side, each in the others' way: leave it out")
    option = config.getoption
    about = (option(name) for name in ("impl", "device", "gradgate_seed", "gradgate_time_limit", "benchmark_only"))
    subjects = Subjects(*about)
    config.stash[SUBJECTS], config.stash[COUNTS] = subjects, Counts()
    config.stash[COSTS] = Costs(option("gradgate_seed"), option("costs_json"), full=option("full"))
    try:
        require_writable(option("costs_json"))
        subjects.load_named()  # here, and not where tests are generated: a SPEC that names nothing is said once
    except CannotRun as error:
        raise pytest.UsageError(str(error)) from error


def pytest_unconfigure(config: pytest.Config) -> None:
    if subjects := config.stash.get(SUBJECTS, None):
        subjects.close()


def pytest_report_header(config: pytest.Config) -> str:
    option = config.getoption
    names = ", ".join(option("impl")) or "all shipped implementations"
    return (
        f"gradgate: {names} on {option('device')}, seed {option('gradgate_seed')}, "
        f"{option('gradgate_examples')} examples a property"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """A device that was asked for, and that nothing can run on, is no reason to skip everything and succeed."""
    device, subjects = session.config.getoption("device"), session.config.stash[SUBJECTS]
    if device != "cpu" and not subjects.can_run:
        raise pytest.UsageError(f"--device={device}: no shipped implementation can run on it here")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if PARAMETER in metafunc.fixturenames:
        metafunc.parametrize(PARAMETER, metafunc.config.stash[SUBJECTS].parameters)


@pytest.hookimpl(trylast=True)  # after -k and -m: what they leave must hold the test that fails
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps one test of a file that cannot be loaded: thirty failures would say the same."""
    seen: set[str] = set()
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        subject = _subject(item)
        twice = isinstance(subject, Unloadable) and subject.name in seen
        (dropped if twice else kept).append(item)
        if isinstance(subject, Unloadable):
            seen.add(subject.name)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept
    if not has_benchmarks(config):
        reason = "needs pytest-benchmark: pip install 'gradgate[bench]'"
        for item in kept:
            if "benchmark" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Fails for a file that cannot be loaded; skips or fails where no draw could be judged; counts the draws."""
    subject, counts = _subject(pyfuncitem), pyfuncitem.config.stash[COUNTS]
    if isinstance(subject, Unloadable):
        pytest.fail(subject.sentence, pytrace=False)
    CURRENT.clear()
    try:
        result = yield
        counts.benchmarks += "benchmark" in pyfuncitem.fixturenames
        return result
    except Unsatisfiable:
        if subject is None or not CURRENT.reasons:
            raise
        _inconclusive(subject)
    finally:
        counts.add(CURRENT)


def _inconclusive(subject: Performer) -> NoReturn:
    """Nothing that was drawn could be judged: a failure for gradgate's own, a skip for somebody else's."""
    sentence = f"{subject.name}: inconclusive, no drawn case could be judged: {CURRENT.commonest}"
    if is_shipped(subject):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[COUNTS].finish(session)
    costs = session.config.stash[COSTS]
    costs.complete = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    costs.keep()


@pytest.hookimpl(trylast=True)  # below pytest-benchmark's own table
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in (*config.stash[COSTS].lines(), *config.stash[COUNTS].lines()):
        terminalreporter.write_line(line)


def _subject(item: pytest.Item) -> Any:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(PARAMETER) if callspec else None
