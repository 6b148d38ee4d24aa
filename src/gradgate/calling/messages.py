"""Calls and outcomes as frames: what the harness asks of a worker, and what the worker answers."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from gradgate.calling.calls import Call, Held, Outcome, Result, checksum
from gradgate.calling.sharing import SharedArray, attach
from gradgate.calling.wire import BadFrame
from gradgate.case import Case
from gradgate.cells import Cells
from gradgate.formats import BFLOAT16
from gradgate.interface import CALLABLE, is_float

Frame = tuple[dict[str, Any], list[np.ndarray]]


def encode_calls(calls: list[Call], device: str) -> Frame:
    """One frame for many calls; an array that several of them share travels once."""
    arrays: list[np.ndarray] = []
    places: dict[tuple[int, bool], int] = {}

    def place(array: np.ndarray, narrow: bool) -> dict[str, int]:
        key = (id(array), narrow)
        if key not in places:
            places[key] = len(arrays)
            arrays.append(_to_bits(array) if narrow else array)
        return {"array": places[key]}

    listed = []
    for call in calls:
        case, inputs = call.case, dict[str, Any]()
        for name, value in case.inputs.items():
            narrow = case.dtype == BFLOAT16.name and is_float(case.function, name)
            if isinstance(value, SharedArray) and value.name:
                inputs[name] = {"shared": value.name, "shape": value.shape, "dtype": value.dtype.str}
            elif isinstance(value, Cells):
                cells = {"places": place(value.places, False), "values": place(value.values, False)}
                inputs[name] = {"cells": cells, "shape": value.shape}
            else:
                inputs[name] = place(value, narrow) if isinstance(value, np.ndarray) else value
        listed.append({"function": case.function, "dtype": case.dtype, "layout": call.layout, "inputs": inputs})
    return {"calls": listed, "device": device}, arrays


def decode_calls(frame: Frame) -> tuple[list[Call], str]:
    header, arrays = frame
    calls = []
    for listed in header["calls"]:
        function, dtype = listed["function"], listed["dtype"]
        inputs = {}
        for name in CALLABLE[function].parameters:
            value = listed["inputs"][name]
            if isinstance(value, dict) and "shared" in value:
                value = attach(value["shared"], tuple(value["shape"]), value["dtype"])
            elif isinstance(value, dict) and "cells" in value:
                places, values = (arrays[value["cells"][part]["array"]] for part in ("places", "values"))
                value = Cells(places, values, tuple(value["shape"]))
            elif isinstance(value, dict):
                value = arrays[value["array"]]
                value = _from_bits(value) if dtype == BFLOAT16.name and is_float(function, name) else value
            inputs[name] = value
        calls.append(Call("", Case(function, dtype, inputs, "", 0, 0), listed["layout"]))
    return calls, header["device"]


def encode_outcome(outcome: Outcome) -> Frame:
    arrays: list[np.ndarray] = []
    results = {}
    for quantity, result in outcome.results.items():
        narrow = result.dtype == BFLOAT16.name and result.values.dtype == np.float32
        results[quantity] = {"dtype": result.dtype, "values": len(arrays), "bits": narrow, "rows": None}
        arrays.append(_to_bits(result.values) if narrow else result.values)
        if result.rows is not None:
            results[quantity] |= {"rows": len(arrays), "shape": result.shape}
            arrays.append(result.rows)
    header = {
        "results": results,
        "changed": list(outcome.changed),
        "fault": outcome.fault,
        "fault_kind": outcome.fault_kind,
        "exception": outcome.exception,
        "overwritten": list(outcome.overwritten),
        "seconds": outcome.seconds,
    }
    return header, arrays


def decode_outcome(frame: Frame) -> Outcome:
    header, arrays = frame
    try:
        results = {}
        for quantity, described in header["results"].items():
            values = arrays[described["values"]]
            rows, shape = described["rows"], described.get("shape")
            results[quantity] = Result(
                _from_bits(values) if described["bits"] else values,
                printable(described["dtype"]),
                None if rows is None else arrays[rows],
                None if shape is None else tuple(map(operator.index, shape)),
            )
        changed = tuple(printable(name) for name in header["changed"])
        overwritten = tuple(printable(name) for name in header["overwritten"])
        fault, kind, exception = (printable(header[key]) for key in ("fault", "fault_kind", "exception"))
        return Outcome(results, changed, fault, kind, exception, overwritten, header["seconds"] + 0.0)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadFrame(f"the answer does not describe an outcome: {error!r}") from error


def encode_held(outcome: Outcome, held: Mapping[str, Result], *, checksums: bool) -> Frame:
    """The outcome, with nothing but the form and a checksum of the results that stay where they are."""
    header, arrays = encode_outcome(outcome)
    described = {
        quantity: [result.dtype, result.values.shape, checksum(result.values) if checksums else 0]
        for quantity, result in held.items()
    }
    return {**header, "held": described}, arrays


def decode_held(frame: Frame) -> dict[str, Held]:
    try:
        return {
            quantity: Held(printable(dtype), tuple(map(operator.index, shape)), operator.index(sum_))
            for quantity, (dtype, shape, sum_) in frame[0]["held"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFrame(f"the answer does not describe what it holds: {error!r}") from error


def printable(text: str) -> str:
    """The text without anything that a terminal obeys or an encoding refuses: such a character becomes its escape."""
    if not isinstance(text, str):
        raise TypeError(f"a text is due, not {text!r:.60}")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _to_bits(values: np.ndarray) -> np.ndarray:
    """bfloat16 values held in float32, as their 16-bit patterns."""
    return (np.asarray(values, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def _from_bits(bits: np.ndarray) -> np.ndarray:
    return (bits.astype(np.uint32) << 16).view(np.float32)
