"""What a tier does to a process before anything of a submission reaches it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

from gradgate.isolation.layers import filesystem, kernel, landlock, namespaces, rlimits, seccomp
from gradgate.isolation.limits import Limits
from gradgate.isolation.tiers import Tier

_NO_LANDLOCK = "the kernel has no Landlock: what the user that it runs under can read, it can read too"
_CLOSED = "the user that it runs under cannot read {}: what is not loaded beforehand cannot be imported from there"


class Ground:
    """Where children are forked: this process, once it lives in the namespaces and the view of its tier.

    lacks adds to the tier's own what this machine, in particular, goes without.
    """

    def __init__(self, tier: Tier, view: filesystem.View) -> None:
        """Goes there. With namespaces, the caller is from here on another process, the first in a table of its own."""
        self.tier = tier
        self.lacks = list(tier.lacks)
        self._nursery: namespaces.Nursery | None = None
        self._rules: int | None = None
        if tier.namespaces:
            namespaces.enter(as_user=tier.as_user)
            _go_on_in_a_child()
            self._nursery = namespaces.Nursery()
            filesystem.build(view)
        else:
            self._rules = landlock.ruleset(view)
            self.lacks += [] if self._rules is not None else [_NO_LANDLOCK]

    def fork(self) -> int:
        return self._nursery.fork() if self._nursery else os.fork()

    def confine(self, limits: Limits, memory: int, user: int) -> None:
        """In a child: gives up everything that a submission must not have. memory is the address space in bytes."""
        tier = self.tier
        owner = user if tier.own_user else os.getuid()
        if tier.namespaces:
            filesystem.mount_box(owner, limits.box_bytes, limits.box_files)
        rlimits.hold(limits, memory, own_user=tier.own_user, may_write=tier.namespaces)
        if tier.own_user:
            os.setgroups([])
            os.setresgid(owner, owner, owner)
            os.setresuid(owner, owner, owner)
        kernel.drop_capabilities()
        kernel.be_unreadable()
        kernel.die_with_the_parent()
        kernel.gain_no_privileges()
        if self._rules is not None:
            kernel.landlock_restrict(self._rules)
        seccomp.confine(may_write=tier.namespaces)


@dataclass(frozen=True)
class Rehearsal:
    """refused: why the tier cannot be had here, or "". lacks: what it goes without on this machine."""

    refused: str
    lacks: list[str]


def rehearse(tier: Tier, view: filesystem.View, user: int) -> Rehearsal:
    """Tries the tier on a process that does nothing, under the id of that user where it has one of its own."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        _try(tier, view, user, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read(1 << 16)
    os.wait()
    return Rehearsal(**json.loads(told)) if told else Rehearsal("the process that tried it was ended", [])


def _try(tier: Tier, view: filesystem.View, user: int, writing: int) -> None:
    told = None
    try:
        ground = Ground(tier, view)
        if ground.fork() == 0:
            ground.confine(Limits(), 1 << 40, user)
            closed = [folder for folder in view.folders if not os.access(folder, os.R_OK | os.X_OK)]
            told = Rehearsal("", [*ground.lacks, *(_CLOSED.format(folder) for folder in closed)])
        else:
            os.close(writing)
            os.wait()
    except Exception as error:
        told = Rehearsal(str(error), [])
    finally:
        if told is not None:
            os.write(writing, json.dumps(asdict(told)).encode())
        os._exit(0)


def _go_on_in_a_child() -> None:
    """This process waits for the child, in which the caller goes on, and ends as it ends."""
    child = os.fork()
    if child == 0:
        kernel.die_with_the_parent()
        return
    kernel.be_unreadable()
    os.closerange(0, 1 << 16)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
