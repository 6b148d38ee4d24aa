"""The right functions that take the place of wrong ones, and the names under which a student's own are spoken of."""

from __future__ import annotations

from pathlib import Path

import pytest

import gradgate
from gradgate.grading.right import SOURCES, right_source
from gradgate.grading.spelling import _NAMES, in_their_words, their_function

STRANGERS = Path(__file__).parent / "strangers"
FILES = {"CS224n 2019+": "cs224n_2019_right", "XCS224N": "xcs224n_right", "CS224n 2017": "cs224n_2017_right"}


@pytest.mark.parametrize("name", SOURCES)
def test_each_is_right_and_whole_in_itself(name):
    namespace: dict = {}
    exec(SOURCES[name], namespace)
    assert [key for key in namespace if not key.startswith("__")] == [name]
    found = gradgate.check(cases=20, **{name: namespace[name]})
    assert found.judged[name].verdict == "verified", found


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("name", ["naive_softmax", "negative_sampling"])
def test_each_is_right_in_the_form_of_an_assignment_too(form, name):
    namespace: dict = {}
    called, source = right_source(form, name)
    exec(source, namespace)
    assert gradgate.check(cases=10, **{called: namespace[called]}).judged[called].verdict == "verified"


@pytest.mark.parametrize("form", FILES)
def test_inputs_and_results_are_called_as_the_assignment_calls_them(form):
    text = (STRANGERS / f"{FILES[form]}.py").read_text(encoding="utf-8")
    spelled = {theirs for names in _NAMES[form].values() for theirs in names.values()}
    spelled |= {their_function(form, name) for name in ("naive_softmax", "negative_sampling", "skipgram")}
    assert [name for name in sorted(spelled) if name not in text] == []


def test_only_names_are_changed_in_a_sentence():
    said = "U is written to: grad_U is U' (p - y) at U = 0"
    assert in_their_words("CS224n 2017", "naive_softmax", said) == (
        "outputVectors is written to: grad is U' (p - y) at outputVectors = 0"
    )
    assert in_their_words("", "naive_softmax", said) == said
