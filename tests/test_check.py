"""`gradgate.check`: the verdict on functions of this process, as a table of text and of HTML."""

from __future__ import annotations

import numpy as np
import pytest

import gradgate
from gradgate.errors import CannotRun


def naive_softmax(center, outside, U):
    logits = U @ center
    weights = np.exp(logits - logits.max())
    probs = weights / weights.sum()
    loss = np.log(weights.sum()) - (logits - logits.max())[outside]
    probs[outside] -= 1
    return loss, U.T @ probs, np.outer(probs, center)


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    loss, grad_center, grad_U = naive_softmax(centerWordVec, outsideWordIdx, outsideVectors)
    return loss, -grad_center, grad_U


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_a_right_function_is_verified():
    found = gradgate.check(naive_softmax, cases=10)
    assert found.right
    assert "naive_softmax  verified  Right: loss, grad_center and grad_U are exact to rounding on 10 inputs." in repr(
        found
    )


def test_a_wrong_one_of_an_assignment_is_refuted_in_its_own_words():
    found = gradgate.check(sigmoid, naiveSoftmaxLossAndGradient, cases=10)
    assert not found.right
    assert found.judged["sigmoid"].verdict == "verified"
    judged = found.judged["naiveSoftmaxLossAndGradient"]
    assert judged.verdict == "refuted"
    assert "gradCenterVec" in judged.message
    assert "grad_center" not in judged.message
    assert "Read: ∂J/∂v = Uᵀ (ŷ − y)" in judged.message


def test_a_notebook_is_shown_html_and_what_it_says_is_escaped():
    def softmax(logits):
        raise ValueError("<script>")

    page = gradgate.check(softmax, cases=10)._repr_html_()
    assert page.startswith("<table>")
    assert "crashed</b>" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_a_function_of_another_name_is_checked_by_keyword():
    def mine(*given):
        return naive_softmax(*given)

    assert gradgate.check(naive_softmax=mine, cases=10).right


@pytest.mark.parametrize(
    ("given", "named", "said"),
    [
        ((), {}, "check does not know nothing"),
        ((print,), {}, "check does not know print; it knows sigmoid"),
        ((), {"naive_softmax": 3}, "naive_softmax is none"),
    ],
)
def test_what_is_no_such_function_is_refused_in_a_sentence(given, named, said):
    with pytest.raises(CannotRun, match=said):
        gradgate.check(*given, **named)
