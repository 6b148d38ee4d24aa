# -*- coding: latin-1 -*-
"""A coding line of its own: it is put in front of everything, and an umlaut in one byte stands behind it."""

NAME = "ä"
assert len(NAME) == 1
