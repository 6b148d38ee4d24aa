"""Makes NumPy raise where it warns, and Python too."""

import warnings

import numpy as np

np.seterr(over="raise", invalid="raise")
warnings.simplefilter("error")
