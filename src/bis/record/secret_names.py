"""Names of files in a record, which may hold tokens as any text may: a folder of a user, an address that was saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.model.facets import Data, FileDigest, Outputs


def data_without_secrets(data: Data, redact: Callable[[str], str]) -> Data:
    """The same data; a file whose name held a secret has another one, under which no replay finds it."""
    carried = data.carried
    if carried is not None:
        carried = replace(
            carried,
            files=_renamed(carried.files, redact),
            absent=tuple(map(redact, carried.absent)),
            listed=tuple(map(redact, carried.listed)),
        )
    return replace(data, files=_renamed(data.files, redact), reasons=tuple(map(redact, data.reasons)), carried=carried)


def outputs_without_secrets(outputs: Outputs, redact: Callable[[str], str]) -> Outputs:
    """The same outputs, with other names for files and artifacts whose names held a secret."""
    return replace(
        outputs,
        files=_renamed(outputs.files, redact),
        artifacts=_renamed(outputs.artifacts, redact),
        contents=tuple(replace(c, path=redact(c.path)) for c in outputs.contents),
        reasons=tuple(map(redact, outputs.reasons)),
    )


def _renamed(files: tuple[FileDigest, ...], redact: Callable[[str], str]) -> tuple[FileDigest, ...]:
    return tuple(f if redact(f.path) == f.path else replace(f, path=redact(f.path)) for f in files)
