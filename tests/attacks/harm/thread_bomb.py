"""Starts threads without end. Due: half."""

import threading
import time

threading.stack_size(32768)


def sigmoid(x):
    for _ in range(20000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    raise RuntimeError("twenty thousand threads")
