"""Where the results of steps are kept: under the digest of all that decides over them, so that nothing is done twice.

A result is written beside its place and renamed, so that a study that is killed leaves whole results or none.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, TypeVar

from bis.corpus.held_folder import locked, storing
from bis.model.jsonable import from_json, strict_json, to_json

if TYPE_CHECKING:
    from pathlib import Path

    from bis._study.study_steps import StepKey

FORMAT = "bis.study-step"
VERSION = 1
_LOCK = ".lock"
_VERSIONS = "versions"
T = TypeVar("T")


class StepJournal:
    """Results in a folder, one file each; one study at a time may write there.

    Parameters
    ----------
    folder : Path
        Made where it is absent.

    Raises
    ------
    UsageError
        Another study is writing there.
    StorageError
        The folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = locked(folder / _LOCK, busy=f"another study is writing to {folder.parent}")

    def __enter__(self) -> StepJournal:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(self, *_error: object) -> None:
        self._lock.close()

    def find(self, key: StepKey, kind: type[T]) -> T | None:
        """The result that is kept under a key; None where there is none, or none that can be read."""
        document = self._read(key.digest)
        if document is None or document.get("format") != FORMAT or document.get("version") != VERSION:
            return None
        try:
            return from_json(kind, document["result"])
        except (ValueError, KeyError):
            return None

    def keep(self, key: StepKey, result: Any) -> None:
        """Keep a result; it is in the file when this returns."""
        document = {"format": FORMAT, "version": VERSION, "step": key.step.name, "result": strict_json(to_json(result))}
        self._write(key.digest, document)

    def begun(self, key: StepKey, facts: dict[str, int]) -> dict[str, int]:
        """What was noted when a step was begun for the first time; where it was not, `facts` are noted."""
        name = f"{key.digest}.begun"
        found = self._read(name)
        if found is not None and isinstance(found.get("facts"), dict):
            return {str(k): int(v) for k, v in found["facts"].items()}
        self._write(name, {"step": key.step.name, "facts": facts})
        return facts

    def made_with(self, versions: dict[str, str]) -> dict[str, str] | None:
        """The versions that the study was made with last time, None where there was none; these are noted instead."""
        found = self._read(_VERSIONS)
        known = found.get("versions") if found is not None else None
        if known != versions:
            self._write(_VERSIONS, {"versions": versions})
        return {str(k): str(v) for k, v in known.items()} if isinstance(known, dict) else None

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            document = json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def _write(self, name: str, document: dict[str, Any]) -> None:
        path = self._folder / f"{name}.json"
        temporary = path.with_suffix(".part")
        with storing(path), temporary.open("w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(document, file, ensure_ascii=False, allow_nan=False)
            file.flush()
            os.fsync(file.fileno())
        with storing(path):
            temporary.replace(path)


def result_digest(result: Any) -> str:
    """A digest of a result, by which the steps that need it know whether it is another one."""
    text = json.dumps(strict_json(to_json(result)), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]
