"""Where a copy of a project is imported from, where the project itself is installed for development."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def paths_in_copy(paths: Sequence[str], top: Path, copy: Path) -> tuple[str, ...]:
    """Entries of ``sys.path`` below a folder, as they are in a copy of it; environments that are kept in it stay."""
    environment = Path(sys.prefix).resolve()
    found = []
    for path in paths:
        resolved = Path(path or ".").resolve()
        if resolved.is_relative_to(top) and not resolved.is_relative_to(environment):
            found.append(str(copy / resolved.relative_to(top)))
    return tuple(dict.fromkeys(found))


def with_paths(environ: Mapping[str, str], paths: Sequence[str]) -> dict[str, str]:
    """An environment in which Python looks into `paths` first."""
    given = environ.get("PYTHONPATH", "")
    joined = os.pathsep.join([*paths, *([given] if given else [])])
    return {**environ, **({"PYTHONPATH": joined} if joined else {})}
