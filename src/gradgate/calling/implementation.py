"""An implementation behind the shared interface: whatever its module defines, called in the contract's terms."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gradgate.adapters import Adapted, NotPosed, WrongDraws, WrongWindow
from gradgate.calling.calls import LENT, MAPPED, PLAIN, READ_ONLY, STRIDED, Call, Malformed, Outcome, Result
from gradgate.calling.lifting import Gathered, lifted
from gradgate.calling.matrices import dense, is_sparse, is_still, sparse_result, takes
from gradgate.calling.sharing import SharedArray, is_untouched, private_copy
from gradgate.calling.wire import LIMIT
from gradgate.case import Case
from gradgate.cells import Cells
from gradgate.formats import BFLOAT16, FORMATS
from gradgate.interface import CALLABLE, is_cells, is_float, is_matrix_gradient

if TYPE_CHECKING:  # a process that only makes calls holds no bounds
    from gradgate.bounds.arithmetic import Summation

TRANSPOSED_LAYOUT = "d×V"


class NotOffered(Exception):
    """A function that the implementation does not define was called."""


@dataclass(frozen=True)
class Particulars:
    """What a module declares of itself, in upper case; the defaults are a plain NumPy file's."""

    dtypes: tuple[str, ...] = ("float64", "float32")
    devices: tuple[str, ...] = ("cpu",)
    layout: str = "V×d"
    loss_dtype: Mapping[str, str] = field(default_factory=dict)
    accumulation: Mapping[str, str] = field(default_factory=dict)
    summation: Summation = "any"
    flushes_subnormals: bool = False
    deterministic: bool = True
    sparse: bool = False
    ranks: int = 1
    adapter: str = ""

    def declared(self) -> dict[str, Any]:
        """Only what differs from the defaults, for the report."""
        plain = asdict(Particulars())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}


def particulars_of(module: Any) -> Particulars:
    """Reads the declarations of a module; ValueError, worded, where one of them makes no sense."""
    plain = Particulars()
    read = Particulars(
        dtypes=tuple(getattr(module, "DTYPES", plain.dtypes)),
        devices=tuple(getattr(module, "DEVICES", plain.devices)),
        layout=getattr(module, "LAYOUT", plain.layout),
        loss_dtype=_by_dtype(getattr(module, "LOSS_DTYPE", {})),
        accumulation=_by_dtype(getattr(module, "ACCUMULATION", {})),
        summation=getattr(module, "SUMMATION", plain.summation),
        flushes_subnormals=bool(getattr(module, "FLUSHES_SUBNORMALS", False)),
        deterministic=bool(getattr(module, "DETERMINISTIC", True)),
        sparse=callable(getattr(module, "assparse", None)),
        ranks=getattr(module, "RANKS", plain.ranks),
        adapter=module.name if isinstance(module, Adapted) else "",
    )
    if not all(isinstance(name, str) for name in (*read.dtypes, *read.devices)):
        raise ValueError("DTYPES and DEVICES are tuples of names")
    known = {*FORMATS}
    formats = {
        "DTYPES": read.dtypes,
        "ACCUMULATION": [*read.accumulation, *read.accumulation.values()],
        "LOSS_DTYPE": read.loss_dtype,
    }
    for name, given in formats.items():
        if unknown := sorted(set(given) - known):
            raise ValueError(f"{name} names {', '.join(map(repr, unknown))}; known are {', '.join(FORMATS)}")
    if odd := [device for device in read.devices if not device.islower()]:
        raise ValueError(f"DEVICES names {', '.join(map(repr, odd))}; devices are written small: 'cpu', 'cuda'")
    for storage, sums in read.accumulation.items():
        if storage in known.intersection(read.dtypes) and FORMATS[sums].roundoff > FORMATS[storage].roundoff:
            raise ValueError(f"ACCUMULATION takes the sums of {storage} in {sums}, which is narrower")
    if not (isinstance(read.ranks, int) and read.ranks >= 1):
        raise ValueError(f"RANKS is {read.ranks!r}; it is the number of processes, 1 or more")
    if read.ranks > 1 and not callable(getattr(module, "shard", None)):
        raise ValueError("RANKS needs shard(n) -> (start, stop): the rows that this rank holds of a matrix of n rows")
    if read.summation not in ("any", "blocked", "pairwise"):
        raise ValueError(f'SUMMATION is {read.summation!r}; it is "any", "blocked" or "pairwise"')
    if read.layout not in (plain.layout, TRANSPOSED_LAYOUT):
        raise ValueError(f'LAYOUT is {read.layout!r}; it is "V×d" or "d×V"')
    return read


