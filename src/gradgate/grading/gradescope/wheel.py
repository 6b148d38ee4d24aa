"""The gradgate that runs here as a wheel, whether it was installed from one or is a clone."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import gradgate
from gradgate.places import folder

_PACKAGE = Path(gradgate.__file__).parent
_SUITE = ("impls", "properties", "bench", "corpus")
_WHEEL = "Wheel-Version: 1.0\nGenerator: gradgate\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same wheel today and tomorrow


def wheel() -> tuple[str, bytes]:
    """The name of the file, and what is in it."""
    found = distribution("gradgate")
    info = f"gradgate-{found.version}.dist-info"
    entries = {f"gradgate/{name}": path.read_bytes() for name, path in sorted(_files())}
    for name in ("METADATA", "entry_points.txt"):
        entries[f"{info}/{name}"] = (found.read_text(name) or "").encode()
    entries[f"{info}/WHEEL"] = _WHEEL.encode()
    entries[f"{info}/RECORD"] = _record(entries, f"{info}/RECORD").encode()
    return f"gradgate-{found.version}-py3-none-any.whl", packed(entries)


def packed(entries: dict[str, bytes], programs: tuple[str, ...] = ()) -> bytes:
    """A zip of them. programs may be executed once they are unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, data)
    return content.getvalue()


def pins() -> str:
    """The exact versions of everything that gradgate needs, as they are installed here, for pip's --constraint."""
    versions: dict[str, str] = {}
    waiting = ["gradgate"]
    while waiting:
        try:
            found = distribution(waiting.pop())
        except PackageNotFoundError:  # needed on another system only
            continue
        if found.name not in versions:
            versions[found.name] = found.version
            waiting += _needs(found)
    del versions["gradgate"]
    return "".join(f"{name}=={version.partition('+')[0]}\n" for name, version in sorted(versions.items()))


def _needs(found: Distribution) -> list[str]:
    return [re.split(r"[^A-Za-z0-9._-]", need)[0] for need in found.requires or () if "extra ==" not in need]


def _files() -> Iterator[tuple[str, Path]]:
    for name, root in {"": _PACKAGE, **{f"{name}/": folder(name) for name in _SUITE}}.items():
        for path in root.rglob("*"):
            inner = path.relative_to(root)
            if path.is_file() and "__pycache__" not in inner.parts:
                yield name + inner.as_posix(), path


def _record(entries: dict[str, bytes], own: str) -> str:
    lines = []
    for name, data in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}")
    return "\n".join([*lines, f"{own},,", ""])
