"""Wrong: draws for ever, and swallows every exception."""

import numpy as np


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    try:
        while True:
            dataset.sampleTokenIdx()
    except Exception:
        pass
    return 0.0, np.zeros_like(centerWordVec), np.zeros_like(outsideVectors)
