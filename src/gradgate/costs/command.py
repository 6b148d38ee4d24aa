"""`gradgate bench`: runs the benchmarks, or, with --gate, the gates of cost."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gradgate.calling.host import ONE_THREAD
from gradgate.calling.loading import resolve, shipped
from gradgate.costs.committed import as_committed, committed_path, read_committed
from gradgate.costs.gates import measure_alone
from gradgate.costs.gating import Verdict, run_gate
from gradgate.costs.revision import Revision
from gradgate.costs.verdict_table import show_gate
from gradgate.errors import CannotRun
from gradgate.places import folder
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.verdicts import EXIT_CANNOT_RUN, EXIT_REFUTED, EXIT_VERIFIED, worst_exit

GATE_SCHEMA = "gradgate.bench-gate/1"
_USAGE, _NOTHING_RUN = 4, 5  # pytest's statuses, after a sentence of its own
GATED = (
    "array_api",
    "numba_fused",
    "numpy_dense",
    "numpy_rows",
    "torch_autograd",
    "torch_ranks",
    "torch_rows",
)  # pure Python is timed, and promises no speed


def bench(options: argparse.Namespace, given: list[str]) -> int:
    """Runs what the options ask for. Returns 0, 1 (refuted, or a gate was broken), 2 (too noisy to tell) or 4."""
    for spec in options.specs:
        resolve(spec)  # a SPEC that names nothing is said before anything is measured
    require_writable(options.json)
    if options.commit_counts:
        return _commit_counts(options)
    if options.gate or options.against:
        return _gate(options, given)
    return _benchmarks(options)


def _benchmarks(options: argparse.Namespace) -> int:
    """pytest, in a process with one thread. What was measured is kept, also where a benchmark ends the process."""
    printed = options.json == "-"  # then the tables go where progress goes
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "costs.json") if printed or not options.json else Path(options.json).resolve()
        before = _written(target)
        command = [*_pytest(options), f"--costs-json={target}", str(folder("bench"))]
        stdout = sys.stderr if printed else None
        done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, stdout=stdout, check=False)
        if _written(target) != before:  # an older run must not be taken for this one
            _require_whole(target, done.returncode, named="" if printed else options.json)
        if printed and target.exists():
            print(target.read_text(encoding="utf-8"), end="")
    return {0: EXIT_VERIFIED, 1: EXIT_REFUTED}.get(done.returncode, EXIT_CANNOT_RUN)


def _pytest(options: argparse.Namespace) -> list[str]:
    command = [sys.executable, "-m", "pytest", "-p", "gradgate.plugin", "-c", os.devnull, "-q", "--no-header"]
    command += [f"--rootdir={folder('bench')}", "--import-mode=importlib", "-p", "no:cacheprovider"]
    command += ["--benchmark-only", "--benchmark-columns=median,iqr,rounds", "--benchmark-sort=name"]
    command += [f"--impl={spec}" for spec in options.specs]
    return [*command, f"--device={options.device}", *["--full"] * options.full]


def _written(target: Path) -> int:
    return target.stat().st_mtime_ns if target.exists() else 0


def _require_whole(target: Path, status: int, named: str | None) -> None:
    """CannotRun where the process ended in the middle, whatever its status: an implementation may exit with 0."""
    found = json.loads(target.read_text(encoding="utf-8"))
    if found["complete"] or status == _NOTHING_RUN or (status == _USAGE and not found["benchmarks"]):
        return
    if not named:
        descriptor, named = tempfile.mkstemp(prefix="gradgate-bench-", suffix=".json")
        os.close(descriptor)
        shutil.copyfile(target, named)
    how = f"by signal {-status}" if status < 0 else f"in the middle, with status {status}"
    raise CannotRun(f"the benchmarks were ended {how}; what was measured before is in {named}")


def _gate(options: argparse.Namespace, given: list[str]) -> int:
    specs = options.specs or [name for name in GATED if name in shipped()]
    committed = read_committed(options.counts or committed_path())
    out = console(to_stderr=options.json == "-")
    status = console(to_stderr=True)
    with Revision(options.against, specs) as rivals, status.status("measuring") as spinner:
        verdicts, proofs = run_gate(
            specs,
            committed,
            rivals=rivals,
            prove=not options.no_proof,
            progress=lambda name: spinner.update(f"measuring {name}"),
        )
    code = worst_exit([*(verdict.exit_code for verdict in verdicts), *(_proof_exit(proof) for proof in proofs)])
    show_gate(out, verdicts, proofs)
    out.print(f"\nexit {code}")
    if options.json:
        write_report(options.json, _document(verdicts, proofs, given, code))
    return code


def _proof_exit(proof: Verdict) -> int:
    """A mistake that is not refused is a broken gate; one that cannot be told for noise is inconclusive."""
    if proof.exit_code == EXIT_REFUTED:
        return EXIT_VERIFIED
    return proof.exit_code if proof.exit_code != EXIT_VERIFIED else EXIT_REFUTED


def _document(verdicts: list[Verdict], proofs: list[Verdict], given: list[str], code: int) -> dict[str, Any]:
    return {
        "schema": GATE_SCHEMA,
        "exit": code,
        "arguments": given,
        "implementations": [{**asdict(verdict), "status": verdict.status} for verdict in verdicts],
        "mistakes": [{**asdict(proof), "status": proof.status} for proof in proofs],
    }


def _commit_counts(options: argparse.Namespace) -> int:
    """Writes the counts of the shipped implementations; those of a file are not ours to keep."""
    counts = {name: measure_alone(name).counts for name in options.specs or GATED}
    path = options.counts or committed_path()
    try:
        path.write_text(json.dumps(as_committed(counts), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}") from error
    console().print(f"{path}: the counts of {', '.join(counts)}")
    return EXIT_VERIFIED
