"""The system calls that a submission may make, as a BPF filter: reading, memory, time and threads.

What is not listed does not exist for it (ENOSYS, so that the C library falls back on what does); what starts a process,
opens a socket, signals another process or changes its own rights is refused by name (EPERM). A list of what is allowed
ages better than one of what is forbidden: the calls that the next kernel brings are not on it."""

from __future__ import annotations

import errno
import os
import platform
import struct

from gradgate.isolation.layers import kernel

# name, x86-64, aarch64; "-" where the machine has no such call
_READING = """
read 0 63  readv 19 65  pread64 17 67  preadv 295 69  preadv2 327 286  close 3 57  close_range 436 436  lseek 8 62
access 21 -  faccessat 269 48  faccessat2 439 439  stat 4 -  fstat 5 80  lstat 6 -  newfstatat 262 79  statx 332 291
statfs 137 43  fstatfs 138 44  readlink 89 -  readlinkat 267 78  getdents 78 -  getdents64 217 61  getcwd 79 17
chdir 80 49  fchdir 81 50  dup 32 23  dup2 33 -  dup3 292 24  pipe 22 -  pipe2 293 59
write 1 64  writev 20 66  pwrite64 18 68  pwritev 296 70  pwritev2 328 287  sendfile 40 71  fadvise64 221 223
poll 7 -  ppoll 271 73  select 23 -  pselect6 270 72  epoll_create 213 -  epoll_create1 291 20  epoll_ctl 233 21
epoll_wait 232 -  epoll_pwait 281 22  epoll_pwait2 441 441  eventfd2 290 19
"""
_WRITING = """
creat 85 -  mkdir 83 -  mkdirat 258 34  rmdir 84 -  unlink 87 -  unlinkat 263 35  rename 82 -  renameat 264 38
renameat2 316 276  link 86 -  linkat 265 37  symlink 88 -  symlinkat 266 36  truncate 76 45  ftruncate 77 46
fallocate 285 47  fsync 74 82  fdatasync 75 83  flock 73 32  chmod 90 -  fchmod 91 52  fchmodat 268 53
utimensat 280 88  utimes 235 -  copy_file_range 326 285
"""
_MEMORY = """
mmap 9 222  munmap 11 215  mremap 25 216  mprotect 10 226  madvise 28 233  brk 12 214  mincore 27 232  msync 26 227
membarrier 324 283  get_mempolicy 239 236  set_mempolicy 238 237  mbind 237 235
"""
_THREADS = """
futex 202 98  futex_waitv 449 449  set_robust_list 273 99  get_robust_list 274 100  set_tid_address 218 96
gettid 186 178  rseq 334 293  exit 60 93  exit_group 231 94  sched_yield 24 124  sched_getaffinity 204 123
sched_getparam 143 121  sched_getscheduler 145 120  sched_get_priority_max 146 125
sched_get_priority_min 147 126  restart_syscall 219 128  rt_sigaction 13 134  rt_sigprocmask 14 135
rt_sigreturn 15 139  rt_sigpending 127 136  rt_sigsuspend 130 133  rt_sigtimedwait 128 137  sigaltstack 131 132
wait4 61 260  waitid 247 95
"""
_TIME = """
clock_gettime 228 113  clock_getres 229 114  clock_nanosleep 230 115  nanosleep 35 101  gettimeofday 96 169
time 201 -  times 100 153  alarm 37 -  pause 34 -  setitimer 38 103  getitimer 36 102
"""
_ITSELF = """
getpid 39 172  getppid 110 173  getuid 102 174  geteuid 107 175  getgid 104 176  getegid 108 177  getresuid 118 148
getresgid 120 150  getgroups 115 158  getpgid 121 155  getpgrp 111 -  getsid 124 156  capget 125 90  uname 63 160
sysinfo 99 179  getcpu 309 168  getrusage 98 165  getrlimit 97 163  setrlimit 160 164  getpriority 140 141
arch_prctl 158 -  getrandom 318 278  umask 95 166
"""
_REFUSED = """
fork 57 -  vfork 58 -  execve 59 221  execveat 322 281  socket 41 198  socketpair 53 199  connect 42 203  bind 49 200
ptrace 101 117  process_vm_readv 310 270  process_vm_writev 311 271  unshare 272 97  setns 308 268  mount 165 40
umount2 166 39  pivot_root 155 41  chroot 161 51  setuid 105 146  setgid 106 144  setresuid 117 147  setresgid 119 149
setgroups 116 159  setsid 112 157  setpgid 109 154  tkill 200 130  pidfd_open 434 434  pidfd_send_signal 424 424
rt_sigqueueinfo 129 138  rt_tgsigqueueinfo 297 240  capset 126 91  seccomp 317 277  setpriority 141 140
mknod 133 -  mknodat 259 33  chown 92 -  fchown 93 55  lchown 94 -  fchownat 260 54
"""
_LOOKED_INTO = """
open 2 -  openat 257 56  clone 56 220  kill 62 129  tgkill 234 131  prlimit64 302 261  prctl 157 167  ioctl 16 29
fcntl 72 25  sched_setaffinity 203 122
"""
_ARCHITECTURES = (0xC000003E, 0xC00000B7)
_FIRST_OF_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_FORBIDDEN, _ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_NUMBER, _ARCHITECTURE = 0, 4  # where they are in what a filter sees; argument n is at 16 + 8 n
_A_THREAD = 0x00010000  # of clone's flags
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_OPTIONS = (15, 16, 21)  # of prctl: set and get a thread's name, see whether there is a filter
_TERMINAL_ASKED = (0x5401, 0x5413, 0x541B, 0x5451, 0x5450)  # of ioctl: is it a terminal, its size, how much is there

