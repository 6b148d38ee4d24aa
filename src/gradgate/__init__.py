"""gradgate: a gate for the word2vec losses and their gradients."""
