"""Machine code that makes a 32-bit system call: they have numbers of their own. Due: half."""

import ctypes
import mmap
import platform


def sigmoid(x):
    if platform.machine() == "x86_64":
        # mov eax, 20 (getpid of 32 bits); int 0x80; ret
        code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"
        memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        memory.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        print("32 BITS OBEYED", ctypes.CFUNCTYPE(ctypes.c_int)(address)())
    raise RuntimeError("not here")
