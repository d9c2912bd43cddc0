"""Findings that were there before: a file that lists them, so that only new ones are reported.

A finding is recognised by its rule, file, message and, where several are alike, how many: lines may move.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from bis.errors import StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bis.model.project_audit import Finding

FORMAT, VERSION = "bis.baseline", 1
_MOST_BYTES = 64 * 2**20


def fingerprint(finding: Finding, folder: str = "") -> tuple[str, str, str]:
    """What a finding is recognised by: code, file and message; `folder` is the project's, from the baseline's."""
    return (finding.code, finding.place.below(folder).file, finding.message)


def write_baseline(path: Path, findings: Iterable[Finding]) -> int:
    """Write a baseline file; returns the number of findings in it.

    Raises
    ------
    StorageError
        The file cannot be written.
    """
    counts = Counter(fingerprint(finding) for finding in findings)
    entries = [
        {"code": code, "file": file, "message": message, "count": count}
        for (code, file, message), count in sorted(counts.items())
    ]
    document = {"format": FORMAT, "version": VERSION, "findings": entries}
    try:
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"the baseline cannot be written to {path}: {error.strerror}") from error
    return sum(counts.values())


def read_baseline(path: Path) -> Counter[tuple[str, str, str]]:
    """Read a baseline file.

    Raises
    ------
    UsageError
        There is no such file, or it is not a baseline.
    """
    hint = f"Write one with: bis audit . --write-baseline {path}"
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise UsageError(f"the baseline {path} is larger than {_MOST_BYTES // 2**20} MiB", hint=hint)
        document = json.loads(content)
    except RecursionError as error:
        raise UsageError(f"the baseline {path} is nested too deeply", hint=hint) from error
    except OSError as error:
        raise UsageError(f"the baseline {path} cannot be read: {error.strerror}", hint=hint) from error
    except ValueError as error:
        raise UsageError(f"the baseline {path} is not JSON: {error}", hint=hint) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT or document.get("version") != VERSION:
        raise UsageError(
            f"{path} is not a valid baseline: expected format {FORMAT}, version {VERSION}",
            hint=hint,
        )
    entries = document.get("findings")
    if not isinstance(entries, list):
        raise UsageError(f"{path}: expected a list of findings, found {entries!r}", hint=hint)
    found: Counter[tuple[str, str, str]] = Counter()
    for entry in entries:
        if not _is_entry(entry):
            raise UsageError(f"{path}: expected code, file, message and count, found {entry!r}", hint=hint)
        found[(entry["code"], entry["file"], entry["message"])] += entry["count"]
    return found


def without_known(
    findings: Iterable[Finding], baseline: Counter[tuple[str, str, str]], folder: str = ""
) -> tuple[Finding, ...]:
    """Findings that are not in the baseline; of several alike, those beyond its count."""
    left = Counter(baseline)
    new = []
    for finding in findings:
        key = fingerprint(finding, folder)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(finding)
    return tuple(new)


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) for key in ("code", "file", "message"))
        and isinstance(entry.get("count"), int)
        and entry["count"] > 0
    )
