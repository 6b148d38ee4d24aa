"""The Triton kernels compiled for a device that need not be there, an H200 (sm_90): what they take and hold."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gradgate import load
from gradgate.places import folder

triton = pytest.importorskip("triton", reason="not run: the kernels need triton: pip install 'gradgate[gpu]'")

SHARED = 227 * 1024  # bytes of shared memory that a block may have there
FORMATS = {"float32": "fp32", "bfloat16": "bf16"}
INTS = "order places repeated ends counts rows slots outsides".split()
SIZES = "B V R d width first".split()
WIDE = "maxima totals inverses slopes".split()  # float32, whatever U is
BLOCK = {"N": 8, "D": 512}
KERNELS = [
    ("gpu_sampling", "_sample"),
    ("gpu_sampling", "_add_places"),
    ("gpu_sampling_atomic", "_sample"),
    ("gpu_softmax", "_normalize"),
    ("gpu_softmax", "_residuals"),
]


@pytest.fixture(autouse=True)
def a_cache_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TRITON_DEFAULT_FP_FUSION", "1")  # the default, of which Triton 3.9 warns
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)


def compiled(spec: str, kernel: str, dtype: str, *, aligned: bool = True, ones: bool = False) -> Any:
    """The kernel for sm_90, with the block sizes that the file takes for the dtype.

    aligned: sizes are multiples of 16. ones: all of them are 1, which Triton takes for constants.
    """
    from triton import compiler
    from triton.backends.compiler import GPUTarget

    module = load(spec).module
    function = getattr(module, kernel)
    sizes, warps, stages = dict(BLOCK), 4, 3
    if hasattr(module, "BLOCKS"):
        *block, warps, stages = module.BLOCKS[getattr(module.torch, dtype)]
        sizes = dict(zip(("PAIRS", "WORDS", "COLUMNS"), block, strict=True))
    types = {name: kind(spec, name, dtype) for name in function.arg_names if name not in sizes}
    if ones:
        sizes |= {name: 1 for name in types if name in SIZES and name not in ("R", "width", "first")}
    multiples = [i for i, name in enumerate(function.arg_names) if name in types and (aligned or name not in SIZES)]
    attributes = {(i,): [["tt.divisibility", 16]] for i in multiples if function.arg_names[i] not in sizes}
    source = compiler.ASTSource(function, {**types, **dict.fromkeys(sizes, "constexpr")}, sizes, attributes)
    return compiler.compile(
        source, target=GPUTarget("cuda", 90, 32), options={"num_warps": warps, "num_stages": stages}
    )


def kind(spec: str, name: str, dtype: str) -> str:
    """Triton's name for the type of an argument."""
    wide = name in WIDE or (name == "values" and "atomic" in spec)
    return "i32" if name in SIZES else "*i64" if name in INTS else f"*{FORMATS['float32' if wide else dtype]}"


def spilled(found: Any, path: Path) -> int:
    """Bytes of the stack that a thread takes: what did not fit in registers."""
    path.write_bytes(found.asm["cubin"])
    tool = [triton.knobs.nvidia.cuobjdump.path, "-res-usage", str(path)]
    told = subprocess.run(tool, capture_output=True, text=True, check=True).stdout
    return sum(map(int, re.findall(r"(?:STACK|LOCAL):(\d+)", told)))


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize(("spec", "kernel"), KERNELS)
def test_a_kernel_fits_an_h200(tmp_path, spec, kernel, dtype):
    found = compiled(spec, kernel, dtype)
    code = found.asm["ptx"]
    assert found.metadata.shared <= SHARED
    assert spilled(found, tmp_path / "kernel.cubin") == 0
    assert ("wgmma" in code) == (spec == "gpu_softmax" and dtype == "bfloat16"), "the matrix units of bfloat16"
    assert bool(re.search(r"\b(atom|red)\.", code)) == ("atomic" in spec)
    assert "tf32" not in code


@pytest.mark.parametrize("ones", [False, True], ids=["odd", "ones"])
@pytest.mark.parametrize(("spec", "kernel"), KERNELS)
def test_a_kernel_takes_sizes_of_every_kind(spec, kernel, ones):
    assert compiled(spec, kernel, "float32", aligned=False, ones=ones).asm["cubin"]


def test_a_tf32_product_is_seen_in_the_code(tmp_path):
    source = (folder("impls") / "gpu_softmax.py").read_text(encoding="utf-8")
    path = tmp_path / "planted.py"
    path.write_text(source.replace('input_precision="ieee"', 'input_precision="tf32"'), encoding="utf-8")
    assert "tf32" in compiled(str(path), "_residuals", "float32").asm["ptx"]
