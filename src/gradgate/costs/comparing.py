"""Two implementations of one function against each other, in a process of its own: prints ratios as JSON.

`python -m gradgate.costs.comparing OLD NEW FUNCTION D`. A process has its own layout of memory, which alone can make
the same code some percent slower: what counts as slower is so in two of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load_source, resolve
from gradgate.costs.alone import run_alone
from gradgate.costs.items import Item, case_of
from gradgate.costs.pairing import ratios
from gradgate.interface import NAIVE_SOFTMAX
from gradgate.suite.timing import checked_call

# At d = 100 the rows of U dominate, at d = 10, the assignment's, the functions of the logits. The arrays fit the second
# cache, where the neighbours of a shared machine disturb least.
SIZES = {100: 2**12, 10: 2**14}


@dataclass(frozen=True)
class Compared:
    """ratios: new over old; control: old over old."""

    ratios: tuple[float, ...]
    control: tuple[float, ...]


def compare(old: str, new: str, function: str, d: int) -> Compared:
    """The comparison in a fresh process. Raises CannotRun where it cannot be made."""
    return Compared(**run_alone("gradgate.costs.comparing", old, new, function, str(d)))


def main(arguments: Sequence[str]) -> None:
    old, new, function, d = arguments
    case = case_of(Item(function, SIZES[int(d)], K=None if function == NAIVE_SOFTMAX else 5, d=int(d)))
    one, control, other = (checked_call(InProcess(load_source(resolve(spec))), case) for spec in (old, old, new))
    found = Compared(tuple(ratios(one, other)), tuple(ratios(one, control)))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
