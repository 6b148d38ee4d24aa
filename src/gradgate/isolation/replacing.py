"""A right function in the place of a submission's own, so that what is built on a wrong one can still be judged."""

from __future__ import annotations

import sys
from types import ModuleType

_NOT_THEIRS = {*sys.stdlib_module_names, "numpy", "scipy", "torch"}  # their own code may call what they hold


def put_right(module: ModuleType, name: str, source: str) -> None:
    """Puts the function `name` that the source defines wherever the module's code looks it up.

    That is every global that is called so or that is the same function under another name, in the module and in what it
    imported of the course's (`q2_sigmoid.sigmoid`).
    """
    namespace = ModuleType(f"right_{name}")
    exec(source, vars(namespace))
    right, own = vars(namespace)[name], vars(module).get(name)
    imported = [value for value in vars(module).values() if isinstance(value, ModuleType)]
    for holder in (module, *(found for found in imported if found.__name__.partition(".")[0] not in _NOT_THEIRS)):
        for key, value in list(vars(holder).items()):
            if callable(value) and (key == name or value is own):
                setattr(holder, key, right)
    setattr(module, name, right)
