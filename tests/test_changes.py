"""Two runs, one against the other: a planted slowdown is named, noise is not, and what is missing is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradgate import cli
from gradgate.costs.changes import changes, differing_conditions, name_of, noise_of, only_in
from gradgate.costs.document import Run, document
from gradgate.costs.fits import ratio
from gradgate.costs.measuring import Measurement
from gradgate.costs.noise import Certificate
from gradgate.costs.page.command import report_of

SILENT = "none differs by more than what both noise certificates could have seen"


def run_of(name: str, seed: int, slowdown: float = 1.0) -> Run:
    """A run of eight benchmarks with a noise of 1 %; the one at V = 512 is slower by the factor."""
    rng = np.random.Generator(np.random.Philox(seed))
    measurements = []
    for V in (2**power for power in range(6, 14)):
        seconds = 1e-6 * V * rng.lognormal(0, 0.01, 21) * (slowdown if V == 512 else 1.0)
        about = {"dtype": "float32", "device": "cpu", "rounds": 100, "verified": True, "load": 1.0}
        counted = {"bytes": 400 * V, "rows": V, "returned": 400 * V}
        kept = tuple(float(f"{value:.4g}") for value in np.sort(seconds))
        measurements.append(
            Measurement("one", "naive_softmax", "naive_softmax", V, 100, None, 1, seconds=kept, **about, **counted)
        )
    noise = Certificate((1.0, 1.001, 0.999, 1.0, 1.0), 1.1, 1.02)
    versions, machine = {"python": "3.11.7", "numpy": "2.4.6"}, {"processor": "a processor", "cpus": 2}
    return Run(name, 0, machine, versions, tuple(measurements), {}, (), (7e-8,), noise, complete=True)


@pytest.mark.parametrize("slowdown", [2.0, 1.2, 0.5])
def test_a_planted_slowdown_is_found_and_nothing_else_is(slowdown: float) -> None:
    found = changes(run_of("old", seed=1), run_of("new", seed=2, slowdown=slowdown))
    beyond = [change for change in found if change.beyond]
    assert [change.measurement.V for change in beyond] == [512]
    assert beyond[0].ratio.low < slowdown < beyond[0].ratio.high
    ratios = [change.ratio.value for change in found]
    assert ratios == sorted(ratios, reverse=True)


def test_the_report_names_the_slowdown_and_what_would_prove_it() -> None:
    text = report_of([run_of("old", seed=1), run_of("new", seed=2, slowdown=2.0)]).markdown()
    assert "Of 8 benchmarks in both runs, 1 became slower and 0 faster by more than" in text
    assert "The slowest against before: one naive\\_softmax V=512 B=1 d=100 float32" in text
    assert "Wall times of two runs on a shared machine prove nothing by themselves" in text
    assert "gradgate bench --gate" in text
    assert "(the machine's load was 1.0 before, 1.0 now)" in text


def test_the_same_run_twice_is_silent() -> None:
    run = run_of("old", seed=1)
    assert not [change for change in changes(run, run) if change.beyond or change.ratio.value != 1]
    assert SILENT in report_of([run, replace(run, name="new")]).markdown()


def test_a_difference_below_the_worse_certificate_is_no_finding() -> None:
    old, new = run_of("old", seed=1), run_of("new", seed=2, slowdown=1.2)
    noisy = replace(old, noise=Certificate((1.0, 1.2), 2.0, 1.44))
    assert noise_of(noisy, new) == noise_of(new, noisy) == 1.44
    assert not [change for change in changes(noisy, new) if change.beyond]
    assert f"{SILENT} (44.0 %)" in report_of([noisy, new]).markdown()


def test_a_difference_that_the_samples_do_not_bear_out_is_no_finding() -> None:
    old, new = run_of("old", seed=1), run_of("new", seed=2)
    wide = tuple(np.linspace(1, 2, 21))
    first = replace(old, measurements=(replace(old.measurements[0], seconds=wide),))
    second = replace(new, measurements=(replace(new.measurements[0], seconds=tuple(1.1 * s for s in wide)),))
    [found] = changes(first, second)
    assert found.ratio.value > 1.02
    assert found.beyond is False


def test_without_a_certificate_no_difference_is_called_one() -> None:
    old, new = replace(run_of("old", seed=1), noise=None), run_of("new", seed=2, slowdown=2.0)
    assert {change.beyond for change in changes(old, new)} == {None}
    assert "old has no noise certificate: of 8 ratios none can be said to exceed the noise" in (
        report_of([old, new]).markdown()
    )


def test_benchmarks_of_one_run_only_are_named() -> None:
    old, new = run_of("old", seed=1), run_of("new", seed=2)
    first, last = old.measurements[0], new.measurements[-1]
    old, new = replace(old, measurements=old.measurements[:-1]), replace(new, measurements=new.measurements[1:])
    assert (only_in(old, new), only_in(new, old)) == ([name_of(first)], [name_of(last)])
    text = report_of([old, new]).markdown()
    assert "Only in old: one naive\\_softmax V=64 " in text
    assert "Only in new: one naive\\_softmax V=8192 " in text


def test_runs_that_share_nothing_are_not_compared() -> None:
    old, new = run_of("old", seed=1), run_of("new", seed=2)
    other = tuple(replace(m, implementation="another") for m in new.measurements)
    assert "No benchmark is in both old and new" in report_of([old, replace(new, measurements=other)]).markdown()


def test_another_machine_or_library_is_said() -> None:
    old, new = run_of("old", seed=1), run_of("new", seed=2)
    new = replace(new, machine={"processor": "another", "cpus": 2, "limits": {}}, versions={"python": "3.11.7"})
    told = ["processor: a processor before, another now", "numpy: 2.4.6 before, none now"]
    assert list(differing_conditions(old, new)) == told
    assert f"Not measured alike: {'; '.join(told)}." in report_of([old, new]).markdown()


def test_runs_of_the_same_name_are_told_apart_by_their_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, seed in (("a", 1), ("b", 2)):
        Path(folder).mkdir()
        Path(folder, "run.json").write_text(json.dumps(document(run_of("run", seed))), encoding="utf-8")
    assert cli.main(["report", "a/run.json", "b/run.json", "--markdown"]) == 0
    assert "## b/run.json against a/run.json" in capsys.readouterr().out


def test_costs_that_are_compared_are_resampled_apart() -> None:
    """Drawn alike, a cost and its double would give a ratio without any uncertainty."""
    samples = run_of("one", seed=3).measurements[0].seconds
    found = ratio({1: samples}, {1: [2 * value for value in samples]}, 1)
    assert found.low < 0.5 < found.high


def test_an_interval_of_the_ratio_holds_the_truth_as_often_as_it_says() -> None:
    """Of 200 tries 190, less three standard deviations of a binomial. The samples of a run come sorted."""
    rng = np.random.Generator(np.random.Philox(0))
    held = 0
    for _ in range(200):
        first, second = (np.sort(rng.lognormal(0, 0.05, 21)) for _ in range(2))
        found = ratio({1: 1.5 * first}, {1: second}, 1)
        held += found.low <= 1.5 <= found.high
    assert held >= 190 - 3 * (200 * 0.95 * 0.05) ** 0.5
