"""Computes in several threads at once: the processor time of all of them counts. Due: half."""

import hashlib
import threading


def forever():
    while True:
        hashlib.sha256(bytes(1 << 20)).digest()


def sigmoid(x):
    for _ in range(8):
        threading.Thread(target=forever, daemon=True).start()
    forever()
