"""The checkers that are compared: the gate, and what people use in its place, with the rule that each one follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec

from gradgate.peers import acceptance
from gradgate.peers.pair import Pair

EXTRA = "pip install 'gradgate[peers]'"
FEW_LAWS = ("exact_value", "exact_gradient", "promised_form", "no_state", "inputs_unchanged")


@dataclass(frozen=True)
class Checker:
    """A gradient checker. What accepts raises of `refusals` is a refusal.

    package is what has to be installed for it, "" for nothing. rule says what it compares and when it refuses.
    """

    name: str
    package: str
    rule: str
    accepts: Callable[[Pair], bool]
    refusals: type[Exception] = Exception

    @property
    def absent(self) -> str:
        """Why it cannot run here; empty where it can."""
        return "" if not self.package or find_spec(self.package) else f"absent: {EXTRA}"

    @property
    def version(self) -> str:
        return "" if self.absent else version(self.package or "gradgate")

    def verdict(self, pair: Pair) -> bool:
        """Whether it accepts the pair. An exception that reaches the user is no acceptance."""
        try:
            return self.accepts(pair)
        except self.refusals:
            return False


def _gate(name: str, laws: tuple[str, ...] | None, rule: str) -> Checker:
    # of the gate's own exceptions only the refusal counts: any other one is a bug, and ends the run
    return Checker(name, "", rule, partial(acceptance.gate, laws), AssertionError)


def _central(h: str) -> Checker:
    rule = (
        f"a central difference with h = {h} of every component, one after another; refuses a difference above "
        "1e-5 max(1, |numeric|, |own|), so that NaN passes: gradcheck_naive of Stanford's CS224n"
    )
    return Checker(f"central difference, h = {h}", "", rule, partial(acceptance.central_difference, float(h)))


CHECKERS = (
    _gate("gradgate", None, "every law that is meant for the case, the exact reference included"),
    _gate("gradgate, five laws", FEW_LAWS, f"{', '.join(FEW_LAWS)} alone, the exact reference included"),
    Checker(
        "gradcheck, slow",
        "torch",
        "`torch.autograd.gradcheck`: a central difference with eps = 1e-6 of every component; refuses a difference "
        "above 1e-5 + 1e-3 |numeric|",
        acceptance.gradcheck_slow,
    ),
    Checker(
        "gradcheck, fast_mode",
        "torch",
        "`torch.autograd.gradcheck(fast_mode=True)`: the same along one random direction for each input, with 1e-5 "
        "times the sum of the direction's entries",
        acceptance.gradcheck_fast,
    ),
    Checker(
        "jax check_grads",
        "jax",
        "`jax.test_util.check_grads(order=1, modes=('rev',))`: a central difference with eps = 1e-4 along one random "
        "direction; refuses a difference above 1e-5 + 1e-5 |numeric|",
        acceptance.jax_check_grads,
    ),
    Checker(
        "autograd check_grads",
        "autograd",
        "`autograd.test_util.check_grads(order=1, modes=['rev'])`: a central difference over 1e-6 along one random "
        "direction; refuses where |a - b| and |a - b| / |a + b| both reach 1e-6",
        acceptance.autograd_check_grads,
    ),
    Checker(
        "scipy check_grad",
        "scipy",
        "`scipy.optimize.check_grad`: a forward difference with a step of 1.5e-8 of every component. It returns a norm "
        f"and no verdict: here a norm of {acceptance.SCIPY_NORM:g} is refused, as decimal=5 in scikit-learn's tests",
        acceptance.scipy_check_grad,
    ),
    _central("1e-4"),
    _central("1e-5"),
)
