"""Makes a class of submissions to try a grading on: `python tests/sample_class.py FOLDER 500`.

A third are right files of the assignments' three forms and of the plain contract, a tenth are the files of strangers/,
and all others are right files with one small change: the mutants of `make mutants`. The seed is fixed, so that a
class of so many is the same everywhere."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from gradgate.mutants.making import mutants_of

ROOT = Path(__file__).resolve().parents[1]
STRANGERS = ROOT / "tests" / "strangers"
RIGHT = [
    *sorted(STRANGERS.glob("*cs224n*right.py")),
    ROOT / "impls" / "numpy_dense.py",
    ROOT / "impls" / "numpy_rows.py",
]


def sources(count: int) -> list[str]:
    """So many source texts, no two the same."""
    draw = random.Random(224)
    right = [path.read_text(encoding="utf-8") for path in RIGHT]
    strange = [path.read_text(encoding="utf-8") for path in sorted(STRANGERS.glob("*.py"))]
    changed = [m.source for path, text in zip(RIGHT, right, strict=True) for m in mutants_of(path.stem, text)]
    chosen = draw.choices(right, k=count // 3) + draw.choices(strange, k=count // 10)
    chosen += draw.sample(changed, k=count - len(chosen))
    draw.shuffle(chosen)
    return [f"{text}\n# student {number}\n" for number, text in enumerate(chosen)]


def main(folder: str, count: str) -> None:
    Path(folder).mkdir(parents=True)
    for number, text in enumerate(sources(int(count))):
        home = Path(folder, f"student_{number:04}")
        home.mkdir()
        (home / "word2vec.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
