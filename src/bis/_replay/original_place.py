"""Paths that a replay printed, as the original would have printed them: a replay works on a copy of the project."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bis.model.facets import Outputs


def in_original_place(outputs: Outputs, root: Path, original_root: str) -> Outputs:
    """The outputs of a replay, with the folder of the original project in the place of the copy's in each text.

    Parameters
    ----------
    outputs : Outputs
        What the replay printed, and how it ended.
    root : Path
        The copy of the project that it worked on.
    original_root : str
        Where the project was when it was recorded; empty where that is not known: then nothing is changed.
    """
    if not original_root:
        return outputs
    placed = original_paths(root, original_root)
    stdout, stderr = (None if text is None else placed(text) for text in (outputs.stdout, outputs.stderr))
    cells = tuple(replace(c, text=placed(c.text)) for c in outputs.cells)
    failure = outputs.failure and replace(outputs.failure, message=placed(outputs.failure.message))
    return replace(outputs, stdout=stdout, stderr=stderr, cells=cells, failure=failure)


def original_paths(root: Path, original_root: str) -> Callable[[str], str]:
    """A function that puts the folder of the original project in the place of the copy's in a text."""
    if not original_root:
        return str
    places = {str(root), os.path.realpath(root)}
    # Not within another name: the folder beside it may be called alike.
    either = "|".join(re.escape(p) for p in sorted(places, key=len, reverse=True))
    pattern = re.compile(rf"(?:{either})(?![\w.-])")
    return lambda text: pattern.sub(lambda _: original_root, text)
