"""Makes system calls by their numbers: processes, tracing, mounts, users, rings, and calls of another machine.

Due: all."""

import ctypes
import platform

if platform.machine() == "x86_64":
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = {
        "fork": 57,
        "vfork": 58,
        "ptrace": 101,
        "process_vm_readv": 310,
        "unshare": 272,
        "mount": 165,
        "chroot": 161,
        "setuid": 105,
        "setgid": 106,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "io_uring_setup": 425,
        "keyctl": 250,
        "add_key": 248,
        "clone3": 435,
        "kexec_load": 246,
        "init_module": 175,
        "socket": 41,
        "pidfd_open": 434,
        "shmget": 29,
        "msgget": 68,
        "mq_open": 240,
        "personality": 135,
        "x32 getpid": 0x40000027,
        "memfd_create": 319,
        "landlock_create_ruleset": 444,
        "setns": 308,
        "pivot_root": 155,
        "name_to_handle_at": 303,
    }
    for name, number in numbers.items():
        if libc.syscall(ctypes.c_long(number), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0)) == 0:
            print("THE KERNEL OBEYED", name)
    libc.syscall(ctypes.c_long(56), ctypes.c_long(17), 0, 0, 0, 0)  # clone, like fork
