"""What earlier audits found out, by content: a project that has not changed is answered at once, a file is read once.

For each project there are two files: its audit under the digest of all that it was made from, and its modules under the
digests of their contents. Neither is ever needed: a damaged file, or one of another program, counts as absent.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import tempfile
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any

from bis._audit.parsing import ir
from bis.model import project_audit as results

_KNOWN = {
    (module.__name__, name) for module in (ir, results) for name, kind in vars(module).items() if isinstance(kind, type)
} | {("builtins", "frozenset"), ("builtins", "set")}

_FAULTS = (
    OSError, ValueError, EOFError, TypeError, AttributeError, IndexError, KeyError, ImportError, MemoryError,
    OverflowError, RecursionError, pickle.UnpicklingError,
)  # fmt: skip
_SEAL_BYTES = 16


class Cache:
    """A folder of earlier audits.

    Parameters
    ----------
    folder : Path
        Made where it is absent; nothing is kept where that fails.
    version : str
        Of all that decides over the result besides the content: entries of other versions are not read.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = folder
        self._version = version

    def audit(self, project: str, key: str) -> results.ProjectAudit | None:
        """The audit of a project from contents of this key; None where there is none."""
        stored = self._read(project, "audit")
        if not isinstance(stored, tuple) or len(stored) != 2 or stored[0] != key:
            return None
        return stored[1] if isinstance(stored[1], results.ProjectAudit) else None

    def modules(self, project: str) -> dict[str, ir.Module]:
        """Modules of a project by the digest of their content."""
        stored = self._read(project, "modules")
        if not isinstance(stored, dict):
            return {}
        return {digest: one for digest, one in stored.items() if isinstance(one, ir.Module)}

    def has_line(self, project: str) -> bool:
        """Whether anything was kept of a project, in whatever state."""
        return self._path(project, "line").exists()

    def line(self, project: str, state: str) -> str | None:
        """What was kept of a project in this state; None where there is nothing."""
        stored = self._read(project, "line")
        known = isinstance(stored, tuple) and len(stored) == 2 and stored[0] == state and isinstance(stored[1], str)
        return stored[1] if known else None

    def keep_line(self, project: str, state: str, line: str) -> None:
        """Remember a text about a project in a state."""
        self._write(project, "line", (state, line))

    def keep(self, project: str, key: str, audit: results.ProjectAudit) -> None:
        """Remember an audit."""
        self._write(project, "audit", (key, audit))

    def keep_modules(self, project: str, modules: dict[str, ir.Module]) -> None:
        """Remember modules as they were read: before the project's other files were taken into account."""
        self._write(project, "modules", modules)

    def _path(self, project: str, kind: str) -> Path:
        name = hashlib.sha256(f"{self._version}\0{project}".encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / name[:2] / f"{name[2:34]}.{kind}"

    def _read(self, project: str, kind: str) -> Any:
        try:
            payload = unsealed(self._path(project, kind).read_bytes())
            return _Reader(io.BytesIO(payload)).load() if payload is not None else None
        except _FAULTS:
            return None

    def _write(self, project: str, kind: str, value: Any) -> None:
        path = self._path(project, kind)
        with suppress(OSError):  # a full or read-only disk costs time, not the audit
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed(pickled(value)))
            Path(temporary).replace(path)


def sealed(payload: bytes) -> bytes:
    """An entry: its content after a checksum, by which damage is noticed."""
    return hashlib.blake2b(payload, digest_size=_SEAL_BYTES).digest() + payload


def unsealed(entry: bytes) -> bytes | None:
    """The content of an entry; None where it is damaged."""
    payload = entry[_SEAL_BYTES:]
    return payload if sealed(payload) == entry else None


def pickled(value: Any) -> bytes:
    """A value in pickle's format, with members of enumerations by their values.

    Python 3.11.0 to 3.11.3 write them as ``getattr(Severity, "ERROR")``, which a safe reader must not allow.
    """
    content = io.BytesIO()
    pickler = pickle.Pickler(content, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _BY_VALUE
    pickler.dump(value)
    return content.getvalue()


def _by_value(member: Enum) -> tuple[type[Enum], tuple[Any]]:
    return type(member), (member.value,)


_BY_VALUE = {kind: _by_value for kind in vars(results).values() if isinstance(kind, type) and issubclass(kind, Enum)}


class _Reader(pickle.Unpickler):
    """Makes values of the audit and nothing else: an entry that was tampered with cannot run anything."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _KNOWN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"an entry of the cache names {module}.{name}")
