"""Differentiates with torch."""

import numpy as np
import torch


def sigmoid(x):
    return torch.sigmoid(torch.from_numpy(np.array(x))).numpy()


def naive_softmax(center, outside, U):
    v = torch.tensor(center, requires_grad=True)
    W = torch.tensor(U, requires_grad=True)
    loss = -torch.log_softmax(W @ v, 0)[outside]
    loss.backward()
    return loss.item(), v.grad.numpy(), W.grad.numpy()
