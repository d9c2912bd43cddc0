"""What a session's evidence is redacted by: the secrets of the program's own surroundings.

Whoever stores a session need not be who ran it: after a crash the next command does, perhaps in another shell. The
values are therefore kept in the session's folder, which only its user may read, until the session is stored.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bis.evidence.addresses import without_password
from bis.evidence.redaction import Redactor, secrets_of
from bis.evidence.spool import SECRETS, STDIN, VARIABLES, write_document
from bis.model.jsonable import json_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_ALL = "secrets*.json"


def keep_secrets(
    folder: Path, environ: Mapping[str, str], arguments: Sequence[str], *, tracking_uri: str | None = None
) -> None:
    """Write the secrets of a program into its session's folder. Raises OSError where the disk refuses."""
    secrets = secrets_of(environ, arguments)
    if tracking_uri is not None and without_password(tracking_uri) != tracking_uri:
        secrets["tracking_uri"] = tracking_uri
    write_document(folder / SECRETS, secrets)
    (folder / SECRETS).chmod(0o600)


def keep_variables(folder: Path, environ: Mapping[str, str], named: Sequence[str]) -> None:
    """Write the environment of a program into its session's folder, with the names that the user wants to be kept.

    Only when the program has ended is it known which variables it read. Raises OSError where the disk refuses.
    """
    write_document(folder / VARIABLES, {"values": dict(environ), "named": list(named)})
    (folder / VARIABLES).chmod(0o600)


def kept_variables(folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The environment of a session's program, and the names that the user wants to be kept.

    An interactive session is stored several times: from the second time on it is the environment of this process.
    """
    try:
        kept = json_value((folder / VARIABLES).read_text(encoding="utf-8"))
        return dict(kept["values"]), tuple(kept["named"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return dict(os.environ), ()


def forget_secrets(folder: Path) -> None:
    """Remove them: the session is stored."""
    for path in (*folder.glob(_ALL), folder / VARIABLES, folder / STDIN):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def with_password(folder: Path, uri: str) -> str:
    """A tracking URI as the program gave it, of the one without a password by which it is known."""
    return next((v for v in _kept(folder).values() if v != uri and without_password(v) == uri), uri)


def redactor_of(folder: Path, arguments: Sequence[str]) -> Redactor:
    """Make a redactor that knows the secrets of a session, and those of this process."""
    return Redactor({**os.environ, **secrets_of({}, arguments), **_kept(folder)})


def redacted_notebook(content: bytes, redact: Callable[[str], str]) -> bytes:
    """Redact a notebook file: every text in it but images.

    Raises
    ------
    ValueError
        It is not JSON.
    """
    return json.dumps(_redacted(json_value(content), redact), ensure_ascii=False, indent=1).encode() + b"\n"


def redacted_saved_outputs(content: bytes, redact: Callable[[str], str]) -> bytes | None:
    """Redact the outputs that are saved in a notebook file; None where there is nothing to take out."""
    try:
        notebook = json_value(content)
        cells = [c for c in notebook["cells"] if c.get("outputs")]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # no notebook: it is kept as it is
        return None
    found = [_redacted(c["outputs"], redact) for c in cells]
    if all(c["outputs"] == outputs for c, outputs in zip(cells, found, strict=True)):
        return None
    for cell, outputs in zip(cells, found, strict=True):
        cell["outputs"] = outputs
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode() + b"\n"


def _kept(folder: Path) -> dict[str, str]:
    """What the launcher kept, and what processes of the program added."""
    kept: dict[str, str] = {}
    for path in sorted(folder.glob(_ALL)):
        with suppress(OSError, ValueError, TypeError):
            kept |= json_value(path.read_text(encoding="utf-8"))
    return kept


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redacted(v, redact) for v in value]
    if isinstance(value, dict):
        return {k: v if k.startswith("image/") else _redacted(v, redact) for k, v in value.items()}
    return value
