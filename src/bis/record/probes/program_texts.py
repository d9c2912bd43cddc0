"""The texts of a program's own sources and settings, as they are on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis.model.facets import Snapshot

_CODE = (".py", ".ipynb")
_SETTINGS = (".yaml", ".yml", ".toml", ".ini", ".cfg")
_MOST = 500
_MOST_BYTES = 1 << 20


def texts_of_sources(root: Path, used: Snapshot | None, whole: Snapshot | None) -> Iterator[str]:
    """Texts of the code that was `used` of a snapshot, and of all settings in the `whole` of it."""
    files = [f for f in (used.files if used else ()) if f.path.endswith(_CODE)]
    files += [f for f in (whole.files if whole else ()) if f.path.endswith(_SETTINGS)]
    for file in files[:_MOST]:
        if file.size_bytes <= _MOST_BYTES and not file.path.startswith("external/"):
            try:
                yield (root / file.path).read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
