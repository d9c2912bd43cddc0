"""The replays that a bisection has made, kept as they end: what is interrupted is continued, and nothing made twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bis._explain.bisect.trial_reading import TrialReading
from bis.errors import StorageError
from bis.model.jsonable import from_json, json_value, strict_json, to_json

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = 1


class ReadingJournal:
    """Readings by the key of their trial, in a file with one line each.

    A line that a kill cut off, or that another version wrote, is passed over: that replay is made again.

    Raises
    ------
    StorageError
        The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readings: dict[str, list[TrialReading]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            if path.exists() and not path.read_bytes().endswith(b"\n") and lines:
                with path.open("a", encoding="utf-8") as file:
                    file.write("\n")  # what comes next starts a line of its own
        except OSError as error:
            raise _not_kept(path, error) from error
        for line in lines:
            try:
                document = json_value(line)
                if document["format"] == _FORMAT:
                    self._readings.setdefault(document["key"], []).append(from_json(TrialReading, document["reading"]))
            except (ValueError, KeyError, TypeError):
                continue

    def readings(self, key: str) -> tuple[TrialReading, ...]:
        """The replays of a trial, in the order in which they ended."""
        return tuple(self._readings.get(key, ()))

    def add(self, key: str, reading: TrialReading) -> None:
        """Keep a replay."""
        self._readings.setdefault(key, []).append(reading)
        document = {"format": _FORMAT, "key": key, "reading": strict_json(to_json(reading))}
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(document) + "\n")
        except OSError as error:
            raise _not_kept(self._path, error) from error


def _not_kept(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"the trials of the bisection cannot be kept in {path.parent}: {error.strerror or error}",
        hint="Free some space, or point BIS_HOME at a folder that may be written.",
    )
