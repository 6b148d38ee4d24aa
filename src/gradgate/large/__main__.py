"""`python -m gradgate.large`: what a check at a large V costs, beside PyTorch's own gradient checker, as JSON.

One pair of naive softmax, in float64, which is all that `gradcheck` takes. gradgate checks an implementation in a
worker, gradcheck the very same function in this process, as a torch.autograd.Function, with fast_mode=True. They take
turns, and the medians count. Seconds are given by the clock, and of the processors, which a busy machine disturbs less;
the start of the worker is counted, the drawing of U is not."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradgate.calling.implementation import Implementation
from gradgate.calling.loading import load, resolve
from gradgate.case import Case
from gradgate.examining.findings import Cost
from gradgate.examining.subjects import Settings
from gradgate.interface import NAIVE_SOFTMAX
from gradgate.large.draws import draw_matrix, large_case
from gradgate.large.run import run_large
from gradgate.verdicts import VERIFIED

DTYPE = "float64"


def main() -> int:
    parser = argparse.ArgumentParser("python -m gradgate.large", description=__doc__)
    parser.add_argument("--vocabulary", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--impl", default="numpy_rows", help="an implementation on NumPy's arrays (numpy_rows)")
    options = parser.parse_args()
    rounds = [_round(options) for _ in range(options.rounds)]
    median = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    sizes = {"vocabulary": options.vocabulary, "dimension": options.dimension, "dtype": DTYPE}
    print(json.dumps({**sizes, "implementation": options.impl, "median": median, "rounds": rounds}, indent=1))
    return 0


@dataclass
class Taken:
    """Seconds by the clock, and those of the processors in this process and in those that it has started and ended."""

    clock: float = 0.0
    processors: float = 0.0

    def __enter__(self) -> Taken:
        self._start = time.perf_counter(), _processors()
        return self

    def __exit__(self, *_: object) -> None:
        self.clock, self.processors = time.perf_counter() - self._start[0], _processors() - self._start[1]


def _processors() -> float:
    return sum(os.times()[:4])


def _round(options: argparse.Namespace) -> dict[str, float]:
    with Taken() as drawing:
        U = draw_matrix("U", options.vocabulary, options.dimension, DTYPE, options.seed)
    case = large_case(NAIVE_SOFTMAX, DTYPE, {"U": U}, options.seed, 0)
    with Taken() as check:
        cost = _checked(options)
    with Taken() as peer:
        _gradcheck(load(options.impl), case)
    call = cost.seconds["calls"] / cost.calls
    return {
        "calls": cost.calls,
        "call_seconds": call,
        "reference_seconds": cost.seconds["reference"],
        "calls_worth_beyond_the_reference": cost.seconds["examination"] / call,
        "peak_bytes": float(cost.peak_bytes or 0),
        "check_seconds": check.clock - drawing.clock,
        "gradcheck_seconds": peer.clock,
        "cheaper_by_the_clock": peer.clock / (check.clock - drawing.clock),
        "check_processor_seconds": check.processors - drawing.processors,
        "gradcheck_processor_seconds": peer.processors,
        "cheaper_by_the_processors": peer.processors / (check.processors - drawing.processors),
    }


def _checked(options: argparse.Namespace) -> Cost:
    """One large case, checked by gradgate."""
    sizes = {"vocabulary": options.vocabulary, "dimension": options.dimension}
    asked = Settings((NAIVE_SOFTMAX,), (DTYPE,), cases=1, seed=options.seed, time_limit=600.0, **sizes)
    [subject] = run_large([resolve(options.impl)], asked, lambda done, total: None)
    [examination] = subject.examinations
    if examination.verdict != VERIFIED or examination.cost is None:
        raise SystemExit(f"{options.impl} is {examination.verdict}: {examination.sentence}")
    return examination.cost


def _gradcheck(implementation: Implementation, case: Case) -> None:
    import torch

    pair = _as_function(implementation, case)
    inputs = [torch.from_numpy(np.array(case.inputs[name])).requires_grad_() for name in ("center", "U")]
    if not torch.autograd.gradcheck(pair, inputs, fast_mode=True):
        raise SystemExit("gradcheck refuses it")


def _as_function(implementation: Implementation, case: Case) -> Any:
    """The implementation's loss and gradients as a differentiable function of center and U."""
    import torch

    class Pair(torch.autograd.Function):  # type: ignore[misc]  # torch is not typed here
        @staticmethod
        def forward(ctx: Any, center: Any, U: Any) -> Any:
            given = center.detach().numpy(), case.inputs["outside"], U.detach().numpy()
            loss, *gradients = implementation.module.naive_softmax(*given)
            ctx.save_for_backward(*map(torch.from_numpy, gradients))
            return torch.tensor(loss)

        @staticmethod
        def backward(ctx: Any, scale: Any) -> Any:
            return tuple(scale * gradient for gradient in ctx.saved_tensors)

    return Pair.apply


if __name__ == "__main__":
    sys.exit(main())
