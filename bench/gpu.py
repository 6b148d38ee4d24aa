"""What the Triton kernels reach on a GPU, as shares of what that very device copies and multiplies.

`python bench/gpu.py --json FILE` does all of it on the first CUDA device, with the extra gpu: first the gate, on
generated cases and at the size of the measurements, then times by the device's events, hot and with its cache emptied,
of calls that alternate with those they are compared with; working memory; and how far two runs of the atomic variant
are apart. Exit codes: 0 measured, 1 the gate refuted a kernel, 4 it could not run. docs/gpu.md explains the table, and
how to try the script out where there is no device."""

import argparse
import os
import sys
from functools import partial

import numpy as np

from gradgate import load
from gradgate.calling.loading import resolve
from gradgate.case import Case
from gradgate.costs.device import place
from gradgate.costs.least import least
from gradgate.costs.limits import limits
from gradgate.errors import CannotRun
from gradgate.examining.run import run
from gradgate.examining.subjects import Settings
from gradgate.large.run import run_large
from gradgate.report.console import console, show
from gradgate.report.document import surroundings
from gradgate.report.target import require_writable, write_report
from gradgate.verdicts import EXIT_CANNOT_RUN, EXIT_REFUTED, EXIT_VERIFIED, VERIFIED

SAMPLING, ATOMIC, SOFTMAX = "gpu_sampling", "gpu_sampling_atomic", "gpu_softmax"
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"
SCHEMA = "gradgate.gpu/1"
COLUMNS = "{:68} {:>9} {:>9} {:>13} {:>6} {:>6} {:>8}"


def main():
    options = parsed()
    try:
        require_writable(options.json)
        device = where()
        if not gate(device, options):
            return EXIT_REFUTED
        report = measured(device, options)
        if options.json:
            write_report(options.json, report)
    except CannotRun as error:
        print(f"bench/gpu.py: {error}", file=sys.stderr)
        return EXIT_CANNOT_RUN
    except RuntimeError as error:
        if "out of memory" not in str(error):
            raise
        print("bench/gpu.py: the device has too little memory: take smaller --words and --batch", file=sys.stderr)
        return EXIT_CANNOT_RUN
    return EXIT_VERIFIED


def parsed():
    parser = argparse.ArgumentParser(description="What the Triton kernels reach on a GPU.")
    add = partial(parser.add_argument, type=int)
    add("--words", default=131_072, help="V of naive softmax (131,072); negative sampling takes 32 times as many")
    add("--batch", default=8192, help="B of naive softmax (8,192); negative sampling takes eight times as many")
    add("--dimension", default=1024, help="d (1,024); negative sampling takes an eighth of it too")
    add("--negatives", default=10, help="K (10)")
    add("--repeats", default=21, help="calls of each that a median is taken of (21)")
    add("--cases", default=60, help="generated cases that the gate puts first, a function and dtype (60)")
    add("--seed", default=0)
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON")
    return parser.parse_args()


def where():
    """The device. Raises CannotRun where there is none, or where a package is missing."""
    load(SOFTMAX)  # says how to install torch and triton
    if INTERPRETED:
        print(
            "Triton's interpreter, by the clock of the CPU: the script is tried out, and no figure is a measurement\n"
        )
        return "cpu"
    if place("cuda") is None:
        raise CannotRun(
            "no device: torch sees no CUDA device on this machine; docs/gpu.md says what can be tried without"
        )
    return "cuda"


def gate(device, options):
    """Whether the gate verifies the kernels, on generated cases and at the size of the measurements; says so."""
    sources = [resolve(name) for name in (SAMPLING, ATOMIC, SOFTMAX)]
    limits = {"device": device, "seed": options.seed, "time_limit": 300.0, "text_cases": 0, "jobs": 1}
    ordinary = Settings(**limits, cases=options.cases)
    large = Settings(**limits, cases=1, vocabulary=options.words, dimension=options.dimension)
    for settings, begin in ([(ordinary, run)] if options.cases else []) + [(large, run_large)]:
        subjects = begin(sources, settings, lambda done, total: None)
        print(f"the gate, {at(settings)}: " + ", ".join(f"{s.source.name} {s.verdict}" for s in subjects), flush=True)
        if any(subject.verdict != VERIFIED for subject in subjects):
            show(console(), subjects, settings, [])
            return False
    return True