def _by_dtype(declared: Mapping[str, str] | str) -> dict[str, str]:
    return dict.fromkeys(FORMATS, declared) if isinstance(declared, str) else dict(declared)


class Implementation:
    """The functions of one module (or of an adapter around one), callable with a case's inputs.

    name is how the user called it; offers are the functions of the contract that it defines, in the contract's order,
    and normalize_rows; where they are to be lifted, the batched forms that it lacks too.
    """

    def __init__(self, name: str, module: Any, *, lift: bool = False) -> None:
        self.name = name
        self.module = module
        self.particulars = particulars_of(module)
        # looked up once: a module says that it lacks a name by raising, which is slow
        self._asarray, self._asnumpy = getattr(module, "asarray", None), getattr(module, "asnumpy", None)
        self._wait = getattr(module, "synchronize", None)
        self._kept: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # what the last call returned, and a copy of it
        self.lifted = lifted(module) if lift else {}
        self.offers = tuple(f for f in CALLABLE if f in self.lifted or callable(getattr(module, f, None)))

    def call(self, function: str, dtype: str, device: str = "cpu", layout: str = "plain", **inputs: Any) -> Any:
        """Calls the function with inputs turned into the implementation's own arrays; returns what it returns."""
        return self._function(function)(*self._arguments(function, dtype, device, layout, inputs).values())

    def prepared(self, case: Case, device: str = "cpu", *, wait: bool = True) -> Callable[[], Any]:
        """The call with its arguments converted beforehand, and waited for: what is timed is the implementation.

        With wait=False it returns as the implementation does, which may be before the device has finished.
        """
        arguments = self._arguments(case.function, case.dtype, device, PLAIN, case.inputs).values()
        call, synchronize = partial(self._function(case.function), *arguments), self._wait
        if synchronize is None or not wait:
            return call

        def waited() -> Any:
            result = call()
            synchronize()
            return result

        return waited

    def compute(self, case: Case, device: str = "cpu") -> dict[str, Result]:
        """The results of a call on the case's own arrays, copied only where the implementation has arrays of its own.

        What it must not write to has to be read-only. Raises what the implementation raises, and Malformed.
        """
        arguments = self._arguments(case.function, case.dtype, device, LENT, case.inputs).values()
        returned = self._function(case.function)(*arguments)
        self._synchronize()
        return self._read(case, returned)

    def perform(self, call: Call, device: str = "cpu") -> Outcome:
        """Makes the call and reads what came back. An exception of the implementation becomes the outcome's fault."""
        case = call.case
        start = time.perf_counter()
        try:
            arguments = self._arguments(case.function, case.dtype, device, call.layout, case.inputs)
            with warnings.catch_warnings():  # a warning is no result: `python -W error` must not make it a fault
                warnings.simplefilter("ignore")
                returned = self._function(case.function)(*arguments.values())
                self._synchronize()
                seconds = time.perf_counter() - start
        except NotPosed as reason:
            return Outcome(fault=str(reason), fault_kind="not posed")
        except (WrongDraws, WrongWindow) as finding:
            return Outcome(fault=str(finding), fault_kind="refuted")
        except (Exception, SystemExit) as error:
            return Outcome(fault=_sentence(error), fault_kind="raised", exception=type(error).__name__)
        changed = tuple(n for n, given in arguments.items() if not self._unchanged(given, case.inputs[n], n))
        try:
            if call.layout == MAPPED:  # results of gigabytes are not kept to be compared
                return Outcome(self._read(case, returned), changed, seconds=seconds)
            overwritten = self._overwritten()
            results = self._read(case, returned)
            self._kept = {q: (result.values, result.values.copy()) for q, result in results.items()}
            return Outcome(results, changed, overwritten=overwritten, seconds=seconds)
        except Malformed as error:
            return Outcome(changed=changed, fault=str(error), fault_kind="malformed")
        except Exception as error:  # objects may do anything when they are looked at
            return Outcome(
                changed=changed, fault=f"what came back cannot be read: {_sentence(error)}", fault_kind="malformed"
            )

    def devices_here(self) -> tuple[str, ...]:
        """The declared devices that this machine has: those on which an array can be made."""
        return tuple(device for device in self.particulars.devices if device == "cpu" or self._can_use(device))

    def _can_use(self, device: str) -> bool:
        try:
            self.module.asarray(np.zeros(1), self.particulars.dtypes[0], device)
        except Exception:  # each backend has its own way to say that a device is absent
            return False
        return True

    @property
    def remarks(self) -> list[str]:
        """What an adapter accepted although it is not in the contract's form."""
        return list(getattr(self.module, "remarks", []))

    def _function(self, function: str) -> Any:
        if function not in self.offers:
            raise NotOffered(f"{self.name} does not define {function}")
        return self.lifted.get(function) or getattr(self.module, function)

    def _arguments(
        self, function: str, dtype: str, device: str, layout: str, inputs: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            name: self._convert(inputs[name], name, dtype if is_float(function, name) else "int64", device, layout)
            for name in self._taken(function, inputs)
        }

    def _taken(self, function: str, inputs: Mapping[str, Any]) -> Sequence[str]:
        """The parameters that the function has: all of the contract's, but for optional ones that it leaves out."""
        parameters, optional = CALLABLE[function].parameters, CALLABLE[function].optional
        if not optional or takes(self._function(function), len(parameters)):
            return parameters
        if any(inputs[name] != value for name, value in optional.items()):
            raise NotPosed(f"{function} of {self.name} takes no {' and no '.join(optional)}")
        return [name for name in parameters if name not in optional]

    def _convert(self, value: Any, name: str, dtype: str, device: str, layout: str) -> Any:
        if isinstance(value, Cells):
            if own := getattr(self.module, "assparse", None):
                return own(*(_laid_out(part, layout) for part in (value.rows, value.cols, value.values)), value.shape)
            return self._convert(dense(value), name, str(value.dtype), device, layout)
        if not isinstance(value, np.ndarray):
            return value
        array = _laid_out(value.T if self._transposed(name) else value, layout)
        return self._asarray(array, dtype, device) if self._asarray else array

    def _transposed(self, name: str) -> bool:
        if self.particulars.layout != TRANSPOSED_LAYOUT:
            return False
        return name.removeprefix("grad_").removeprefix("new_") in ("U", "V_c")

    def _unchanged(self, given: Any, original: Any, name: str) -> bool:
        if isinstance(original, Cells):
            return is_still(given, original, self._as_numpy)
        if not isinstance(original, np.ndarray):
            return True
        try:
            after = self._as_numpy(given)[0]
        except Exception:  # what is no array any more was changed
            return False
        before = original.T if self._transposed(name) else original
        if before.ndim == 2 and before.dtype.kind == "f":
            before = before[self._share(len(before))]
        if before.size == 0:
            return after.size == 0  # an empty list has lost its shape
        if isinstance(original, SharedArray) and after.dtype == before.dtype and is_untouched(after):
            return True
        return after.shape == before.shape and _equal(after, before)

    def _overwritten(self) -> tuple[str, ...]:
        """The quantities of the call before that are no longer what they were: their memory was used again."""
        return tuple(quantity for quantity, (values, copy) in self._kept.items() if not _equal(values, copy))

    def _as_numpy(self, value: Any) -> tuple[np.ndarray, str]:
        """The values in NumPy and the name of the dtype that they had ("float" for Python's own numbers)."""
        dtype = getattr(value, "dtype", None)
        own = self._asnumpy
        array = np.asarray(own(value) if own and not isinstance(value, Gathered) else value)
        if dtype is None:
            return array, {"f": "float", "i": "int"}.get(array.dtype.kind, str(array.dtype))
        name = _dtype_name(dtype)
        if name == BFLOAT16.name and array.dtype == np.uint16:  # bit patterns: the upper half of a float32
            array = (array.astype(np.uint32) << 16).view(np.float32)
        return array, name

    def _read(self, case: Case, returned: Any) -> dict[str, Result]:
        function, quantities = case.function, CALLABLE[case.function].returns
        arrays = (value for value in case.inputs.values() if isinstance(value, np.ndarray))
        largest = max([LIMIT, *(2 * array.size * 8 for array in arrays)])
        if len(quantities) == 1:
            returned = (returned,)
        if not isinstance(returned, tuple | list) or len(returned) != len(quantities):
            raise Malformed(f"{function} returned {_shape_of(returned)}; ({', '.join(quantities)}) is due")
        return {q: self._result(case, q, value, largest) for q, value in zip(quantities, returned, strict=True)}

    def _result(self, case: Case, quantity: str, value: Any, largest: int) -> Result:
        try:
            if is_matrix_gradient(quantity) and isinstance(value, tuple) and len(value) == 2:
                rows = np.asarray(self._as_numpy(value[0])[0])
                values, dtype = self._as_numpy(value[1])
                if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):  # an empty list has no dtype
                    raise Malformed(f"the rows of {quantity} are {_shape_of(value[0])}; a vector of ints is due")
                return Result(_numbers(values, quantity, largest), dtype, rows.astype(np.int64))
            if is_cells(quantity) and is_sparse(value):
                found = sparse_result(quantity, value, self._as_numpy)
                return replace(found, values=_numbers(found.values, quantity, largest))
            values, dtype = self._as_numpy(value)
        except (TypeError, ValueError, AttributeError, RuntimeError, OverflowError) as error:
            raise Malformed(f"{quantity} is {_shape_of(value)}, which is no array of numbers") from error
        values = _numbers(values.T if self._transposed(quantity) else values, quantity, largest)
        return Result(values, dtype, self._own_rows(case, quantity))

    def _share(self, n: int) -> slice:
        """The rows that this process holds of a matrix of n rows: all of them, unless it is one of several ranks."""
        return slice(*self.module.shard(n)) if self.particulars.ranks > 1 else slice(0, n)

    def _own_rows(self, case: Case, quantity: str) -> np.ndarray | None:
        """A rank's dense gradient of a matrix has the rows of its share; None for anything else."""
        if self.particulars.ranks == 1 or not is_matrix_gradient(quantity):
            return None
        return np.arange(len(case.inputs["U"]))[self._share(len(case.inputs["U"]))]

    def _synchronize(self) -> None:
        if self._wait:
            self._wait()


