"""Writes to every folder until nothing more fits. Due: all."""

import os

block = bytes(1 << 22)
for folder in (".", "/tmp", "/var/tmp", "/dev/shm", *FOLDERS):
    for number in range(16):
        try:
            with open(os.path.join(folder, f"gradgate-filler-{number}"), "wb") as file:
                for _ in range(16):
                    file.write(block)
        except OSError:
            break
