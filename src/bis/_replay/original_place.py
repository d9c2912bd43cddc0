"""Paths that a replay printed, as the original would have printed them: a replay works on a copy of the project."""

from __future__ import annotations

import os
import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    places = {str(root), os.path.realpath(root)}
    # Not within another name: the folder beside it may be called alike.
    either = "|".join(re.escape(p) for p in sorted(places, key=len, reverse=True))
    pattern = re.compile(rf"(?:{either})(?![\w.-])")

    def placed(text: str) -> str:
        return pattern.sub(lambda _: original_root, text)

    texts: dict[str, Any] = {
        f.name: placed(v) for f in fields(outputs) if isinstance(v := getattr(outputs, f.name), str)
    }
    texts.pop("status", None)
    cells = tuple(replace(c, text=placed(c.text)) for c in outputs.cells)
    failure = outputs.failure and replace(outputs.failure, message=placed(outputs.failure.message))
    return replace(outputs, **texts, cells=cells, failure=failure)