def _numbers(values: np.ndarray, quantity: str, largest: int) -> np.ndarray:
    if values.dtype.kind not in "fiu":
        raise Malformed(f"{quantity} is an array of {values.dtype}; numbers are due")
    if values.nbytes > largest:
        raise Malformed(f"{quantity} is an array of shape {values.shape}, larger than anything that is due")
    return np.ascontiguousarray(values) if values.ndim else values


def _equal(after: np.ndarray, before: np.ndarray) -> bool:
    """Whether all numbers are the same, NaN for NaN; block by block, as they may fill most of the memory."""
    if after.ndim < 2:
        return np.array_equal(after, before, equal_nan=before.dtype.kind == "f")
    step = max(1, _BLOCK // max(1, before[0].size)) if len(before) else 1
    return after.shape == before.shape and all(
        np.array_equal(after[i : i + step], before[i : i + step], equal_nan=before.dtype.kind == "f")
        for i in range(0, len(before), step)
    )


def _laid_out(array: np.ndarray, layout: str) -> np.ndarray:
    if layout == MAPPED and isinstance(array, SharedArray) and array.name:
        return private_copy(array)
    if layout == STRIDED:
        if array.ndim == 2 and array.shape[0] % 2:  # in Fortran's order, without gaps
            return np.array(array, order="F")
        if array.ndim == 2:  # a view with gaps between its columns, in Fortran's order
            wide = np.empty((array.shape[1] * 2, array.shape[0]), array.dtype)[::2].T
        else:
            wide = np.empty((*array.shape[:-1], array.shape[-1] * 2), array.dtype)[..., ::2]
        wide[...] = array
        return wide
    if layout == LENT:
        return array
    copy = np.array(array, order="C")
    copy.flags.writeable = layout != READ_ONLY
    return copy


@lru_cache(maxsize=None, typed=True)  # typed: array_api_strict warns when its dtypes are compared with NumPy's
def _dtype_name(dtype: Any) -> str:
    """`float32` of NumPy's and of torch's: asked for with every result, and slow to work out."""
    return str(dtype).rpartition(".")[-1]


def _shape_of(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    shape = getattr(value, "shape", None)
    return f"a {type(value).__name__}" + (f" of shape {tuple(shape)}" if shape is not None else "")


def _sentence(error: BaseException) -> str:
    """The exception in one line, with the line of the implementation's source that raised it."""
    try:
        text = " ".join(str(error).split())[:300]
    except Exception:  # a message may raise too
        text = "its message cannot be read"
    trace, where = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_HERE):
            where = f" (line {trace.tb_lineno}, in {code.co_name})"
            break
        trace = trace.tb_next
    return f"{type(error).__name__}: {text}{where}" if text else f"{type(error).__name__}{where}"


_BLOCK = 2**18  # numbers
_HERE = str(Path(__file__).parents[1])  # gradgate's own folder
