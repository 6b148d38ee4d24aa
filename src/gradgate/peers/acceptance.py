"""How each checker is asked whether it accepts a pair: True, or False, or whatever it raises to refuse.

An implementation's hand-written gradients, of center and of U together, go in as its users would have them go in: as a
custom function of the checker's framework, in float64, with the settings that the checker comes with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from gradgate.laws import BY_NAME
from gradgate.peers.pair import Gradients, Pair
from gradgate.suite.check import check_case

SCIPY_NORM = 1.5e-5  # assert_almost_equal(check_grad(...), 0, decimal=5): so scikit-learn's tests take the norm
NAIVE_TOLERANCE = 1e-5
Function = Callable[[np.ndarray, np.ndarray], Gradients]


def gate(laws: Sequence[str] | None, pair: Pair) -> bool:
    check_case(pair.implementation, pair.case, None if laws is None else [BY_NAME[name] for name in laws])
    return True  # a refusal is an AssertionError


def gradcheck_slow(pair: Pair) -> bool:
    return _gradcheck(pair, *pair.inputs, fast=False)


def gradcheck_fast(pair: Pair) -> bool:
    """Fast mode refuses, and then runs slow mode for its message: hours at V = 10^4. So a call more than an acceptance
    takes is the refusal."""
    return _gradcheck(_at_most(_calls_of_fast_mode(), pair), *pair.inputs, fast=True)


def _gradcheck(function: Function, center: np.ndarray, U: np.ndarray, *, fast: bool) -> bool:
    import torch

    class Loss(torch.autograd.Function):  # type: ignore[misc] # torch is not read for types
        @staticmethod
        def forward(ctx: Any, center: Any, U: Any) -> Any:
            loss, *ctx.gradients = function(center.numpy(), U.numpy())
            return torch.tensor(loss)

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> Any:
            return tuple(upstream * torch.from_numpy(gradient) for gradient in ctx.gradients)

    inputs = tuple(torch.from_numpy(array).requires_grad_() for array in (center, U))
    return bool(torch.autograd.gradcheck(Loss.apply, inputs, fast_mode=fast))


class _Fallen(Exception):
    """The verdict has fallen: what follows it is not waited for."""


def _at_most(most: int, function: Function) -> Function:
    calls = 0

    def limited(center: np.ndarray, U: np.ndarray) -> Gradients:
        nonlocal calls
        calls += 1
        if calls > most:
            raise _Fallen
        return function(center, U)

    return limited


@cache
def _calls_of_fast_mode() -> int:
    """How many calls fast mode takes to accept: as many for every function of two arrays."""
    calls = 0

    def half_squares(center: np.ndarray, U: np.ndarray) -> Gradients:
        nonlocal calls
        calls += 1
        return np.array(center @ center + np.sum(U * U)) / 2, center.copy(), U.copy()

    _gradcheck(half_squares, np.ones(2), np.ones((3, 2)), fast=True)
    return calls


_JUDGED: list[Pair] = []  # the pair that jax_check_grads is at


def jax_check_grads(pair: Pair) -> bool:
    from jax.test_util import check_grads

    center, U = pair.inputs
    loss = _jax_loss(*U.shape)
    _JUDGED[:] = [pair]
    check_grads(loss, (center, U), order=1, modes=("rev",))
    return True  # a refusal is an AssertionError


@cache  # one for all pairs of a size: jax compiles a function that it does not know, which takes longer than the check
def _jax_loss(V: int, d: int) -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    logging.getLogger("jax._src.callback").disabled = True  # it prints what a faulty function raises, and raises it too
    like = tuple(jax.ShapeDtypeStruct(shape, np.float64) for shape in ((), (d,), (V, d)))

    def value(center: Any, U: Any) -> np.ndarray:
        return _JUDGED[0](np.asarray(center), np.asarray(U))[0]

    def value_and_gradients(center: Any, U: Any) -> Gradients:
        return _JUDGED[0](np.asarray(center), np.asarray(U))

    def forward(center: Any, U: Any) -> Any:
        answer, *gradients = jax.pure_callback(value_and_gradients, like, center, U)
        return answer, gradients

    loss = jax.custom_vjp(lambda center, U: jax.pure_callback(value, like[0], center, U))
    loss.defvjp(forward, lambda gradients, upstream: tuple(upstream * gradient for gradient in gradients))
    return loss


def autograd_check_grads(pair: Pair) -> bool:
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    loss = primitive(lambda center, U: float(pair(center, U)[0]))

    def product(place: int) -> Callable[..., Any]:
        return lambda answer, center, U: lambda upstream: upstream * pair(center, U)[place]

    defvjp(loss, product(1), product(2))
    np.random.seed(0)  # noqa: NPY002 - autograd draws its direction from NumPy's global generator
    check_grads(loss, (0, 1), modes=["rev"], order=1)(*pair.inputs)
    return True  # a refusal is an AssertionError


def scipy_check_grad(pair: Pair) -> bool:
    from scipy.optimize import check_grad

    center, U = pair.inputs
    d = len(center)

    def at(flat: np.ndarray) -> Gradients:
        return pair(flat[:d], flat[d:].reshape(U.shape))

    def gradient(flat: np.ndarray) -> np.ndarray:
        _, grad_center, grad_U = at(flat)
        return np.concatenate([grad_center.ravel(), grad_U.ravel()])

    norm = check_grad(lambda flat: float(at(flat)[0]), gradient, np.concatenate([center, U.ravel()]))
    return bool(norm < SCIPY_NORM)


def central_difference(h: float, pair: Pair) -> bool:
    """Component by component, ended by the first that is off. As in the assignment, NaN is not off."""
    inputs = pair.inputs
    _, *gradients = pair(*inputs)
    for array, gradient in zip(inputs, gradients, strict=True):
        for index in np.ndindex(array.shape):
            there = array[index]
            array[index] = there + h
            above = float(pair(*inputs)[0])
            array[index] = there - h
            below = float(pair(*inputs)[0])
            array[index] = there
            numeric, own = (above - below) / (2 * h), float(gradient[index])
            if abs(numeric - own) / max(1.0, abs(numeric), abs(own)) > NAIVE_TOLERANCE:
                return False
    return True
