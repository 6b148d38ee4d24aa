"""Makes files without number. Due: all."""

import os

for folder in (".", "/tmp", "/dev/shm", *FOLDERS):
    for number in range(3000):
        try:
            os.close(os.open(f"{folder}/gradgate-empty-{number}", os.O_CREAT | os.O_WRONLY))
        except OSError:
            break
