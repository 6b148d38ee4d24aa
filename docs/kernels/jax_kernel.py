"""Negative sampling in JAX, its gradient by automatic differentiation with respect to the rows that take part: one with
respect to U would be as large as U."""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)  # else float64 is float32, and nobody is told

DTYPES = ("float32", "float64")
DEVICES = tuple({device.platform.replace("gpu", "cuda") for device in jax.devices()})
FLUSHES_SUBNORMALS = True  # XLA does


def asarray(x, dtype, device):
    """A NumPy array on the first device of that kind. Indices stay in NumPy, where they are looked at."""
    return x if dtype == "int64" else jax.device_put(np.asarray(x, dtype), jax.devices(device)[0])


def _losses(centers, touched):
    """The loss of each pair. centers (B, d), touched (B, 1 + K, d): the row of the outside word first."""
    logits = jnp.einsum("bkd,bd->bk", touched, centers)
    return jax.nn.softplus(-logits[:, 0]) + jax.nn.softplus(logits[:, 1:]).sum(axis=1)


@jax.jit
def _losses_and_gradients(centers, rows, U):
    losses, pull = jax.vjp(_losses, centers, U[rows])
    grad_centers, grad_touched = pull(jnp.ones_like(losses))
    return losses, grad_centers, (rows.ravel(), grad_touched.reshape(-1, U.shape[1]))


def negative_sampling(center, outside, negatives, U):
    """center (d,), outside int, negatives (K,) ints, U (V, d). Returns loss, grad_center, grad_U = (rows, values)."""
    losses, grad_centers, grad_U = negative_sampling_batch(center[None], [outside], negatives, U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """centers (B, d), outsides (B,), negatives (B, K) or (K,) for all. Returns losses, grad_centers, (rows, values)."""
    rows = np.empty((len(outsides), 1 + negatives.shape[-1]), np.int64)
    rows[:, 0], rows[:, 1:] = outsides, negatives
    wrong = rows[(rows < 0) | (rows >= len(U))]  # JAX would clamp it, and compute with another word
    if wrong.size:
        raise IndexError(f"outsides and negatives: got row {wrong[0]}, expected 0 <= row < {len(U)}")
    return jax.block_until_ready(_losses_and_gradients(centers, rows, U))
