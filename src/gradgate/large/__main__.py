"""`python -m gradgate.large`: what a check at a large V costs, beside PyTorch's own gradient checker, as JSON.

One pair of naive softmax, in float64, which is all that `gradcheck` takes. gradgate checks an implementation in a
worker, gradcheck the very same function in this process, as a torch.autograd.Function, with fast_mode=True. Both run in
turn, so that a noisy machine is noisy for both; the medians count."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from typing import Any

from gradgate.calling.implementation import Implementation
from gradgate.calling.loading import load, resolve
from gradgate.case import Case
from gradgate.examining.findings import Cost
from gradgate.examining.subjects import Settings
from gradgate.interface import NAIVE_SOFTMAX
from gradgate.large.draws import draw_matrix, large_case
from gradgate.large.run import run_large

DTYPE = "float64"


def main() -> int:
    parser = argparse.ArgumentParser("python -m gradgate.large", description=__doc__)
    parser.add_argument("--vocabulary", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--impl", default="numpy_rows", help="an implementation on NumPy's arrays (numpy_rows)")
    parser.add_argument("--without-gradcheck", action="store_true")
    options = parser.parse_args()
    found: dict[str, Any] = {"vocabulary": options.vocabulary, "dimension": options.dimension, "dtype": DTYPE}
    rounds = []
    for _ in range(options.rounds):
        cost = _checked(options, NAIVE_SOFTMAX)
        rounds.append({"calls": cost.calls, **_per_call(cost), **_peer(options)})
    found["rounds"] = rounds
    found["median"] = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    if "gradcheck_seconds" in found["median"]:
        found["median"]["cheaper_than_gradcheck"] = statistics.median(
            each["gradcheck_seconds"] / each["check_seconds"] for each in rounds
        )
    print(json.dumps(found, indent=1))
    return 0


def _checked(options: argparse.Namespace, function: str) -> Cost:
    """One large case, checked by gradgate; drawing its U is not counted."""
    sizes = {"vocabulary": options.vocabulary, "dimension": options.dimension}
    asked = Settings((function,), (DTYPE,), cases=1, seed=options.seed, time_limit=600.0, **sizes)
    [subject] = run_large([resolve(options.impl)], asked, lambda done, total: None)
    [examination] = subject.examinations
    if examination.verdict != "verified" or examination.cost is None:
        raise SystemExit(f"{options.impl} is {examination.verdict}: {examination.sentence}")
    return examination.cost


def _per_call(cost: Cost) -> dict[str, float]:
    seconds, call = cost.seconds, cost.seconds["calls"] / cost.calls
    return {
        "call_seconds": call,
        "reference_seconds": seconds["reference"],
        "check_seconds": seconds["examination"] + seconds["reference"],
        "calls_worth": seconds["examination"] / call,
        "peak_bytes": float(cost.peak_bytes or 0),
    }


def _peer(options: argparse.Namespace) -> dict[str, float]:
    """The seconds of gradcheck's fast mode on the same pair; none where it is not asked for."""
    if options.without_gradcheck:
        return {}
    import torch

    U = draw_matrix("U", options.vocabulary, options.dimension, DTYPE, options.seed)
    case = large_case(NAIVE_SOFTMAX, DTYPE, {"U": U}, options.seed, 0)
    pair = _as_function(load(options.impl), case)
    inputs = [torch.tensor(case.inputs[name], requires_grad=True) for name in ("center", "U")]
    start = time.perf_counter()
    passed = torch.autograd.gradcheck(pair, inputs, fast_mode=True)
    return {"gradcheck_seconds": time.perf_counter() - start, "gradcheck_passed": float(passed)}


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
