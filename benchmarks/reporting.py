"""What all benchmarks do around their measurement: a scratch folder, what cannot be measured, the file of figures."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from environments import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable


def report(
    measured: Callable[[Path], dict[str, Any]], show: Callable[[dict[str, Any]], None], file: Path | None = None
) -> int:
    """Measure, print, and write the figures to `file`, where one is given; returns the exit status.

    Args:
        measured: Takes an empty scratch folder; returns the figures as a document.
        show: Prints the document.
        file: Its folder is made.

    Returns
    -------
        0, or 3 where the measurement cannot be made (`environments.Unavailable`), which is told on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="bis-benchmark-", ignore_cleanup_errors=True) as scratch:
        try:
            document = measured(Path(scratch))
        except Unavailable as error:
            tell(f"the measurement cannot be made: {error}")
            return 3
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    show(document)
    return 0


def tell(text: str) -> None:
    """A line on stderr, at once."""
    print(f"benchmark: {text}", file=sys.stderr, flush=True)
