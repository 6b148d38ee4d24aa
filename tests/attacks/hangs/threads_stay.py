"""Has threads that never end, and a loop at its end. Due: all."""

import atexit
import threading
import time

threading.Thread(target=time.sleep, args=(1e6,)).start()
atexit.register(time.sleep, 1e6)


class Late:
    def __del__(self):
        time.sleep(1e6)


kept = Late()
