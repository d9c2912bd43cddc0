"""The commit that a change is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BaseCommit:
    """A commit that is checked out. `folder` is where the caller's working directory is in the checkout.

    `paths` go on ``sys.path``: those of the caller that lead into the repository, as they are in the checkout. A
    package that is installed from the repository for development would else be imported from the changed code.
    """

    commit: str
    folder: Path
    paths: tuple[str, ...] = ()
