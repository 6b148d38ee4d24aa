"""The process that has loaded NumPy and the calling side, and forks a child for each cell. It never runs a submission.

It is started with a socket and a configuration; each message over the socket asks for one child and brings its pipes.
How a child ended is told over a socket of its own. No submission can reach either."""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import socket
from typing import Any

from gradgate.isolation import birth, confinement
from gradgate.isolation.layers import filesystem, kernel, rlimits
from gradgate.isolation.limits import Limits
from gradgate.isolation.tiers import BY_NAME, Tier

_MOST = 1 << 16  # bytes of a message
# what a file of this kind imports; the rest is found on the disk, where the tier lets it be read
_PRELOADED = """
numpy numpy.fft numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.polynomial numpy.random numpy.testing
abc argparse base64 bisect cmath collections contextlib copy csv dataclasses datetime decimal doctest encodings.ascii
encodings.cp1252 encodings.idna encodings.latin_1 encodings.utf_16 encodings.utf_8_sig enum fractions functools glob
hashlib heapq inspect io itertools json linecache logging math numbers operator pathlib pdb pickle platform pprint
queue random re secrets shutil statistics string struct tempfile textwrap threading time timeit tokenize traceback
types typing unittest uuid warnings weakref zlib
""".split()


def main(configuration: dict[str, Any]) -> None:
    """Never returns: the process ends with the socket."""
    control = socket.socket(fileno=configuration["socket"])
    view = filesystem.View(configuration["folders"], configuration["hidden"])
    tier, refused, lacks = _choose([BY_NAME[name] for name in configuration["tiers"]], view, configuration["user"])
    if tier is None:
        control.send(json.dumps({"tier": None, "refused": refused, "lacks": []}).encode())
        os._exit(1)
    for name in [*_PRELOADED, configuration["library"]]:
        importlib.import_module(name)
    mapped = rlimits.address_space()
    ground = confinement.Ground(tier, view)
    kernel.be_unreadable()  # not before: whose memory is closed cannot make a user namespace
    gc.collect()
    gc.freeze()  # a child's collector must not touch, and so copy, what all of them share
    control.send(json.dumps({"tier": tier.name, "refused": refused, "lacks": lacks}).encode())
    Zygote(ground, mapped, control, configuration["path"]).serve()


def _choose(tiers: list[Tier], view: filesystem.View, user: int) -> tuple[Tier | None, dict[str, str], list[str]]:
    """The first tier that can be had here, why those before it cannot, and what it goes without."""
    refused: dict[str, str] = {}
    for tier in tiers:
        if tier.own_user and os.getuid() != 0:
            refused[tier.name] = "it takes root"
        elif (tried := confinement.rehearse(tier, view, user)).refused:
            refused[tier.name] = tried.refused
        else:
            return tier, refused, tried.lacks
    return None, refused, []


class Zygote:
    """Forks children as it is asked to, and tells how they ended."""

    def __init__(self, ground: confinement.Ground, mapped: int, control: socket.socket, path: list[str]) -> None:
        self._ground, self._mapped, self._control, self._path = ground, mapped, control, path
        self._children: dict[int, tuple[int, socket.socket]] = {}  # process descriptor: its number, whom to tell

    def serve(self) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor in self._children:
                    poll.unregister(descriptor)
                    self._bury(descriptor)
                    continue
                if (process := self._asked()) is not None:
                    poll.register(process, select.POLLIN)

    def _asked(self) -> int | None:
        """Bears the child that the next message asks for; None where the system has no process to give."""
        text, descriptors, _, _ = socket.recv_fds(self._control, _MOST, 4)
        if not text:
            os._exit(0)
        *pipes, teller = descriptors
        told = socket.socket(fileno=teller)
        try:
            return self._bear(json.loads(text), pipes, told)
        except OSError as error:
            _say(told, str(error).encode())
            told.close()
            return None
        finally:
            for descriptor in pipes:
                os.close(descriptor)

    def _bear(self, job: dict[str, Any], pipes: list[int], told: socket.socket) -> int:
        """Forks a child, and tells of it; returns its process descriptor."""
        number = self._ground.fork()
        if number == 0:
            limits = Limits(**job["limits"])
            birth.live(
                pipes, self._path, lambda: self._ground.confine(limits, self._mapped + job["memory"], job["user"])
            )
        process = os.pidfd_open(number)
        self._children[process] = number, told
        _say(told, b"born", process)
        return process

    def _bury(self, process: int) -> None:
        number, told = self._children.pop(process)
        _, status, used = os.wait4(number, 0)
        end = {"code": os.waitstatus_to_exitcode(status), "seconds": used.ru_utime + used.ru_stime}
        _say(told, json.dumps(end).encode())
        told.close()
        os.close(process)


def _say(told: socket.socket, text: bytes, *descriptors: int) -> None:
    try:
        socket.send_fds(told, [text], descriptors)
    except OSError:
        pass  # nobody wants to know any more
