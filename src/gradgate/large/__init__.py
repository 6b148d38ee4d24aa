"""Checking at large vocabularies: one wrong row of a million is found and named, without a second copy of U."""
