"""The two kinds of failure that never mix: the harness could not run, and the implementation is broken."""


class CannotRun(Exception):
    """The harness could not run (exit 4): one sentence that says what was wrong and what to do."""


class Broken(Exception):
    """The implementation could not even be loaded (verdict "crashed", exit 1): one sentence that says why."""


class Late(Broken):
    """It was still loading when its time was over (verdict "timed out", exit 1)."""


class Blocked(Broken):
    """While it was loading it asked for what the isolation refuses, or went beyond a limit (verdict "blocked")."""
