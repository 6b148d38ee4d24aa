"""The gate beside the gradient checkers that people use: the same faults, the same right implementations, one run."""
