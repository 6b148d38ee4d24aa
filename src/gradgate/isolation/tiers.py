"""How much isolation a machine allows: the tiers, from the strongest, and what each goes without."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """namespaces, as_user (a user namespace first), own_user (a user id of its own a child), and whether it is forked
    from a process that has loaded everything already. lacks says what a reader of the report should know."""

    name: str
    namespaces: bool = False
    as_user: bool = False
    own_user: bool = False
    forked: bool = True
    lacks: tuple[str, ...] = ()


_NO_NAMESPACES = (
    "it shares the process table and the network devices with this machine; system calls alone keep it apart"
)
_NO_OWN_USER = "it runs under the user id that grades, and the number of its threads is limited by memory only"

TIERS = (
    Tier("root", namespaces=True, own_user=True),
    Tier("unprivileged", namespaces=True, as_user=True),
    Tier("container", own_user=True, lacks=(_NO_NAMESPACES,)),
    Tier("bare", lacks=(_NO_NAMESPACES, _NO_OWN_USER)),
    Tier(
        "plain child",
        forked=False,
        lacks=(
            "this system confines nothing here: a submission can read and write what you can, start processes and use"
            " the network; grade only files that you would run yourself",
        ),
    ),
)
BY_NAME = {tier.name: tier for tier in TIERS}
