"""Has a program at its end, which is not run, and exits in it."""

import sys

if __name__ == "__main__":
    print("training ...")
    sys.exit(1)
