"""Mechanical mutants: every small change of a shipped file that a mutation tool can make, put to the gate."""
