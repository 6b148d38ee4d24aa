"""What a file declares of itself is honoured, and what it does not declare is not granted."""

import textwrap
from dataclasses import replace

import numpy as np
import pytest

from gradgate import load
from gradgate.calling.calls import Call
from gradgate.calling.implementation import Implementation
from gradgate.calling.loading import resolve
from gradgate.draws import generated
from gradgate.examining.examination import Examination, plan_case
from gradgate.examining.subjects import Subject
from gradgate.witness import Witness


def examine(path, function="negative_sampling", dtype="float64", cases=12, first=0):
    """The examination of one function of the file at `path`, in this process."""
    implementation = load(str(path))

    def perform(calls):
        return [implementation.perform(call) for call in calls]

    examination = Examination(function, dtype, implementation.particulars, perform, shipped=True, tier="default")
    for index in range(first, first + cases):
        witness = Witness(generated(function, dtype, seed=3, index=index), examination.arithmetic)
        examination.put(witness, plan_case(witness), {})
    examination.conclude()
    return examination


def write(folder, declarations, body):
    """A plug-in in `folder`, around the functions of the shipped numpy_dense."""
    path = folder / "plugin.py"
    shipped = load("numpy_dense").module.__file__
    head = f"""
        import importlib.util
        import numpy as np
        spec = importlib.util.spec_from_file_location("right", {shipped!r})
        right = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(right)
    """
    path.write_text(textwrap.dedent(head) + textwrap.dedent(declarations) + textwrap.dedent(body))
    return path


TRANSPOSED = """
def negative_sampling(center, outside, negatives, U):
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U.T)
    return loss, grad_center, grad_U.T
"""


def test_a_declared_transposed_layout_is_given_and_taken_transposed(tmp_path):
    assert examine(write(tmp_path, 'LAYOUT = "d×V"', TRANSPOSED)).verdict == "verified"


def test_an_undeclared_transposed_layout_is_no_excuse(tmp_path):
    assert examine(write(tmp_path, "", TRANSPOSED)).verdict in ("refuted", "crashed")


WIDE_LOSS = """
def negative_sampling(center, outside, negatives, U):
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    return np.float64(loss), grad_center, grad_U
"""


@pytest.mark.parametrize(
    ("declaration", "verdict"), [('LOSS_DTYPE = {"float32": "float64"}', "verified"), ("", "refuted")]
)
def test_a_wider_loss_is_accepted_where_it_is_declared(tmp_path, declaration, verdict):
    assert examine(write(tmp_path, declaration, WIDE_LOSS), dtype="float32").verdict == verdict


UNSTEADY = """
calls = 0

def negative_sampling(center, outside, negatives, U):
    global calls
    calls += 1
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    return np.nextafter(loss, calls % 2 * 1e9), grad_center, grad_U
"""


@pytest.mark.parametrize(("declaration", "verdict"), [("DETERMINISTIC = False", "verified"), ("", "refuted")])
def test_run_to_run_spread_is_granted_and_measured_where_it_is_declared(tmp_path, declaration, verdict):
    found = examine(write(tmp_path, declaration, UNSTEADY))
    assert found.verdict == verdict
    if declaration:
        assert 0 < found.laws["no_state"].worst_ratio <= 1


# as atomic additions do: the terms of a row are added in another order at each call
REORDERED = """
calls = 0

def negative_sampling(center, outside, negatives, U):
    global calls
    calls += 1
    order = np.random.default_rng(calls).permutation(len(negatives))
    return right.negative_sampling(center, outside, negatives[order], U)
"""


@pytest.mark.parametrize(("declaration", "verdict"), [("DETERMINISTIC = False", "verified"), ("", "refuted")])
def test_sums_in_an_order_of_their_own_at_each_call_are_measured(tmp_path, declaration, verdict):
    subject = Subject(resolve("numpy_dense"))
    found = examine(write(tmp_path, declaration, REORDERED), dtype="float32")
    subject.examinations, subject.particulars = [found], found.particulars
    assert found.verdict == verdict
    assert subject.spread == (found.laws["no_state"].worst_ratio if declaration else None)
    assert not declaration or 0 < subject.spread <= 1


# right whenever it is asked for the first time, and off by as little as float32 shows when it is asked again
WANDERING = """
seen = set()

def negative_sampling(center, outside, negatives, U):
    key = (center.tobytes(), outside, negatives.tobytes(), U.tobytes())
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    again = key in seen
    seen.add(key)
    return loss * (1 + again * 2.0**-24), grad_center, grad_U
"""


