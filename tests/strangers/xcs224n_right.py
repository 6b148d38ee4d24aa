"""A right file of the XCS224N form (snake case), vectorized, the target redrawn."""
# ruff: noqa: F401, I001, RUF005

import numpy as np

from utils.utils import normalize_rows, softmax


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def naive_softmax_loss_and_gradient(center_word_vec, outside_word_idx, outside_vectors, dataset):
    delta = softmax(outside_vectors @ center_word_vec)
    loss = -np.log(delta[outside_word_idx])
    delta[outside_word_idx] -= 1
    return loss, outside_vectors.T @ delta, delta[:, None] * center_word_vec


def get_negative_samples(outside_word_idx, dataset, K):
    neg_sample_word_indices = [None] * K
    for k in range(K):
        newidx = dataset.sample_token_idx()
        while newidx == outside_word_idx:
            newidx = dataset.sample_token_idx()
        neg_sample_word_indices[k] = newidx
    return neg_sample_word_indices


def neg_sampling_loss_and_gradient(center_word_vec, outside_word_idx, outside_vectors, dataset, K=10):
    indices = [outside_word_idx] + get_negative_samples(outside_word_idx, dataset, K)
    labels = np.array([1] + [-1 for k in range(K)])
    vecs = outside_vectors[indices, :]
    t = sigmoid(vecs.dot(center_word_vec) * labels)
    loss = -np.sum(np.log(t))
    delta = labels * (t - 1)
    grad_outside_vecs = np.zeros(outside_vectors.shape)
    np.add.at(grad_outside_vecs, indices, np.outer(delta, center_word_vec))
    return loss, delta @ vecs, grad_outside_vecs


def skipgram(
    current_center_word,
    window_size,
    outside_words,
    word2ind,
    center_word_vectors,
    outside_vectors,
    dataset,
    word2vec_loss_and_gradient=naive_softmax_loss_and_gradient,
):
    loss = 0.0
    grad_center_vecs = np.zeros(center_word_vectors.shape)
    grad_outside_vectors = np.zeros(outside_vectors.shape)
    idx = word2ind[current_center_word]
    for word in outside_words:
        value, gc, go = word2vec_loss_and_gradient(center_word_vectors[idx], word2ind[word], outside_vectors, dataset)
        loss += value
        grad_center_vecs[idx] += gc
        grad_outside_vectors += go
    return loss, grad_center_vecs, grad_outside_vectors
