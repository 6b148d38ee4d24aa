"""What to read: the formula of each quantity, as docs/grading.md has it."""

from __future__ import annotations

from collections.abc import Sequence

PAGE = "docs/grading.md"
SECTIONS = {
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "naive_softmax": "Naive softmax",
    "negative_sampling": "Negative sampling",
    "hierarchical_softmax": "Hierarchical softmax",
    "skipgram": "Skip-gram",
    "cbow": "CBOW",
    "step": "A step of gradient descent",
    "cooccurrence": "Co-occurrence",
    "pmi": "Pointwise mutual information",
    "ppmi": "Positive PMI",
    "svd": "Singular values",
    "normalize_rows": "Normalising rows",
}
FORMULAS = {
    "sigmoid": {"sigmoid": "σ(x) = 1 / (1 + exp(−x))"},
    "softmax": {"softmax": "softmax(x)_i = exp(x_i) / Σ_j exp(x_j), along the last axis"},
    "naive_softmax": {
        "loss": "J = −log ŷ_o with ŷ = softmax(U v): J = log Σ_w exp(u_w·v) − u_o·v",
        "grad_center": "∂J/∂v = Uᵀ (ŷ − y), where y is 1 at o and 0 elsewhere",
        "grad_U": "∂J/∂u_w = (ŷ_w − y_w) v, for every word w",
    },
    "negative_sampling": {
        "loss": "J = −log σ(u_o·v) − Σ_k log σ(−u_k·v), a negative drawn m times counting m times",
        "grad_center": "∂J/∂v = (σ(u_o·v) − 1) u_o + Σ_k σ(u_k·v) u_k",
        "grad_U": "row o gets (σ(u_o·v) − 1) v, and row k gets σ(u_k·v) v each time that k was drawn; the rest stay 0",
    },
    "hierarchical_softmax": {
        "loss": "J = −Σ_i log σ(s_i u_i·v) over the nodes i of the path, with s_i = 1 or −1 for the turn taken there",
        "grad_center": "∂J/∂v = Σ_i −s_i σ(−s_i u_i·v) u_i",
        "grad_U": "row i gets −s_i σ(−s_i u_i·v) v each time that node i stands in the path; the rest stay 0",
    },
    "skipgram": {
        "loss": "J = Σ_j J(v_c, o_j): the sum over the words of the window, a word that occurs twice counting twice",
        "grad_V_c": "row c gets Σ_j ∂J(v_c, o_j)/∂v_c, and all other rows stay 0",
        "grad_U": "∂J/∂U = Σ_j ∂J(v_c, o_j)/∂U",
    },
    "cbow": {
        "loss": "J = J(v̂, t) with v̂ = Σ_j v_j, the sum of the context words' vectors (or their mean, if asked for)",
        "grad_V_c": "row j gets ∂J/∂v̂ for each time that word j occurs in the context (over C for the mean)",
        "grad_U": "∂J/∂U = ∂J(v̂, t)/∂U",
    },
    "step": {
        "new_V_c": "v_c ← v_c − η Σ_j EI_j u_j, with the u_j as they were before the step; all other rows stay",
        "new_U": "u_j ← u_j − η EI_j v_c, with EI_j the sum of the errors of word j over the window",
    },
    "cooccurrence": {
        "W": "W_tc counts the positions i ≠ j with |i − j| ≤ window that hold t and c: W = Wᵀ",
    },
    "pmi": {
        "PMI": "PMI_tc = log(W_tc N / (r_t s_c)), r, s the sums of rows and columns, N of all; −∞ where W_tc = 0",
    },
    "ppmi": {
        "PPMI": "PPMI_tc = max(log(p(t, c) / (p(t) q(c))) − shift, 0), q = p(c)^α / Σ_c p(c)^α, α = 1 unless smoothed",
    },
    "svd": {
        "U": "M V = U diag(S), the columns of U orthonormal",
        "S": "S_1 ≥ … ≥ S_k are the k largest singular values of M",
        "Vt": "Mᵀ U = V diag(S), the rows of Vᵀ orthonormal",
    },
    "normalize_rows": {"normalize_rows": "each row x becomes x / √(Σ_i x_i²), of length 1"},
}


def to_read(function: str, quantities: Sequence[str]) -> list[str]:
    """`Read: ∂J/∂v = ... (docs/grading.md, "Naive softmax")`: the formula of each quantity."""
    name = function.removesuffix("_batch")
    singular = {"losses": "loss", "grad_centers": "grad_center"}
    wanted = [singular.get(quantity, quantity) for quantity in quantities]
    shown = [formula for quantity, formula in FORMULAS.get(name, {}).items() if quantity in wanted]
    return [f'Read: {formula} ({PAGE}, "{SECTIONS[name]}")' for formula in shown]
