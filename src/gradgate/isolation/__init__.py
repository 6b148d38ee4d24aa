"""A hostile file in a process that can read, write, reach and last no more than it must: docs/isolation.md.

with Isolation(Limits()) as isolation, isolation.cell(Submission("word2vec.py", data)) as cell:
    outcomes = cell.perform(calls)"""

from gradgate.isolation.isolation import Isolation
from gradgate.isolation.limits import Limits
from gradgate.isolation.submission import Submission

__all__ = ["Isolation", "Limits", "Submission"]
