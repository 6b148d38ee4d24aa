"""The losses in plain Python, with nothing but lists and math: no array library to hide a step.
Unlike the others: a pair is reduced to its slopes, the derivatives of the loss by the logits u_w . h, and every
gradient follows by the chain rule: sum over w of slope_w * u_w for the hidden vector h, slope_w * h for the row u_w.
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eqs. 2 to 4; sign flipped: ours are
losses, in nats.

V vocabulary size, d dimension, K negatives, B pairs or windows, C context words. A vector is a list of floats, a matrix
a list of rows. No input is modified but by step. An index outside [0, V), a negative one too, raises IndexError."""

import math

DTYPES = ("float64",)
REDUCTIONS = ("sum", "mean")


def asarray(x, dtype, device):
    """A NumPy array as nested lists."""
    return x.tolist()


def sigmoid(x):
    """1 / (1 + exp(-x)) of a number, or of each number in nested lists."""
    if isinstance(x, list):
        return [sigmoid(entry) for entry in x]
    decay = math.exp(-abs(x))  # exp of nothing positive: exp(710) raises OverflowError
    return (1.0 if x >= 0 else decay) / (1.0 + decay)


def softmax(logits):
    """exp(logits) / sum(exp(logits)) of a list of V numbers, or of each of B such lists."""
    if not logits or isinstance(logits[0], list):
        return [softmax(row) for row in logits]
    highest = max(logits)  # softmax ignores a shift, and exp(710) raises OverflowError
    exps = [math.exp(logit - highest) for logit in logits]
    total = sum(exps)
    return [e / total for e in exps]


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    return _pair(center, outside, None, U, "naive_softmax")


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U (V, d).
    """
    return _pair(center, outside, negatives, U, "negative_sampling")


def hierarchical_softmax(center, path, signs, U):
    """Loss -log p(word | center) = -sum over i of log sigmoid(signs_i * u_path_i . center), and its gradients.

    center (d,), path (n,) ints in [0, V), the inner nodes from the root to the word, signs (n,) each 1 or -1, U (V, d).
    Returns loss, grad_center (d,), grad_U (V, d); all zero for n = 0.
    Raises ValueError for another sign.
    """
    _check_rows("path", path, U)
    _check_signs(signs)
    loss, slopes = 0.0, {}
    for node, sign in zip(path, signs, strict=True):
        margin = sign * _dot(U[node], center)
        loss += _softplus(-margin)
        slopes[node] = slopes.get(node, 0.0) - sign * sigmoid(-margin)
    grad_U = _zeros(U)
    _add_to_rows(grad_U, slopes, center)
    return loss, _grad_hidden(slopes, U), grad_U


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c (V, d), grad_U (V, d). Raises ValueError for another loss.
    """
    losses, grad_V_c, grad_U = skipgram_batch([center], outsides, [0, len(outsides)], V_c, U, loss, negatives)
    return losses[0], grad_V_c, grad_U


def step(V_c, U, center, outsides, loss, negatives, rate):
    """One step of stochastic gradient descent on a window: new = old - rate * gradient of its skipgram loss.

    V_c and U (V, d) are written to; center, outsides, loss and negatives as in skipgram, rate a number. Returns V_c, U.
    Both gradients are taken before either matrix changes (Rong 2014, "word2vec Parameter Learning Explained", eqs. 33
    to 36).
    """
    _, *gradients = skipgram(center, outsides, V_c, U, loss, negatives)
    for matrix, gradient in zip((V_c, U), gradients, strict=True):
        for row, change in zip(matrix, gradient, strict=True):
            _add(row, -rate, change)
    return V_c, U


def steps(V_c, U, centers, outsides, offsets, negatives, rate):
    """The steps of B windows of negative sampling, each from where the one before it has led. Returns V_c, U.

    V_c and U (V, d) are written to; centers (B,) ints, outsides (N,) ints, window b is outsides[offsets[b]:offsets[b +
    1]], negatives (B, K) ints: those of row b stand against every word of window b; rate a number.
    """
    for b, center in enumerate(centers):
        words = outsides[offsets[b] : offsets[b + 1]]
        step(V_c, U, center, words, "negative_sampling", [negatives[b]] * len(words), rate)
    return V_c, U


