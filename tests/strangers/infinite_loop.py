"""Wrong: never returns from negative sampling."""

import numpy as np


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    indices = []
    while len(indices) < K:
        index = outsideWordIdx
        if index != outsideWordIdx:
            indices.append(index)
    return 0.0, np.zeros_like(centerWordVec), np.zeros_like(outsideVectors)
