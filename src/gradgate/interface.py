"""The plug-in contract: the functions that an implementation may define, what each takes and what it returns.

V is the vocabulary size, d the dimension, K the number of negatives, B the number of pairs, C the number of context
words. `U` (V, d) holds the outside vectors and `V_c` (V, d) the centre vectors, one row a word. Losses are in nats.
A gradient of a matrix is dense, or row-sparse: a pair (rows, values) where rows may repeat and then add up. Counts and
what is made of them are matrices of cells: dense, or sparse as (rows, cols, values, shape)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NAIVE_SOFTMAX = "naive_softmax"
NEGATIVE_SAMPLING = "negative_sampling"
HIERARCHICAL_SOFTMAX = "hierarchical_softmax"
STEP = "step"
STEPS = "steps"


@dataclass(frozen=True)
class Signature:
    """A function of the contract: the parameters in their order, and the quantities it returns in theirs.

    optional are the values that parameters have where a file leaves them out: other values are then not posed to it.
    """

    name: str
    parameters: tuple[str, ...]
    returns: tuple[str, ...]
    optional: Mapping[str, float] = field(default_factory=dict)


_PAIR = ("loss", "grad_center", "grad_U")
_PAIRS = ("losses", "grad_centers", "grad_U")
_WINDOW = ("loss", "grad_V_c", "grad_U")
_WINDOWS = ("losses", "grad_V_c", "grad_U")

SIGNATURES = {
    signature.name: signature
    for signature in (
        Signature("sigmoid", ("x",), ("sigmoid",)),
        Signature("softmax", ("logits",), ("softmax",)),
        Signature("naive_softmax", ("center", "outside", "U"), _PAIR),
        Signature("negative_sampling", ("center", "outside", "negatives", "U"), _PAIR),
        Signature("skipgram", ("center", "outsides", "V_c", "U", "loss", "negatives"), _WINDOW),
        Signature("cbow", ("context", "target", "V_c", "U", "loss", "negatives", "reduce"), _WINDOW),
        Signature(HIERARCHICAL_SOFTMAX, ("center", "path", "signs", "U"), _PAIR),
        Signature("naive_softmax_batch", ("centers", "outsides", "U"), _PAIRS),
        Signature("negative_sampling_batch", ("centers", "outsides", "negatives", "U"), _PAIRS),
        Signature("skipgram_batch", ("centers", "outsides", "offsets", "V_c", "U", "loss", "negatives"), _WINDOWS),
        Signature(
            "cbow_batch", ("contexts", "offsets", "targets", "V_c", "U", "loss", "negatives", "reduce"), _WINDOWS
        ),
        Signature(STEP, ("V_c", "U", "center", "outsides", "loss", "negatives", "rate"), ("new_V_c", "new_U")),
        Signature(STEPS, ("V_c", "U", "centers", "outsides", "offsets", "negatives", "rate"), ("new_V_c", "new_U")),
    )
}

FUNCTIONS = tuple(SIGNATURES)

COUNTS = {
    signature.name: signature
    for signature in (
        Signature("cooccurrence", ("tokens", "window"), ("W",)),
        Signature("pmi", ("W",), ("PMI",)),
        Signature("ppmi", ("W", "smoothing", "shift"), ("PPMI",), {"smoothing": 1.0, "shift": 0.0}),
        Signature("svd", ("M", "k"), ("U", "S", "Vt")),
    )
}

CONTRACT = {**SIGNATURES, **COUNTS}

NORMALIZE_ROWS = "normalize_rows"
CALLABLE = {**CONTRACT, NORMALIZE_ROWS: Signature(NORMALIZE_ROWS, ("X",), (NORMALIZE_ROWS,))}
"""What can be called: the contract, and an exercise of the 2017 assignment, no loss, that only grading puts."""

MAY_WRITE = {STEP: ("V_c", "U"), STEPS: ("V_c", "U")}
"""The inputs that a function may write to; no other function may write to any."""

# Their `center` and `centers` are rows of V_c, not vectors.
_ROWS_OF_V_C = frozenset({"skipgram", "skipgram_batch", STEP, STEPS})


def is_float(function: str, parameter: str) -> bool:
    """Whether the parameter of the function holds floating-point numbers."""
    if parameter in ("center", "centers"):
        return function not in _ROWS_OF_V_C
    return parameter in ("x", "X", "logits", "U", "V_c", "W", "M")


def has_window(function: str) -> bool:
    """Whether the function takes a window of words, or several of them, and not the vectors of pairs."""
    return "V_c" in SIGNATURES[function].parameters


def has_batch(function: str) -> bool:
    """Whether the function takes several pairs or windows."""
    return function.endswith("_batch") or function == STEPS


def draws_by_window(function: str) -> bool:
    """Whether the function takes K negatives a window, (B, K), and not K a word of it, (N, K)."""
    return function in ("cbow_batch", STEPS)


def is_matrix_gradient(quantity: str) -> bool:
    """Whether the quantity may be returned row-sparse."""
    return quantity in ("grad_U", "grad_V_c")


def is_cells(quantity: str) -> bool:
    """Whether the quantity is a matrix that may be returned as its cells."""
    return quantity in ("W", "PMI", "PPMI")
