"""Under which names distributions are imported, where these differ from their own: ``cv2`` is of ``opencv-python``.

The table beside this module is made by ``docs/generate_module_names.py``, from what the most used distributions bring.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("module_names.txt")


@cache
def table() -> dict[str, tuple[str, ...]]:
    """Distributions by the first part of a name that they bring."""
    lines = (line.split() for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return {module: tuple(names) for module, *names in lines}
