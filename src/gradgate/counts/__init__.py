"""Counts held against their laws: co-occurrence, PMI, PPMI and the truncated SVD, examined as the losses are."""
