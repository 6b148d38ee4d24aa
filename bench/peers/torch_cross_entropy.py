"""What a user of PyTorch writes: `functional.cross_entropy` on the logits, and autograd for both gradients."""

import numpy as np
import torch
from torch.nn import functional

DTYPES = ("float64", "float32")
DEVICES = ("cpu", "cuda")


def asarray(x, dtype, device):
    return torch.from_numpy(np.array(x)).to(device, getattr(torch, dtype))


def asnumpy(x):
    return x.numpy(force=True)


def synchronize():
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def naive_softmax(center, outside, U):
    """center (d,), outside an int, U (V, d). Returns loss, grad_center (d,), grad_U (V, d)."""
    losses, grad_centers, grad_U = naive_softmax_batch(center[None], torch.tensor([outside], device=U.device), U)
    return losses[0], grad_centers[0], grad_U


def naive_softmax_batch(centers, outsides, U):
    """centers (B, d), outsides (B,), U (V, d). Returns losses (B,), grad_centers (B, d), grad_U (V, d)."""
    h, W = centers.detach().requires_grad_(), U.detach().requires_grad_()
    losses = functional.cross_entropy(h @ W.T, outsides, reduction="none")
    return losses.detach(), *torch.autograd.grad(losses.sum(), (h, W))
