"""Ships the suite inside the wheel: impls, properties, bench and corpus become folders of the package gradgate.

Only a real wheel gets them. An editable install is a path to src/, and finds the folders in the clone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("impls", "properties", "bench", "corpus")


class SuiteHook(BuildHookInterface):
    """Lists the files of the four folders, less what .gitignore names."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the suite to a wheel whose version is "standard" (the other one is "editable").

        Raises FileNotFoundError when a folder holds no files: a wheel without its suite would verify nothing.
        """
        if version != "standard":
            return
        for folder in FOLDERS:
            # File by file: a forced folder would ship the ignored files of the clone too, and those differ from
            # machine to machine, and from the wheel that is built through the sdist.
            files = self._files(Path(self.root) / folder)
            if not files:
                raise FileNotFoundError(f"{folder}/ holds no files to ship; the wheel needs {', '.join(FOLDERS)}")
            for path in files:
                build_data["force_include"][str(path)] = f"gradgate/{path.relative_to(self.root).as_posix()}"

    def _files(self, folder: Path) -> list[Path]:
        excluded = self.build_config.path_is_excluded
        return [
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not excluded(path.relative_to(self.root).as_posix())
        ]
