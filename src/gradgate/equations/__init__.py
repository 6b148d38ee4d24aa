"""The equations of word2vec as claims that are checked: a language, the ledger, and formulas that somebody wrote."""
