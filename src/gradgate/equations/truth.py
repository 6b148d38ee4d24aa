"""What is due in one case: the exact reference where it knows the quantity, Taylor arithmetic elsewhere."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from gradgate.equations.functions import Value
from gradgate.equations.values import NO_INDICES, Indices, World, unwrapped
from gradgate.exact import ExactValue, Reference
from gradgate.reference import exact
from gradgate.witness import spread


class Truth(World):
    """A world whose loss and gradients come from the exact reference, wherever nothing was changed."""

    @cached_property
    def reference(self) -> Reference:
        assert self.drawn.case is not None
        return exact(self.drawn.case)

    def _known(self, name: str) -> bool:
        return name in self.setting.exact and not self.changed

    def _enclosed(self, name: str) -> Value:
        if name not in self._made:
            quantity = self.setting.exact[name]
            found = _balls(self.drawn.case, quantity, self.reference.values[quantity])
            self._made[name] = found.sum() if quantity == "losses" else found
        return self._made[name]

    def symbol(self, name: str, indices: Indices = NO_INDICES) -> Value:
        return self._enclosed(name) if self._known(name) else super().symbol(name, indices)

    def _differentiated(self, of: str, by: str) -> Value:
        key = f"d{of}/d{by}"
        return self._enclosed(key) if self._known(key) else super()._differentiated(of, by)


def _balls(case: Any, quantity: str, value: ExactValue) -> Value:
    """An exact value in its full shape, as balls."""
    hi, lo, radius = (np.asarray(spread(case, quantity, part)) for part in (value.hi, value.lo, value.radius))
    found = np.empty(hi.shape, object)
    for place in np.ndindex(hi.shape):
        found[place] = arb(float(hi[place]), float(radius[place])) + arb(float(lo[place]))
    return unwrapped(found)
