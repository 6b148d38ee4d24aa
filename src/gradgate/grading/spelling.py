"""What a function, its inputs and its results are called in a student's own file."""

from __future__ import annotations

import re

_PAIR_2019 = {
    "center": "centerWordVec",
    "outside": "outsideWordIdx",
    "U": "outsideVectors",
    "grad_center": "gradCenterVec",
    "grad_U": "gradOutsideVecs",
}
_WINDOW_2019 = {
    "center": "currentCenterWord",
    "outsides": "outsideWords",
    "V_c": "centerWordVectors",
    "U": "outsideVectors",
    "grad_V_c": "gradCenterVecs",
    "grad_U": "gradOutsideVectors",
}
_PAIR_2017 = {
    "center": "predicted",
    "outside": "target",
    "U": "outputVectors",
    "loss": "cost",
    "grad_center": "gradPred",
    "grad_U": "grad",
}
_WINDOW_2017 = {
    "center": "currentWord",
    "outsides": "contextWords",
    "target": "currentWord",
    "context": "contextWords",
    "V_c": "inputVectors",
    "U": "outputVectors",
    "loss": "cost",
    "grad_V_c": "gradIn",
    "grad_U": "gradOut",
}
_PAIRS, _WINDOWS = ("naive_softmax", "negative_sampling"), ("skipgram", "cbow")


def _snake(names: dict[str, str]) -> dict[str, str]:
    return {ours: re.sub(r"(?<=[a-z])([A-Z])", r"_\1", theirs).lower() for ours, theirs in names.items()}


def _of(pair: dict[str, str], window: dict[str, str]) -> dict[str, dict[str, str]]:
    return dict.fromkeys(_PAIRS, pair) | dict.fromkeys(_WINDOWS, window)


_NAMES = {
    "CS224n 2019+": _of(_PAIR_2019, _WINDOW_2019),
    "XCS224N": _of(_snake(_PAIR_2019), _snake(_WINDOW_2019)),
    "CS224n 2017": _of(_PAIR_2017, _WINDOW_2017),
}
_FUNCTIONS = {
    "CS224n 2019+": {
        "naive_softmax": "naiveSoftmaxLossAndGradient",
        "negative_sampling": "negSamplingLossAndGradient",
        "normalize_rows": "normalizeRows",
    },
    "XCS224N": {
        "naive_softmax": "naive_softmax_loss_and_gradient",
        "negative_sampling": "neg_sampling_loss_and_gradient",
        "normalize_rows": "normalize_rows",
    },
    "CS224n 2017": {
        "naive_softmax": "softmaxCostAndGradient",
        "negative_sampling": "negSamplingCostAndGradient",
        "normalize_rows": "normalizeRows",
    },
}
_NAMED = re.compile(r"\bgrad_(?:center|U|V_c)\b|\b(?:U|V_c|center)\b(?= was| is written|\.copy| = )")


def theirs(form: str, function: str, name: str) -> str:
    """An input or a result of the function, as files of the form call it; the contract's own name elsewhere."""
    return _NAMES.get(form, {}).get(function, {}).get(name, name)


def their_function(form: str, function: str) -> str:
    return _FUNCTIONS.get(form, {}).get(function, function)


def in_their_words(form: str, function: str, text: str) -> str:
    """A sentence with the gradients, and the U that is written to, under the names of the form."""
    return _NAMED.sub(lambda found: theirs(form, function, found[0]), text)
