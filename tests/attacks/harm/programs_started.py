"""Starts programs in every way that Python has. Due: all."""

import os
import subprocess
import sys

for start in (
    lambda: os.system("touch " + FOLDERS[0] + "/started"),
    lambda: subprocess.run([sys.executable, "-c", "open('" + FOLDERS[0] + "/started', 'w')"], check=False),
    lambda: os.posix_spawn("/bin/touch", ["touch", FOLDERS[0] + "/started"], {}),
    lambda: os.forkpty(),
    lambda: os.execv("/bin/touch", ["touch", FOLDERS[0] + "/started"]),
):
    try:
        start()
    except Exception:
        pass
