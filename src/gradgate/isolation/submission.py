"""A file that was handed in: bytes and a name, never a module of this process."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IMPORTS_TORCH = re.compile(rb"^[ \t]*(?:from[ \t]+torch\b|import\b[^\r\n#]*\btorch\b)", re.MULTILINE)


@dataclass(frozen=True)
class Submission:
    """name is what the file is called in messages; data is the file as it lay on the disk."""

    name: str
    data: bytes

    @property
    def wants_torch(self) -> bool:
        """Whether a line of it imports torch: a look at the text, which is not parsed in this process."""
        return bool(_IMPORTS_TORCH.search(self.data))