# of fcntl: copies, flags, locks, the size of a pipe, seals; not who gets which signal when something can be read
_OF_ITS_FILES = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032, 1033, 1034)


def confine(*, may_write: bool) -> None:
    """Confines this process and its threads to the calls above. may_write: files, where there is a folder for them."""
    kernel.filter_system_calls(program(os.getpid(), kernel.MACHINES[platform.machine()], may_write=may_write))


def program(process: int, machine: int, *, may_write: bool) -> list[bytes]:
    """The BPF program for the machine (an index of kernel.MACHINES); process may signal itself."""
    looked_into = _numbers(_LOOKED_INTO, machine)
    code = [
        _step(_LOAD, _ARCHITECTURE),
        *_unless(_EQUAL, _ARCHITECTURES[machine], _KILL),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _FIRST_OF_X32, 0, 1),
        _step(_RETURN, _ABSENT),
    ]
    listed = _READING + _MEMORY + _THREADS + _TIME + _ITSELF + (_WRITING if may_write else "")
    for call in _numbers(listed, machine).values():
        code += _on(call, [_step(_RETURN, _ALLOW)])
    for call in _numbers(_REFUSED + ("" if may_write else _WRITING), machine).values():
        code += _on(call, [_step(_RETURN, _FORBIDDEN)])
    for name, call in looked_into.items():
        code += _on(call, _look_into(name, process, may_write))
    return [*code, _step(_RETURN, _ABSENT)]


def _look_into(name: str, process: int, may_write: bool) -> list[bytes]:
    """The end of the program for a call that is allowed for some of its arguments."""
    if name in ("open", "openat"):
        flags = [
            _load_argument(1 if name == "open" else 2),
            _step(_ANY_BIT, _TO_WRITE, 0, 1),
            _step(_RETURN, _FORBIDDEN),
        ]
        return [*([] if may_write else flags), _step(_RETURN, _ALLOW)]
    if name == "clone":
        return [_load_argument(0), _step(_ANY_BIT, _A_THREAD, 1, 0), _step(_RETURN, _FORBIDDEN), _step(_RETURN, _ALLOW)]
    position, allowed = {
        "kill": (0, (process,)),
        "tgkill": (0, (process,)),
        "prlimit64": (0, (0, process)),
        "prctl": (0, _OPTIONS),
        "ioctl": (1, _TERMINAL_ASKED),
        "fcntl": (1, _OF_ITS_FILES),
        "sched_setaffinity": (0, (0, process)),
    }[name]
    tests = [step for value in allowed for step in _on(value, [_step(_RETURN, _ALLOW)])]
    return [_load_argument(position), *tests, _step(_RETURN, _FORBIDDEN)]


def _load_argument(position: int) -> bytes:
    return _step(_LOAD, 16 + 8 * position)  # its lower half: no argument that is looked at is wider


def _on(value: int, then: list[bytes]) -> list[bytes]:
    return [_step(_EQUAL, value, 0, len(then)), *then]


def _unless(test: int, value: int, verdict: int) -> list[bytes]:
    return [_step(test, value, 1, 0), _step(_RETURN, verdict)]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("@HBBI", code, if_true, if_false, value)


def _numbers(table: str, machine: int) -> dict[str, int]:
    words = table.split()
    numbered = {words[i]: words[i + 1 + machine] for i in range(0, len(words), 3)}
    return {name: int(number) for name, number in numbered.items() if number != "-"}
