"""`make soundness`: how close right implementations come to their bounds. None may ever be beyond.

Each shipped implementation is put to random cases in each of its dtypes until every function has had its share of the
components asked for. What is printed: how many components, how many beyond the bound (the gate's false alarms), the
worst error/bound, and how the ratios are distributed."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gradgate.calling.calls import Call
from gradgate.calling.host import Worker
from gradgate.calling.loading import resolve, shipped_losses
from gradgate.draws import generated, generator
from gradgate.evidence import Evidence
from gradgate.examining.examination import EXACT, arithmetic_of
from gradgate.laws import BY_NAME
from gradgate.laws.law import Claim
from gradgate.report.console import console
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED
from gradgate.witness import Undecidable, Witness

QUANTILES = (0.5, 0.9, 0.99, 0.999)
SHARE = 200  # components of one quantity that one case may contribute
_CASES = 100_000  # no function needs more to reach its share


@dataclass(frozen=True)
class Tally:
    """The ratios error/bound of one implementation in one dtype. quantiles are those of QUANTILES."""

    name: str
    dtype: str
    cases: int
    undecidable: int
    components: int
    beyond: int
    worst: float
    quantiles: tuple[float, ...]


def measure(name: str, dtype: str, components: int, seed: int) -> Tally:
    """Draws cases of every function until each has given its share of the components."""
    found, cases, undecidable = [], 0, 0
    with Worker(resolve(name), seed, time_limit=60.0) as worker:
        for function in worker.offers:
            share, index = components / len(worker.offers), 0
            while share > 0 and index < _CASES:
                try:
                    ratios = np.concatenate(list(_ratios(worker, function, dtype, seed, index)))
                    found.append(ratios)
                    share -= ratios.size
                except Undecidable:
                    undecidable += 1
                cases, index = cases + 1, index + 1
    every = np.concatenate(found)
    beyond = int(np.count_nonzero(~(every <= 1)))
    quantiles = tuple(float(q) for q in np.quantile(every, QUANTILES))
    return Tally(name, dtype, cases, undecidable, every.size, beyond, float(every.max()), quantiles)


def _ratios(worker: Worker, function: str, dtype: str, seed: int, index: int) -> Iterator[np.ndarray]:
    case = generated(function, dtype, seed, index)
    [outcome] = worker.perform([Call("base", case)])
    evidence = Evidence(Witness(case, arithmetic_of(worker.particulars, dtype)), {"base": outcome}, worker.particulars)
    with np.errstate(all="ignore"):
        for law in EXACT:
            for claim in BY_NAME[law].judge(evidence) if BY_NAME[law].applies(case) else ():
                if isinstance(claim, Claim):
                    yield _some(_ratio(claim), generator(seed, f"some {function} {claim.quantity}", index))


def _ratio(claim: Claim) -> np.ndarray:
    """error/bound where the bound is not zero, flat; an exact zero that is not met counts as infinitely beyond."""
    error = np.abs(claim.got.mid - claim.expected.mid)
    bound = claim.got.rad + claim.expected.rad
    counted = (bound > 0) | (error != 0)  # the untouched rows, met exactly, would only water down the figures
    return (error[counted] / bound[counted]).ravel()


def _some(ratios: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """At most SHARE of them, so that no large case stands for many small ones; always those beyond the bound."""
    if ratios.size <= SHARE:
        return ratios
    beyond = ~(ratios <= 1)
    return np.concatenate([ratios[beyond], rng.choice(ratios[~beyond], SHARE, replace=False)])


def main() -> int:
    parser = argparse.ArgumentParser("make soundness", description=__doc__)
    parser.add_argument("specs", nargs="*", metavar="SPEC", help="shipped implementations; all by default")
    parser.add_argument("--components", type=int, default=1_000_000, help="for each implementation and dtype")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    jobs = [(name, dtype) for name in options.specs or shipped_losses() for dtype in _dtypes(name)]
    out, tallies = console(), []
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(measure, *job, options.components, options.seed) for job in jobs]
        for future in as_completed(futures):
            tallies.append(future.result())
            out.print(_line(tallies[-1]), soft_wrap=True)
    beyond = sum(tally.beyond for tally in tallies)
    out.print(f"{sum(t.components for t in tallies):,} components, {beyond} beyond the bound (seed {options.seed})")
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(tally) for tally in tallies], indent=1), encoding="utf-8")
    return EXIT_REFUTED if beyond else EXIT_VERIFIED


def _dtypes(name: str) -> tuple[str, ...]:
    with Worker(resolve(name), seed=0, time_limit=60.0) as worker:
        return worker.particulars.dtypes


def _line(tally: Tally) -> str:
    spread = "  ".join(f"{100 * q:g} % {value:.1e}" for q, value in zip(QUANTILES, tally.quantiles, strict=True))
    return (
        f"{tally.name:15} {tally.dtype:9} {tally.components:>10,} components  {tally.beyond} beyond"
        f"  worst {tally.worst:.3f}  {spread}  ({tally.cases:,} cases, {tally.undecidable} undecidable)"
    )


if __name__ == "__main__":
    sys.exit(main())
