"""The settings of CBOW: with the sum and with the mean of the context vectors, and either loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.draws import Sizes
from gradgate.equations.drawing import call_drawer, drawn, one_hot
from gradgate.equations.setting import Drawn, Setting, Symbol
from gradgate.equations.windows import EXACT, VECTORS, with_loss
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING


def _cbow_symbols(reduce: str, loss: str) -> dict[str, Symbol]:
    h = "sum_j(v_j)" if reduce == "sum" else "sum_j(v_j) / C"
    symbols = VECTORS | {
        "context": Symbol("the context words, distinct", ("C",), counts="V"),
        "v_j": Symbol("the centre vector of the context word j", formula="V_c[context][j]"),
        "m": Symbol("1 at every context word", ("V",)),
        "h": Symbol(f"the {reduce} of the context words' vectors", formula=h),
        "o": Symbol("the word to predict", counts="V"),
        "u_o": Symbol("its outside vector", formula="U[o]"),
    }
    if loss == NEGATIVE_SAMPLING:
        return symbols | {
            "negatives": Symbol("the negatives, K words", ("K",), counts="V"),
            "u_k": Symbol("the k-th negative's vector", formula="U[negatives][k]"),
            "J": Symbol("the loss", formula="-log(sigma(u_o @ h)) - sum_k(log(sigma(-u_k @ h)))"),
        }
    return symbols | {
        "theta": Symbol("the logits", formula="U @ h"),
        "y": Symbol("one-hot: 1 at the word to predict", ("V",)),
        "y_hat": Symbol("the probabilities softmax(U h)", formula="softmax(theta)"),
        "J": Symbol("the loss", formula="-log(y_hat @ y)"),
    }


def _cbow(reduce: str, loss: str, names: str) -> Callable[[int, int, bool], Drawn]:
    def change(case: Case, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        context = rng.permutation(sizes.V)[: sizes.C]  # fewer than C where there are not so many words
        return with_loss(loss)(case, sizes, rng) | {"context": context, "reduce": reduce}

    call = call_drawer("cbow", change)

    def draw(seed: int, index: int, small: bool) -> Drawn:
        case, sizes, _ = call(seed, index, small)
        given = case.inputs
        values = {
            "U": case.wide("U"),
            "V_c": case.wide("V_c"),
            "context": given["context"],
            "o": given["target"],
            "y": one_hot(given["target"], sizes.V),
            "m": one_hot(given["context"], sizes.V).sum(axis=0),
            "negatives": given["negatives"],
        }
        found = drawn(case, sizes, names, **values)
        return Drawn({**found.sizes, "C": len(given["context"])}, values, case)

    return draw


def _cbow_setting(reduce: str, loss: str) -> Setting:
    names, indices = ("VdC", {"w": "V", "j": "C"})
    if loss == NEGATIVE_SAMPLING:
        names, indices = names + "K", indices | {"k": "K"}
    tail = "" if loss == NAIVE_SOFTMAX else "_negative"
    title = f"CBOW with the {reduce} of the context vectors, {loss.replace('_', ' ')}"
    draw = _cbow(reduce, loss, names)
    return Setting(f"cbow_{reduce}{tail}", title, _cbow_symbols(reduce, loss), draw, tuple(names), indices, EXACT)


SETTINGS = tuple(
    _cbow_setting(reduce, loss) for reduce in ("sum", "mean") for loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)
)