def test_a_spread_beyond_what_two_right_answers_may_differ_by_is_refuted(tmp_path):
    found = examine(write(tmp_path, "DETERMINISTIC = False", WANDERING))
    assert found.verdict == "refuted"
    assert found.laws["no_state"].outcomes["refuted"] > 0
    assert found.laws["exact_value"].outcomes["refuted"] == 0


FLUSHING = """
def flushed(values):
    return np.where(np.abs(values) < np.finfo(values.dtype).smallest_normal, 0, values).astype(values.dtype)

def naive_softmax(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(flushed(center), outside, flushed(U))
    return loss, flushed(grad_center), flushed(grad_U)

def step(V_c, U, *given):
    return tuple(map(flushed, right.step(flushed(V_c), flushed(U), *given)))
"""


@pytest.mark.parametrize("function", ["naive_softmax", "step"])
@pytest.mark.parametrize(("declaration", "verdict"), [("FLUSHES_SUBNORMALS = True", "verified"), ("", "refuted")])
def test_flushed_subnormals_are_granted_where_they_are_declared(tmp_path, declaration, verdict, function):
    path = write(tmp_path, declaration, FLUSHING)
    # every law meets subnormal vectors in one case of forty
    assert examine(path, function, "float32", cases=40, first=120).verdict == verdict


STOPPED = """
def step(V_c, U, *given):
    return tuple(new * (given[-1] != 0) for new in right.step(V_c, U, *given))
"""


def test_a_step_of_rate_0_may_flush_nothing_but_subnormals(tmp_path):
    found = examine(write(tmp_path, "FLUSHES_SUBNORMALS = True", STOPPED), "step", "float32", cases=20)
    assert [name for name, tally in found.laws.items() if tally.verdict == "refuted"] == ["update_of_rate_0"]


BITS = """
def asarray(x, dtype, device):
    return x

class Bits:
    dtype = "bfloat16"

    def __init__(self, values):
        wide = np.asarray(values, np.float32)
        self.patterns = ((wide.view(np.uint32) + 0x7FFF + ((wide.view(np.uint32) >> 16) & 1)) >> 16).astype(np.uint16)

def asnumpy(x):
    return x.patterns if isinstance(x, Bits) else np.asarray(x)

def sigmoid(x):
    return Bits(right.sigmoid(x))
"""


def test_bfloat16_may_come_back_as_bit_patterns(tmp_path):
    declared = 'DTYPES = ("bfloat16",)\nACCUMULATION = "float32"\n'
    assert examine(write(tmp_path, declared, BITS), "sigmoid", "bfloat16").verdict == "verified"


def test_a_pairwise_declaration_sharpens_the_bound():
    case = generated("naive_softmax", "float64", seed=0, index=1)
    assert len(case.inputs["U"]) >= 1000
    particulars = load("numpy_dense").particulars
    loose, sharp = (
        Examination("naive_softmax", "float64", declared, lambda calls: [], shipped=True, tier="default").arithmetic
        for declared in (particulars, replace(particulars, summation="pairwise"))
    )
    bound_of = {a: Witness(case, a).bounds().values["loss"] for a in (loose, sharp)}
    assert bound_of[sharp] < bound_of[loose] / 4


@pytest.mark.parametrize(
    ("declaration", "word"),
    [('DTYPES = ("float65",)', "float65"), ('SUMMATION = "fast"', "fast"), ('LAYOUT = "dxV"', "dxV")],
)
def test_a_senseless_declaration_is_refused_in_a_sentence(tmp_path, declaration, word):
    from gradgate.errors import Broken

    with pytest.raises(Broken, match=word):
        load(str(write(tmp_path, declaration, TRANSPOSED)))


def test_a_read_only_and_a_strided_call_get_what_their_names_say():
    seen = {}

    class Recorder:
        @staticmethod
        def naive_softmax(center, outside, U):
            seen[len(seen)] = U
            return 0.0, np.zeros_like(center), np.zeros_like(U)

    case = generated("naive_softmax", "float64", seed=0, index=0)
    recorder = Implementation("recorder", Recorder)
    for layout in ("plain", "read-only", "strided"):
        recorder.perform(Call(layout, case, layout))
    plain, read_only, strided = seen.values()
    assert plain.flags.writeable
    assert plain.flags.c_contiguous
    assert not read_only.flags.writeable
    assert not strided.flags.c_contiguous
    assert np.array_equal(plain, strided)
