"""Databases that replays begin with: each gets copies of its own, so that none can change what others begin with."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = "mlflow-*.db"


def lend_templates(kept: Path, folder: Path) -> None:
    """Copy what is kept on this machine into the folder of a replay. Without them it takes a second longer."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for template in kept.glob(_NAMES):
            shutil.copyfile(template, folder / template.name)


def keep_templates(folder: Path, kept: Path) -> None:
    """Keep what a replay has made, if there is none of the name yet."""
    with suppress(OSError):
        for made in folder.glob(_NAMES):
            if made.is_symlink() or not made.is_file() or (kept / made.name).exists():
                continue
            kept.mkdir(parents=True, exist_ok=True)
            copy = kept / f".{os.getpid()}-{made.name}"
            shutil.copyfile(made, copy)
            copy.replace(kept / made.name)