def cbow(context, target, V_c, U, loss, negatives, reduce):
    """The loss of predicting the target from the sum or mean of its context vectors, and its gradients.

    context (C,) ints, repeats count each time, target int in [0, V), V_c and U (V, d), negatives (K,) or None,
    reduce "sum" or "mean". Returns loss, grad_V_c (V, d), grad_U (V, d); all zero for C = 0.
    Raises ValueError for another loss or reduce.
    """
    drawn = None if negatives is None else [negatives]
    losses, grad_V_c, grad_U = cbow_batch(context, [0, len(context)], [target], V_c, U, loss, drawn, reduce)
    return losses[0], grad_V_c, grad_U


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    return _pairs(centers, outsides, [None] * len(outsides), U, "naive_softmax")


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    shared = len(negatives) == 0 or isinstance(negatives[0], int)
    return _pairs(centers, outsides, [negatives] * len(outsides) if shared else negatives, U, "negative_sampling")


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U (V, d) summed over the batch.
    """
    _check_choice("loss", loss, SLOPES)
    grad_V_c, grad_U = _zeros(V_c), _zeros(U)
    losses = [0.0 for _ in centers]
    for b, center in enumerate(centers):
        _check_rows("center", [center], V_c)
        for n in range(offsets[b], offsets[b + 1]):
            drawn = None if negatives is None else negatives[n]
            pair_loss, slopes = SLOPES[loss](V_c[center], outsides[n], drawn, U)
            losses[b] += pair_loss
            _add(grad_V_c[center], 1.0, _grad_hidden(slopes, U))
            _add_to_rows(grad_U, slopes, V_c[center])
    return losses, grad_V_c, grad_U


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U (V, d) summed over the batch.
    """
    _check_choice("loss", loss, SLOPES)
    _check_choice("reduce", reduce, REDUCTIONS)
    grad_V_c, grad_U = _zeros(V_c), _zeros(U)
    losses = [0.0 for _ in targets]
    for b, target in enumerate(targets):
        context, drawn = contexts[offsets[b] : offsets[b + 1]], None if negatives is None else negatives[b]
        _check_rows("context", context, V_c)
        _check_rows("target", [target], U)
        _check_rows("negatives", drawn or [], U)
        if len(context) == 0:
            continue  # nothing to predict from: the loss is zero
        divisor = len(context) if reduce == "mean" else 1
        hidden = [sum(column) / divisor for column in zip(*(V_c[word] for word in context), strict=True)]
        losses[b], slopes = SLOPES[loss](hidden, target, drawn, U)
        _add_to_rows(grad_U, slopes, hidden)
        grad_word = [entry / divisor for entry in _grad_hidden(slopes, U)]
        for word in context:
            _add(grad_V_c[word], 1.0, grad_word)
    return losses, grad_V_c, grad_U


def _softmax_slopes(hidden, outside, negatives, U):
    """The loss and {row: slope}: the probabilities, less one for the outside word."""
    _check_rows("outside", [outside], U)
    logits = [_dot(row, hidden) for row in U]
    highest = max(logits)
    loss = math.log(sum(math.exp(logit - highest) for logit in logits)) - (logits[outside] - highest)
    slopes = dict(enumerate(softmax(logits)))
    slopes[outside] -= 1.0
    return loss, slopes


def _sampling_slopes(hidden, outside, negatives, U):
    """The loss and {row: slope}: sigmoid(logit) for a negative, and sigmoid(logit) - 1 for the outside word."""
    _check_rows("outside", [outside], U)
    _check_rows("negatives", negatives, U)
    logit = _dot(U[outside], hidden)
    loss, slopes = _softplus(-logit), {outside: -sigmoid(-logit)}
    for k in negatives:
        logit = _dot(U[k], hidden)
        loss += _softplus(logit)
        slopes[k] = slopes.get(k, 0.0) + sigmoid(logit)  # a word drawn twice counts twice
    return loss, slopes


SLOPES = {"naive_softmax": _softmax_slopes, "negative_sampling": _sampling_slopes}


def _pair(center, outside, negatives, U, loss):
    pair_loss, slopes = SLOPES[loss](center, outside, negatives, U)
    grad_U = _zeros(U)
    _add_to_rows(grad_U, slopes, center)
    return pair_loss, _grad_hidden(slopes, U), grad_U


def _pairs(centers, outsides, negatives, U, loss):
    losses, grad_centers, grad_U = [], [], _zeros(U)
    for center, outside, drawn in zip(centers, outsides, negatives, strict=True):
        pair_loss, slopes = SLOPES[loss](center, outside, drawn, U)
        losses.append(pair_loss)
        grad_centers.append(_grad_hidden(slopes, U))
        _add_to_rows(grad_U, slopes, center)
    return losses, grad_centers, grad_U


def _grad_hidden(slopes, U):
    gradient = [0.0] * len(U[0])
    for row, slope in slopes.items():
        _add(gradient, slope, U[row])
    return gradient


def _add_to_rows(grad_U, slopes, hidden):
    for row, slope in slopes.items():
        _add(grad_U[row], slope, hidden)


def _add(total, factor, vector):
    for j, entry in enumerate(vector):
        total[j] += factor * entry


def _dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def _softplus(x):
    """log(1 + exp(x)) = -log sigmoid(-x)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _zeros(matrix):
    return [[0.0] * len(row) for row in matrix]


def _check_rows(name, rows, matrix):
    for row in rows:
        if not 0 <= row < len(matrix):  # Python would take -1 for the last row
            raise IndexError(f"{name}: got row {row}, expected 0 <= row < {len(matrix)}")


def _check_signs(signs):
    for sign in signs:
        if sign not in (1, -1):
            raise ValueError(f"signs: got {sign}, expected 1 or -1")


def _check_choice(name, choice, known):
    if choice not in known:
        raise ValueError(f"{name} is {choice!r}, expected one of {', '.join(known)}")
