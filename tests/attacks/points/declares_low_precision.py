"""Declares formats and sums in which almost any number would be near enough."""

DTYPES = ("bfloat16",)
ACCUMULATION = "float64"
LOSS_DTYPE = "bfloat16"
SUMMATION = "any"
FLUSHES_SUBNORMALS = True
DETERMINISTIC = False
