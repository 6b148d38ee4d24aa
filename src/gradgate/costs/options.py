"""The options of `gradgate bench`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_bench_options(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("specs", nargs="*", metavar="SPEC", help="a .py file, a shipped name, an entry point, a module")
    bench.add_argument("--full", action="store_true", help="more sizes, up to V = 2^20: twenty minutes")
    bench.add_argument("--json", metavar="FILE", help="write what was measured; - for standard output")
    bench.add_argument("--device", default="cpu", help="where the arrays live: cpu (default), cuda, ...")
    bench.add_argument("--gate", action="store_true", help="what must not grow, and must not have become slower")
    bench.add_argument(
        "--against", metavar="SPEC|REV", help="the old version: a SPEC, or a git revision of the same file"
    )
    bench.add_argument("--no-proof", action="store_true", help="do not put the mistakes to the gate as well")
    bench.add_argument("--counts", metavar="FILE", type=Path, help="committed bytes and work (those of the clone)")
    bench.add_argument("--commit-counts", action="store_true", help="write the counts anew; for a change that is meant")
