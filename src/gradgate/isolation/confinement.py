"""What a tier does to a process before anything of a submission reaches it."""

from __future__ import annotations

import os

from gradgate.isolation.layers import filesystem, kernel, landlock, namespaces, rlimits, seccomp
from gradgate.isolation.limits import Limits
from gradgate.isolation.tiers import Tier

_BESIDES_LANDLOCK = "the kernel has no Landlock: what the user that it runs under can read, it can read too"


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
            self.lacks += [] if self._rules is not None else [_BESIDES_LANDLOCK]

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


def rehearse(tier: Tier, view: filesystem.View) -> str:
    """Tries the tier on a process that does nothing; the reason why it cannot be had here, or nothing."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        _report(tier, view, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read(4000).decode(errors="replace")
    os.wait()
    return "" if told == _DONE else told or "the process that tried it was ended"


_DONE = "done"


def _report(tier: Tier, view: filesystem.View, writing: int) -> None:
    told = ""
    try:
        ground = Ground(tier, view)
        child = ground.fork()
        if child == 0:
            ground.confine(Limits(), 1 << 40, user=1 << 30)
            told = _DONE
        else:
            os.close(writing)
            os.wait()
    except Exception as error:
        told = str(error)
    finally:
        if told:
            os.write(writing, told.encode())
        os._exit(0)


def _go_on_in_a_child() -> None:
    """This process waits for the child, in which the caller goes on, and ends as it ends."""
    child = os.fork()
    if child == 0:
        kernel.die_with_the_parent()
        return
    os.closerange(0, 1 << 16)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
