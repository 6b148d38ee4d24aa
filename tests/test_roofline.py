"""What a call needs at least, worked out by hand for small ones, and its share of what the machine allows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradgate.case import Case
from gradgate.costs.items import Item, case_of, paths, windows
from gradgate.costs.least import least
from gradgate.costs.limits import Limits
from gradgate.costs.measuring import Measurement
from gradgate.costs.roofline import ARITHMETIC, MEMORY, share

LIMITS = Limits(((2**12, 1e11), (2**28, 1e10)), {"float32": 1e11})
CALL = Measurement(
    implementation="one",
    function="naive_softmax",
    loss="naive_softmax",
    V=1000,
    d=100,
    K=None,
    B=1,
    dtype="float32",
    device="cpu",
    seconds=(2e-3, 4e-3),
    rounds=2,
    bytes=None,
    rows=None,
    returned=None,
    verified=True,
    load=None,
    least_bytes=2**28 // 2**8,
    form_bytes=2**28,
    least_operations=10**6,
    cold_seconds=(5e-3, 4e-3),
)


def case(function: str, V: int = 10, d: int = 3, dtype: str = "float32", **indices: object) -> Case:
    given = {"U": np.zeros((V, d), np.float32), **indices}
    return Case(function, dtype, given, "normal", 0, 0)


def test_a_pair_of_naive_softmax_reads_u_and_writes_as_much():
    found = least(case("naive_softmax", center=np.zeros(3, np.float32), outside=2))
    assert (found.read, found.written) == (4 * (30 + 3) + 8, 4 * (30 + 3 + 1))
    # ten logits of 3 products and 2 sums; ten terms of grad_center, the first needs no sum; grad_U has products alone
    assert found.operations == 10 * 5 + (10 * 6 - 3) + 10 * 3


def test_negative_sampling_needs_each_row_that_it_names_once():
    center = np.zeros(3, np.float32)
    found = least(case("negative_sampling", center=center, outside=2, negatives=np.array([5, 5, 2])))
    assert found.read == 4 * (2 * 3 + 3) + 4 * 8
    assert found.written == 4 * (3 + 1) + 2 * (4 * 3 + 8)
    assert found.operations == 2 * 5 + (2 * 6 - 3) + 2 * 3


def test_a_batch_shares_rows_and_a_gradient_of_many_rows_is_smaller_dense():
    given = {"centers": np.zeros((4, 3), np.float32), "outsides": np.arange(4), "negatives": np.arange(10)}
    found = least(case("negative_sampling_batch", **given))
    assert found.read == 4 * (10 * 3 + 4 * 3) + 14 * 8
    assert found.written == 4 * (4 * 3 + 4) + 4 * 30  # dense: no indices


def test_bfloat16_moves_half_of_what_float32_does():
    one, half = (
        least(case("naive_softmax", V=1000, dtype=dtype, center=np.zeros(3, np.float32), outside=2))
        for dtype in ("float32", "bfloat16")
    )
    assert half.written * 2 == one.written
    assert half.operations == one.operations


@pytest.mark.parametrize("item", [*windows(), paths()[0]], ids=lambda item: f"{item.function}-{item.loss}")
def test_windows_and_paths_have_least_too(item: Item):
    found = least(case_of(item))
    assert found.operations > 0
    assert found.read < 2 * 4 * item.V * item.d + 2**12
    assert found.written <= 2 * 4 * item.V * item.d + 2**12


def test_the_share_is_the_least_time_over_the_fastest_round():
    found = share(CALL, LIMITS)
    assert found is not None
    assert (found.seconds, found.bound) == (2e-3, MEMORY)
    bandwidth = LIMITS.bandwidth(2**20)
    assert 1e10 < bandwidth < 1e11, "as much data as the call moves stays in a cache"
    assert found.task == pytest.approx(2**20 / bandwidth / 2e-3)
    assert found.form == pytest.approx(2**28 / 1e10 / 2e-3)
    assert found.cold == pytest.approx(2**20 / 1e10 / 4e-3)


def test_many_operations_a_byte_make_arithmetic_the_limit():
    found = share(replace(CALL, least_operations=10**9), LIMITS)
    assert found is not None
    assert (found.bound, found.limit, found.task) == (ARITHMETIC, 1e-2, pytest.approx(5.0))


def test_a_device_is_held_to_its_own_clock():
    found = share(replace(CALL, device="cuda", device_seconds=(1e-3, 2e-3)), LIMITS)
    assert found is not None
    assert found.seconds == 1e-3


@pytest.mark.parametrize(
    ("measurement", "limits"),
    [(CALL, None), (replace(CALL, dtype="bfloat16"), LIMITS), (replace(CALL, least_bytes=None), LIMITS)],
    ids=["no limits", "no rate of the dtype", "nothing counted"],
)
def test_what_is_not_known_has_no_share(measurement: Measurement, limits: Limits | None):
    assert share(measurement, limits) is None
