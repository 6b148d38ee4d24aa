"""Training throughput against gensim: the same made-up text, the same vocabulary, one epoch, the same held-out pairs.

`python bench/throughput` runs it, with the extras compiled, torch and peers. Every trainer begins at the raw words:
subsampling, windows, negatives and rates are part of what is timed. They take turns; a ratio is the median over the
turns of gensim's time over the trainer's. A rate counts only with its loss: that of gensim, within 0.5 %."""

import argparse
import json
import os
import platform
import time
from pathlib import Path

# the trainers' threads are counted, not those of their products
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np
from text import made_up
from trainers import TRAINERS
from windows import Draws

SCHEMA = "gradgate.throughput/1"
HELD_OUT = 50_000  # pairs


def main():
    options = _options()
    text = made_up(options.vocabulary, options.words, options.seed)
    draws = Draws(text.counts, options.negatives)
    test = _held_out(text, draws)
    pairs = len(draws.windows(text.training, 1)[1])
    print(f"{text.training.size:,} words, V = {len(text.counts):,}, {pairs:,} pairs, d = {options.dimension}, ", end="")
    print(f"K = {options.negatives}, {options.threads} thread{'s' * (options.threads > 1)}, seed {options.seed}")
    turns = [_turn(text, draws, test, options) for _ in range(options.repeats)]
    rows = [_row(name, turns, pairs) for name in turns[0]]
    _show(rows)
    if options.json:
        given = {key: value for key, value in vars(options).items() if key not in ("json", "only")}
        machine = {"machine": platform.machine(), "python": platform.python_version(), "load": os.getloadavg()[0]}
        record = {"schema": SCHEMA, **given, **machine, "V": len(text.counts), "pairs": pairs, "trainers": rows}
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _options():
    parser = argparse.ArgumentParser("bench/throughput", description=__doc__)
    parser.add_argument("--words", type=int, default=1_000_000, help="words of the text (1,000,000)")
    parser.add_argument("--vocabulary", type=int, default=50_000, help="words to draw from (50,000)")
    parser.add_argument("--dimension", type=int, default=100)
    parser.add_argument("--negatives", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3, help="turns that every trainer takes (3)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="trainers whose names hold one of these words, by commas")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _turn(text, draws, test, options):
    """Each trainer once: its seconds of wall time and of CPU time, and its held-out loss."""
    words = options.only.split(",")
    found = {}
    for name, trainer in TRAINERS.items():
        if not any(word in name for word in words):
            continue
        one = trainer(text, draws, options.dimension, options.threads)
        wall, cpu = time.perf_counter(), time.process_time()
        one.train()
        found[name] = time.perf_counter() - wall, time.process_time() - cpu, _loss(*one.matrices(), *test)
    return found


def _held_out(text, draws):
    """Pairs of the sentences that nobody trains on, with negatives that are the same for all."""
    centers, outsides, _, negatives = draws.pairs(text.held_out, 2**40)
    return centers[:HELD_OUT], outsides[:HELD_OUT], negatives[:HELD_OUT]


def _loss(V_c, U, centers, outsides, negatives):
    """The mean negative sampling loss of the pairs, in nats."""
    v = V_c[centers].astype(np.float64)
    found = np.logaddexp(0, -(U[outsides] * v).sum(axis=1))
    for drawn in negatives.T:
        found += np.logaddexp(0, (U[drawn] * v).sum(axis=1))
    return float(found.mean())


def _row(name, turns, pairs):
    """The medians over the turns; ratios are of one turn each."""
    first = next(iter(turns[0]))
    wall, cpu, loss = np.array([turn[name] for turn in turns]).T
    base_wall, base_cpu, base_loss = np.array([turn[first] for turn in turns]).T
    medians = {
        "pairs_per_second": pairs / wall,
        "pairs_per_cpu_second": pairs / cpu,
        "times_wall": base_wall / wall,
        "times_cpu": base_cpu / cpu,
        "loss": loss,
        "loss_against_first": loss / base_loss - 1,
    }
    return {"name": name, **{key: float(np.median(values)) for key, values in medians.items()}}


def _show(rows):
    print(f"{'':32}{'pairs/s':>12}{'a CPU second':>14}{'times':>8}{'by CPU':>8}{'loss':>9}")
    for row in rows:
        rates = f"{row['pairs_per_second']:12,.0f}{row['pairs_per_cpu_second']:14,.0f}"
        times = f"{row['times_wall']:8.2f}{row['times_cpu']:8.2f}"
        print(f"{row['name']:32}{rates}{times}{row['loss']:9.4f} ({row['loss_against_first']:+.2%})")


if __name__ == "__main__":
    main()
