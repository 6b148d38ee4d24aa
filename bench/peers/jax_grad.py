"""What a user of JAX writes: the loss, `jax.grad`, and `jit` around both. The first call of a size compiles it."""

import jax
import numpy as np
from jax import numpy as jnp

jax.config.update("jax_enable_x64", True)

DTYPES = ("float64", "float32")


def asarray(x, dtype, device):
    return jnp.asarray(np.asarray(x, dtype))


def asnumpy(x):
    return np.asarray(x)


def synchronize():
    """Nothing is left to wait for: every result is waited for before it is returned."""


def _softmax_losses(centers, U, outsides):
    logits = centers @ U.T
    return jax.nn.logsumexp(logits, axis=1) - jnp.take_along_axis(logits, outsides[:, None], axis=1)[:, 0]


def _sampling_losses(centers, U, outsides, negatives):
    positive = jnp.einsum("bd,bd->b", U[outsides], centers)
    negative = jnp.einsum("bkd,bd->bk", U[negatives], centers)
    return jnp.logaddexp(0, -positive) + jnp.logaddexp(0, negative).sum(axis=1)


def _with_gradients(losses_of):
    def summed(centers, U, *words):
        losses = losses_of(centers, U, *words)
        return losses.sum(), losses

    compiled = jax.jit(jax.grad(summed, argnums=(0, 1), has_aux=True))

    def call(centers, U, *words):
        (grad_centers, grad_U), losses = jax.block_until_ready(compiled(centers, U, *words))
        return losses, grad_centers, grad_U

    return call


_softmax, _sampling = _with_gradients(_softmax_losses), _with_gradients(_sampling_losses)


def naive_softmax(center, outside, U):
    """center (d,), outside an int, U (V, d). Returns loss, grad_center (d,), grad_U (V, d)."""
    losses, grad_centers, grad_U = _softmax(center[None], U, jnp.array([outside]))
    return losses[0], grad_centers[0], grad_U


def naive_softmax_batch(centers, outsides, U):
    """centers (B, d), outsides (B,), U (V, d). Returns losses (B,), grad_centers (B, d), grad_U (V, d)."""
    return _softmax(centers, U, outsides)


def negative_sampling(center, outside, negatives, U):
    """center (d,), outside an int, negatives (K,), U (V, d). Returns loss, grad_center (d,), grad_U (V, d)."""
    losses, grad_centers, grad_U = _sampling(center[None], U, jnp.array([outside]), negatives[None])
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """centers (B, d), outsides (B,), negatives (B, K) or (K,), U (V, d). Returns losses, grad_centers, grad_U."""
    each = jnp.broadcast_to(negatives, (len(centers), negatives.shape[-1]))
    return _sampling(centers, U, outsides, each)
