"""`make power`: measures the kill matrix and writes docs/power.md, docs/power.json and docs/power.svg.

With --check nothing is written: exit 1 where what stands there is not what this machine measures. A fault that
survives, or a law that kills nothing, is exit 1 as well."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from gradgate.power.matrix import Record, measure
from gradgate.power.page import page
from gradgate.power.picture import picture
from gradgate.report.console import console
from gradgate.report.pages import put_pages
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED


def files(record: Record) -> dict[str, str]:
    """What is written: the names and the texts of the three files."""
    return {"power.json": as_json(record), "power.md": page(record), "power.svg": picture(record)}


def as_json(record: Record) -> str:
    """Indented, with a fault's kills a line each."""
    text = json.dumps({**record, "faults": []}, indent=1)
    faults = ",\n  ".join(json.dumps(fault) for fault in record["faults"])
    return text.replace('"faults": []', f'"faults": [\n  {faults}\n ]') + "\n"


def main() -> int:
    parser = argparse.ArgumentParser("make power", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with what stands there; write nothing")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="the folder (default: docs)")
    options = parser.parse_args()
    record, out = measure(), console()
    idle = [name for name, law in record["laws"].items() if not law["kills"]]
    stale = put_pages(files(record), options.out, check=options.check)
    out.print(f"{len(record['faults'])} faults; excused: {len(record['excused'])}; survive: {len(record['survives'])}")
    out.print(f"smallest set of laws that kills all that is caught: {', '.join(record['smallest_set'])}")
    for what, names in (("survive", record["survives"]), ("kill nothing", idle), ("out of date", stale)):
        if names:
            out.print(f"{what}: {', '.join(names)}")
    return EXIT_REFUTED if record["survives"] or idle or stale else EXIT_VERIFIED


if __name__ == "__main__":
    sys.exit(main())