def at(settings):
    return f"V = {settings.vocabulary:,}" if settings.vocabulary else f"{settings.cases} cases a function and dtype"


def measured(device, options):
    """The report: what the device can do, a row a call, and the spread of the atomic variant."""
    on = place(device)
    most = limits(on, on.sizes[-1:])
    rates = ", ".join(f"multiplies {rate / 1e12:.3g} TFLOP/s in {dtype}" for dtype, rate in most.flops.items())
    print(f"\nthis device copies {most.memory / 1e12:.3g} TB/s, read and written, {rates}\n")
    print(COLUMNS.format("", "hot, ms", "cold, ms", "share of", "times", "memory", "off by"))
    rows, spreads = [], {}
    for dtype in ("float32", "bfloat16"):
        for d in (max(1, options.dimension // 8), options.dimension):
            case, arrays = drawn("negative_sampling_batch", dtype, d, (32, 8), device, options)
            names = (SAMPLING, ATOMIC, "torch_rows")
            rows += compared(on, most, case, arrays, {name: losses(name, case) for name in names}, options)
            spreads[f"{dtype}, d = {d}"] = spread(partial(losses(ATOMIC, case), *arrays))
        case, arrays = drawn("naive_softmax_batch", dtype, options.dimension, (1, 1), device, options)
        paths = {SOFTMAX: losses(SOFTMAX, case), "F.cross_entropy": cross_entropy}
        if dtype != "float32":
            paths["F.cross_entropy, logits in float32"] = partial(cross_entropy, wide=True)
        rows += compared(on, most, case, arrays, paths, options)
    print(f"\n{ATOMIC}: the largest difference between two runs, over the largest gradient")
    print("".join(f"  {size}: {found:.1e}\n" for size, found in spreads.items()), end="")
    about = {"device": device, "measured": not INTERPRETED, "copies": most.memory, "products": dict(most.flops)}
    about |= surroundings(("gradgate", "numpy", "torch", "triton"))
    return {"schema": SCHEMA, "arguments": sys.argv[1:], **about, "rows": rows, "spreads": spreads}


def losses(name, case):
    return getattr(load(name).module, case.function)


def drawn(function, dtype, d, times, device, options):
    """A case, of whose matrices only the shapes are there, and its arguments on the device."""
    import torch

    V, B = times[0] * options.words, times[1] * options.batch
    rng = np.random.default_rng(options.seed)
    indices = {"outsides": rng.integers(0, V, B)}
    if function == "negative_sampling_batch":
        indices["negatives"] = rng.integers(0, V, (B, options.negatives))
    torch.manual_seed(options.seed)
    centers, U = (torch.randn(n, d, device=device).mul_(d**-0.25).to(getattr(torch, dtype)) for n in (B, V))
    shapes = {"centers": np.broadcast_to(np.float32(0), (B, d)), "U": np.broadcast_to(np.float32(0), (V, d))}
    case = Case(function, dtype, {**shapes, **indices}, "measured", options.seed, 0)
    return case, (centers, *(torch.from_numpy(rows).to(device) for rows in indices.values()), U)


def cross_entropy(centers, outsides, U, *, wide=False):
    """PyTorch's own path to the same: the logits, F.cross_entropy, and autograd."""
    import torch

    centers, U = (matrix.detach().requires_grad_() for matrix in (centers, U))
    logits = centers @ U.T
    found = torch.nn.functional.cross_entropy(logits.float() if wide else logits, outsides, reduction="none")
    return found.detach(), *torch.autograd.grad(found.sum(), (centers, U))


def compared(on, most, case, arrays, paths, options):
    """A row for each path: the first is ours, and `times` is what a path takes over what that takes."""
    calls = {name: partial(path, *arrays) for name, path in paths.items()}
    seconds = {name: np.empty((options.repeats, 2)) for name in calls}
    for turn in range(options.repeats):
        for name, call in calls.items():
            seconds[name][turn] = [on.seconds(call, 1, cold=cold)[0] for cold in (False, True)]
    right = exact(case, arrays)
    ours = next(iter(seconds.values()))
    rows = []
    for name, call in calls.items():
        times = np.quantile(seconds[name][:, 0] / ours[:, 0], (0.25, 0.5, 0.75)).tolist()
        hot, cold = np.median(seconds[name], axis=0).tolist()
        row = {"call": name, "function": case.function, "dtype": case.dtype, **sizes(case), "hot": hot, "cold": cold}
        row |= {
            **share(most, case, cold),
            "times": times,
            "memory": memory(call, arrays),
            "off_by": off_by(call(), right),
        }
        rows.append(row)
        print_row(row)
    return rows


def sizes(case):
    V, d = case.inputs["U"].shape
    return {"V": V, "d": d, "B": len(case.inputs["outsides"])}


def share(most, case, seconds):
    """Of what the device can do: the time that the bytes or the operations take at least, over the time taken."""
    needs = least(case)
    moved = needs.read + needs.written
    about = {"bytes": moved, "operations": needs.operations}
    limit = most.seconds(moved, needs.operations, case.dtype, cold=True)
    if limit is None:
        return {**about, "of": None, "share": None}
    return {**about, "of": ("copies", "products")[int(limit[1] > limit[0])], "share": max(limit) / seconds}


def memory(call, arrays):
    """The most that was allocated during a call, over inputs and results together; None on a CPU."""
    import torch

    if not arrays[0].is_cuda:
        return None
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    result = call()
    inputs, results = (sum(x.numel() * x.element_size() for x in flat(found)) for found in (arrays, result))
    return (torch.cuda.max_memory_allocated() - before + inputs) / (inputs + results)


def flat(found):
    """The tensors of a result, those of a row-sparse gradient too."""
    return [tensor for part in found for tensor in (part if isinstance(part, tuple) else (part,))]


def exact(case, arrays):
    """The same by torch_rows in float64."""
    return losses("torch_rows", case)(*(x.double() if x.is_floating_point() else x for x in arrays))


def off_by(found, right):
    """The largest error of any result over the largest number of that result; NaN where there is one."""
    pairs = [(in_float64(one), in_float64(other)) for one, other in zip(found, right, strict=True)]
    return float(np.max([((one - other).abs().max() / other.abs().max()).item() for one, other in pairs]))


def in_float64(found):
    """The rows of a row-sparse gradient in their order, each once."""
    if not isinstance(found, tuple):
        return found.double()
    rows, places = found[0].unique(return_inverse=True)
    return found[1].new_zeros((len(rows), found[1].shape[1])).double().index_add_(0, places, found[1].double())


def spread(call, runs=8):
    """The largest difference of any run's gradient of U from that of the first, over its largest number."""
    first, *others = (call()[2][1].double() for _ in range(runs))
    return max(((other - first).abs().max() / first.abs().max()).item() for other in others)


def print_row(row):
    name = f"{row['call']} {row['dtype']} V={row['V']:,} B={row['B']:,} d={row['d']}"
    hot, cold = (f"{1e3 * row[key]:.3f}" for key in ("hot", "cold"))
    part = "-" if row["share"] is None else f"{100 * row['share']:.0f} % {row['of']}"
    held = "-" if row["memory"] is None else f"{row['memory']:.2f}"
    print(COLUMNS.format(name, hot, cold, part, f"{row['times'][1]:.2f}", held, f"{row['off_by']:.1e}"), flush=True)


if __name__ == "__main__":
    sys.exit(main())
