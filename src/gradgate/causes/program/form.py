"""Why what came back has not the promised form: its shape, its dtype, or what an adapter saw the file do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gradgate.balls import U64
from gradgate.calling.calls import UNSTEADY, Call, Outcome, Result
from gradgate.case import Case
from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.causes.dossier import Dossier
from gradgate.causes.exhibits import exhibit
from gradgate.causes.when import when
from gradgate.evidence import promised_shape
from gradgate.examining.findings import Failure

# What an adapter says of a window, by how it begins.
_WINDOWS = (
    ("the callback is ignored", "callback ignored"),
    ("the callback was called", "wrong window"),
    ("the callback was asked for the words", "wrong window"),
    ("the callback got the average", "mean for sum"),
    ("the callback got", "wrong word"),
    ("gradient of the", "wrong row"),
)


def wrong_form(dossier: Dossier, failures: Sequence[Failure]) -> Cause | None:
    """The cause of failures of the promised form."""
    by_cause = {failure.check.cause: failure for failure in reversed(failures)}
    evidence = when(dossier, [failure.case for failure in failures])
    if "refuted" in by_cause:
        return _adapted(failures, evidence)
    if "malformed" in by_cause:
        said = by_cause["malformed"].check.sentence
        if "is an array of" in said or "no array of numbers" in said:
            return Cause("dtype", said, CERTAIN, evidence)
        return Cause("no result", f"{said}: look at the return statement", CERTAIN, evidence)
    if "shape" in by_cause:
        return _shape(dossier, [failure for failure in failures if failure.check.cause == "shape"], evidence)
    return Cause("dtype", by_cause["dtype"].check.sentence, CERTAIN, evidence) if "dtype" in by_cause else None


def _shape(dossier: Dossier, failures: Sequence[Failure], evidence: str) -> Cause:
    case = min((failure.case for failure in failures), key=lambda case: case.size)
    said = failures[0].check.sentence
    [outcome] = dossier.perform([Call("base", case)])
    if outcome.fault:
        return Cause("shape", said, CERTAIN, evidence)
    results = outcome.results
    wrong = [q for q in case.returns if np.shape(results[q].values) != promised_shape(case, q)]
    shapes = {q: promised_shape(case, q) for q in case.returns}
    if len(wrong) == 2 and all(np.shape(results[a].values) == shapes[b] for a, b in (wrong, wrong[::-1])):
        order = ", ".join(case.returns)
        return Cause("roles swapped", f"{wrong[0]} and {wrong[1]} change places: return {order}", CERTAIN, evidence)
    if len(wrong) == 1 and len(shapes[wrong[0]]) == 2 and _is_transposed(dossier, case, results, wrong[0]):
        due = " × ".join("Vd") if wrong[0] in ("grad_U", "grad_V_c") else "B × d"
        return Cause("transposed", f"{wrong[0]} comes transposed: {due} is due, return its .T", CERTAIN, evidence)
    used = case.inputs.get("negatives")
    if "grad_U" in wrong and used is not None and len(results["grad_U"].values) == np.size(used) + 1:
        said += ": it holds the rows of the outside word and of the negatives, where all rows of U are due"
    elif all(results[q].values.size == int(np.prod(shapes[q], dtype=int)) for q in wrong):
        said += ": the numbers are there; reshape what is returned"
    return Cause("shape", said, CERTAIN, evidence)


def _is_transposed(dossier: Dossier, case: Case, results: Mapping[str, Result], quantity: str) -> bool:
    turned = Result(results[quantity].values.T, results[quantity].dtype)
    outcome = Outcome({**results, quantity: turned})
    found = exhibit(case, outcome, dossier.arithmetic, dossier.tier, dossier.particulars)
    return found is not None and quantity not in found.failing


def _adapted(failures: Sequence[Failure], evidence: str) -> Cause:
    """What an adapter saw: how many negatives were drawn, or what a window did with its callback."""
    sentences = [failure.check.sentence for failure in failures if failure.check.cause == "refuted"]
    said = sentences[0]
    if UNSTEADY in sentences:
        return Cause("state", "the same input gives something else later: a call leaves something behind", LIKELY, said)
    for beginning, name in _WINDOWS:
        if said.startswith(beginning):
            return Cause(name, said, CERTAIN, evidence)
    if said.startswith(("drew", "asked for")):
        return _draws(sentences, evidence)
    return _sums([failure for failure in failures if failure.check.cause == "refuted"], evidence)


def _sums(failures: Sequence[Failure], evidence: str) -> Cause:
    """What the window's sums are beside those of its callback, over all cases: one factor, or another sum."""
    parts = [(f.case, found) for f in failures if (found := _SUM.search(f.check.sentence))]
    ratios = [(len(case.inputs.get("outsides", ())), float(found[1]) / float(found[2])) for case, found in parts]
    said = failures[0].check.sentence
    for name, words, factor in _SHARES:
        if ratios and all(abs(ratio - factor(C)) <= 4 * U64 for C, ratio in ratios):
            return Cause(name, f"the loss of a window is {words} the sum of its callback's losses", CERTAIN, evidence)
    if times := re.search(r", (\S+) times it$", said):
        return Cause("scale", said, LIKELY, f"{evidence}; a factor of {times[1]} in the smallest")
    return Cause("not accumulated" if not ratios else "another formula", said, LIKELY, evidence)


_SUM = re.compile(r"^loss is \[(\S+)\], the callback's losses add up to (\S+)$")
_SHARES: tuple[tuple[str, str, Callable[[int], float]], ...] = (
    ("not accumulated", "zero, not", lambda C: 0.0),
    ("sign", "minus", lambda C: -1.0),
    ("mean for sum", "1/C of", lambda C: 1 / C),
    ("scale", "1/(2C) of", lambda C: 1 / (2 * C)),
)


def _draws(sentences: Sequence[str], evidence: str) -> Cause:
    """K against the number of negatives drawn, over all cases."""
    numbers = [re.search(r"(?:drew|asked for)\D*(\d+) samples.* where K=(\d+)", said) for said in sentences]
    pairs = sorted({(int(found[2]), int(found[1])) for found in numbers if found})
    if any("drew no sample" in said for said in sentences):
        return Cause(
            "own random numbers", f"the negatives are not drawn with sampleTokenIdx: {sentences[0]}", CERTAIN, evidence
        )
    endless = [said for said in sentences if said.startswith("asked for")]
    if any("repeat" not in said for said in endless):
        return Cause("endless", f"it goes on drawing negatives: {endless[0]}", CERTAIN, evidence)
    if endless:
        return Cause("wrong negatives", f"repeated negatives are drawn again: {endless[0]}", LIKELY, evidence)
    K, drawn = zip(*pairs, strict=True)
    if len(set(drawn)) == 1 and len(set(K)) > 1:
        return Cause("K ignored", f"{drawn[0]} negatives are drawn whatever K is", CERTAIN, evidence)
    if all(n == 2 * k for k, n in pairs):
        return Cause("wrong negatives", "twice as many negatives are drawn as K says", CERTAIN, evidence)
    return Cause("wrong negatives", sentences[0], LIKELY, evidence)
