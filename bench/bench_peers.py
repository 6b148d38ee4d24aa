"""What users would write otherwise: PyTorch's cross entropy with autograd, JAX with jit. A peer that is not installed
is said to be absent.

Each file of bench/peers is an implementation like any other: checked on the very arrays that it is timed on."""

import pytest

from gradgate.costs.items import items
from gradgate.costs.rivals import rivals
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING

pytestmark = pytest.mark.benchmark(group="peers", max_time=0.3, min_rounds=5)
SIZES = [
    item
    for loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)
    for item in items(loss)
    if item.K in (None, 5) and item.V in (2**10, 2**14, 2**17)
]


@pytest.mark.parametrize("item", SIZES, ids=lambda item: f"{item.loss}-{item}")
@pytest.mark.parametrize("path", rivals(), ids=lambda path: path.stem)
def test_peer(cost_of_peer, path, item):
    cost_of_peer(path, item)
