"""What the co-occurrences of a text are, and what follows from that without counting them one by one."""

from __future__ import annotations

import numpy as np

from gradgate.balls import ball
from gradgate.calling.calls import Call
from gradgate.cells import Cells
from gradgate.counts.definition import pairs_within
from gradgate.counts.evidence import CountEvidence
from gradgate.counts.laws.law import count_law
from gradgate.counts.witness import CountWitness
from gradgate.laws.law import Breach, Claim

FAR = 2**20  # a word so far down the vocabulary that a dense matrix of it fits into no memory


def _claim(got: np.ndarray | float, due: np.ndarray | float) -> Claim:
    return Claim("W", ball(np.asarray(got)), ball(np.asarray(due)))


def _exact(evidence: CountEvidence) -> list[Claim]:
    return [_claim(evidence.matrix("base", "W"), evidence.witness.counted.dense())]


def _total(evidence: CountEvidence) -> list[Claim]:
    given = evidence.case.inputs
    return [_claim(evidence.cells("base", "W").values.sum(), pairs_within(len(given["tokens"]), given["window"]))]


def _symmetric(evidence: CountEvidence) -> list[Claim]:
    W = evidence.matrix("base", "W")
    return [_claim(W, W.T)]


def _whole_calls(witness: CountWitness) -> list[Call]:
    tokens = witness.case.inputs["tokens"]
    return [Call("whole text", witness.case.with_inputs(window=len(tokens)))]


def _whole(evidence: CountEvidence) -> list[Claim]:
    """Where the window is the whole text each word meets all others: the counts are those of the words alone."""
    n = np.bincount(evidence.case.inputs["tokens"])
    return [_claim(evidence.matrix("whole text", "W"), np.outer(n, n) - np.diag(n))]


def _split_calls(witness: CountWitness) -> list[Call]:
    """Both halves of the text, and both in one, so far apart that no window reaches over a filling word."""
    case = witness.case
    tokens, window = case.inputs["tokens"], case.inputs["window"]
    V, middle = int(tokens.max(initial=0)) + 1, len(tokens) // 2
    parts = {"first half": tokens[:middle], "second half": tokens[middle:]}
    apart = np.concatenate([tokens[:middle], np.full(window, V), tokens[middle:]])
    return [
        *(Call(name, case.with_inputs(tokens=np.append(part, V))) for name, part in parts.items()),
        Call("halves apart", case.with_inputs(tokens=apart)),
    ]


def _split(evidence: CountEvidence) -> list[Claim]:
    """The last word fills; of all others the counts add up."""
    inner = {name: evidence.matrix(name, "W")[:-1, :-1] for name in ("first half", "second half", "halves apart")}
    return [_claim(inner["halves apart"], inner["first half"] + inner["second half"])]


def _renamed_calls(witness: CountWitness) -> list[Call]:
    tokens = witness.case.inputs["tokens"]
    return [Call("renamed", witness.case.with_inputs(tokens=tokens.max(initial=0) - tokens))]


def _renamed(evidence: CountEvidence) -> list[Claim]:
    tokens = evidence.case.inputs["tokens"]
    V, low = int(tokens.max(initial=-1)) + 1, int(tokens.min())
    turned = evidence.matrix("base", "W")[::-1, ::-1]
    return [_claim(evidence.matrix("renamed", "W"), turned[: V - low, : V - low])]


def _far_calls(witness: CountWitness) -> list[Call]:
    tokens = witness.case.inputs["tokens"]
    return [Call("far word", witness.case.with_inputs(tokens=np.append(tokens, FAR)))]


def _stored(evidence: CountEvidence) -> list[Claim | Breach]:
    """With a word in row 2^20 a matrix has 2^40 cells, and the result no more than the text has pairs."""
    given = evidence.witness.variant("far word").inputs
    if fault := evidence.outcomes["far word"].fault:
        return [Breach("W", f"with a vocabulary of 2^20 words: {fault}", "dense")]
    result, pairs = evidence.result("far word", "W"), pairs_within(len(given["tokens"]), given["window"])
    if len(np.ravel(result.values)) > pairs:
        return [Breach("W", f"{result.values.size} cells are stored for {pairs} pairs", "dense")]
    found, due = evidence.cells("far word", "W"), _far_counts(evidence)
    return [Claim("W", ball(found.values), ball(due.values))] if same_places(found, due) else [_misplaced()]


def _far_counts(evidence: CountEvidence) -> Cells:
    """By definition, with the far word in the row behind all others; then that row is the far one."""
    from gradgate.counts.definition import cooccurrence

    given = evidence.witness.variant("far word").inputs
    return cooccurrence(given["tokens"], given["window"])


def same_places(found: Cells, due: Cells) -> bool:
    held = found.places[found.values != 0]
    return np.array_equal(held, due.places)


def _misplaced() -> Breach:
    return Breach("W", "with a vocabulary of 2^20 words the counts stand in other cells", "misplaced")


_F = "cooccurrence"
LAWS = (
    count_law("exact_counts", _F, "W[t, c] counts the positions i != j, |i - j| <= window, that hold t and c", _exact),
    count_law("pair_total", _F, "the sum of W is n (2 N - n - 1), n = min(window, N - 1), N tokens", _total),
    count_law("symmetry", _F, "W = W^T", _symmetric),
    count_law(
        "whole_text",
        _F,
        "a window as long as the text gives n n^T - diag(n), n the counts of the words",
        _whole,
        _whole_calls,
    ),
    count_law("split_text", _F, "texts that are further apart than the window add up", _split, _split_calls, every=2),
    count_law("word_names", _F, "renaming the words renames rows and columns", _renamed, _renamed_calls, every=2),
    count_law(
        "stored_cells",
        _F,
        "V = 2^20 takes no more cells than the text has pairs",
        _stored,
        _far_calls,
        every=5,
        binds_strangers=False,
    ),
)
