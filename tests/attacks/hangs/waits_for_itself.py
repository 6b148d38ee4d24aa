"""Waits for a lock that it holds, and for its input. Due: half."""

import sys
import threading

sys.stdin.read()
lock = threading.Lock()


def sigmoid(x):
    lock.acquire()
    lock.acquire()
