"""The other implementations that every one is held against, in float64: the third witness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Call
from gradgate.calling.inprocess import Performer
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.formats import FLOAT64
from gradgate.interface import is_float
from gradgate.witness import Witness

PEERS = ("numpy_dense", "pure_python")


def peer_evidence(case: Case, first: Witness, peers: Mapping[str, Performer]) -> dict[str, Evidence]:
    """What the peers return for the same numbers in float64. first is a witness of the case, for its exact values."""
    inputs = {
        name: np.asarray(value, np.float64) if is_float(case.function, name) else value
        for name, value in case.inputs.items()
    }
    wide = replace(case, dtype=FLOAT64.name, inputs=inputs)
    witness = Witness(wide, Arithmetic(FLOAT64))
    witness.share(first)
    found = {}
    for name, peer in peers.items():
        [outcome] = peer.perform([Call("base", wide)])
        found[name] = Evidence(witness, {"base": outcome}, peer.particulars)
    return found
