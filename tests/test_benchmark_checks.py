"""What stands before the clock where U is large: every number is compared, and one wrong one is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.costs.items import Item, case_of
from gradgate.suite.large import is_large
from gradgate.suite.timing import checked_call, how_checked

RIGHT = Path(__file__).parent / "strangers" / "numpy_two_functions.py"
V = 2**14  # times d = 100: above 10^6 numbers
LARGE = [Item("naive_softmax", V), Item("naive_softmax", V, B=4), Item("negative_sampling", V, K=5)]
FAULTS = {
    "a row of grad_U": "grad_U[12345, 67] += 1e-4",
    "a value of grad_U that is no number": "grad_U[12345, 67] = np.nan",
    "grad_center": "grad_center[3] *= 1.1",
    "the loss": "loss *= U.dtype.type(1.001)",
    "the dtype of grad_U": "grad_U = grad_U.astype(np.float64)",
    "the shape of grad_U": "grad_U = grad_U[:-1]",
}
BROKEN = """
def _broken(function):
    def called(*arguments):
        loss, grad_center, grad_U = function(*arguments)
        U = arguments[-1]
        {fault}
        return loss, grad_center, grad_U
    return called
naive_softmax, negative_sampling = _broken(naive_softmax), _broken(negative_sampling)
"""


@pytest.mark.parametrize("item", LARGE, ids=str)
@pytest.mark.parametrize("name", ["numpy_rows", "numpy_dense", "torch_rows"])
def test_a_right_one_is_timed(name: str, item: Item) -> None:
    if name.startswith("torch"):
        pytest.importorskip("torch", reason="torch is not installed: pip install 'gradgate[torch]'")
    case = case_of(item)
    assert is_large(case)
    checked_call(InProcess(load(name)), case)()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("item", LARGE, ids=str)
def test_one_wrong_number_is_found(item: Item, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text(RIGHT.read_text(encoding="utf-8") + BROKEN.format(fault=FAULTS[fault]), encoding="utf-8")
    with pytest.raises(AssertionError) as raised:
        checked_call(InProcess(load(str(path), lift=True)), case_of(item))
    if fault == "a row of grad_U":
        assert "grad_U[12345, 67]" in str(raised.value)


def test_what_it_was_held_against_is_told() -> None:
    assert [how_checked(case_of(item)) for item in (*LARGE, Item("naive_softmax", 256))] == [
        "float64 pass",
        "float64 pass",
        "exact reference of the named rows",
        "exact reference",
    ]
