"""Reads the environment, the memory and the open files of the process that grades."""

import os

for process in (PARENT, os.getppid(), 1):
    for file in ("environ", "cmdline", "mem", "maps"):
        try:
            with open(f"/proc/{process}/{file}", "rb") as opened:
                if b"SECRET_OF_THE_GRADER" in opened.read(1 << 16):
                    print("FOUND THE SECRET")
        except OSError:
            pass
    try:
        for descriptor in os.listdir(f"/proc/{process}/fd"):
            print("FOUND A DESCRIPTOR" if process == PARENT else "", descriptor)
    except OSError:
        pass
if "SECRET_OF_THE_GRADER" in str(os.environ):
    print("FOUND THE SECRET")
