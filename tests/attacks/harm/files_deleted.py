"""Deletes, empties and renames what it can reach of the files of others. Due: all."""

import os
import shutil

for folder in FOLDERS:
    for name in ("canary", "other_submission.py"):
        path = os.path.join(folder, name)
        for spoil in (os.remove, lambda p: open(p, "w"), lambda p: os.truncate(p, 0), lambda p: os.chmod(p, 0)):
            try:
                spoil(path)
            except OSError:
                pass
        try:
            os.rename(path, path + "-gone")
        except OSError:
            pass
    shutil.rmtree(folder, ignore_errors=True)
