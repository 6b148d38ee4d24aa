"""gradgate: a gate for the word2vec losses and their gradients.

`load(SPEC)` gives an implementation whose functions can be called; `gradgate verify` and `pytest` hold it to laws."""

from gradgate.calling.loading import load

__all__ = ["load"]
