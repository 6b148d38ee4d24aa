"""Right values at the wrong cost: one float64 constant turns everything after it into float64. Twice the memory."""

import numpy as np

DTYPES = ("float64", "float32")
ONE = np.ones((1, 1))  # float64


def naive_softmax(center, outside, U):
    """Loss, grad_center (d,), grad_U (V, d), computed in float64 whatever they are given in."""
    wide = U * ONE
    logits = wide @ center
    shifted = logits - logits.max()
    exps = np.exp(shifted)
    residual = exps / exps.sum()
    residual[outside] -= 1
    loss, grad_center, grad_U = np.log(exps.sum()) - shifted[outside], residual @ wide, np.outer(residual, center)
    return U.dtype.type(loss), grad_center.astype(U.dtype), grad_U.astype(U.dtype)
