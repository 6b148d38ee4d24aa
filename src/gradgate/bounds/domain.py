"""Where a right formula written naively neither overflows nor underflows: outside it, inf and NaN mean fragile."""

from __future__ import annotations

import math

import numpy as np

from gradgate.formats import Format
from gradgate.magnitudes import GroupMagnitudes, LogisticMagnitudes, SoftmaxMagnitudes


def in_naive_domain(sizes: GroupMagnitudes, form: Format) -> bool:
    """Whether exp, softmax without a shift, -log(softmax) and -log(sigmoid) of the group stay in range."""
    if sizes.softmax is not None and not _softmax_in_range(sizes.softmax, form):
        return False
    return all(_logistic_in_range(target, form) for target in sizes.logistic)


def _softmax_in_range(sizes: SoftmaxMagnitudes, form: Format) -> bool:
    """sum exp(x) is neither infinite nor zero, and no target's exp(x) or p is subnormal: -log would show it."""
    highest = math.log(form.largest) - math.log(max(len(sizes.logits), 1))
    lowest = math.log(form.smallest)
    loss = float(np.max(sizes.losses, initial=0.0))
    return lowest < sizes.top < highest and loss < -lowest and sizes.log_sum - loss > lowest


def _logistic_in_range(sizes: LogisticMagnitudes, form: Format) -> bool:
    """exp(|z|) is finite and exp(-|z|) a normal number."""
    limit = min(math.log(form.largest), -math.log(form.smallest))
    return float(np.max(np.abs(sizes.z), initial=0.0)) < limit
