"""The numbers that stand in what a program wrote: which of them are results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._verify.file_pairing import lasting_name
from bis._verify.printed_text import holds_numbers, numbers_in
from bis._verify.scoped_names import plain, scope, scoped
from bis.model.facets import Curve
from bis.model.machine_measures import measures_machine
from bis.model.written_content import ContentKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.facets import Outputs
    from bis.model.written_content import NamedNumbers

# A longer series under one name is data, and no metric whose draws could be tested.
_LONGEST_CURVE = 1_000
# The last word of a key under which no result stands.
_PASSING_WORDS = frozenset(
    {"id", "ids", "uuid", "guid", "pid", "ppid", "port", "host", "hostname", "user", "username"}
    | {"date", "datetime", "created", "modified", "updated", "started", "ended", "finished"}
    | {"path", "file", "filename", "dir", "directory", "folder", "url", "uri"}
)
_PASSING_NAMES = frozenset({"run_name", "name_of_run", "session", "start", "end", "now", "version"})
# Seconds, milliseconds, microseconds or nanoseconds since 1970, of the years 2001 to 2096.
_MOMENTS = ((1e9, 4e9), (1e12, 4e12), (1e15, 4e15), (1e18, 4e18))


def counts_as_result(numbers: NamedNumbers, others: Sequence[NamedNumbers | None] = ()) -> bool:
    """Whether numbers under this name are results: not times, loads and numbers of processes."""
    if is_passing(numbers.name):
        return False
    values = [float.fromhex(v) for n in (numbers, *others) if n is not None for v in n.values]
    return not (values and any(all(low <= v <= high for v in values) for low, high in _MOMENTS))


def has_figures(outputs: Outputs) -> bool:
    """Whether numbers that are results stand in the files or artifacts of a run."""
    return any(
        any(counts_as_result(n) for n in content.numbers)
        or (content.kind is ContentKind.TEXT and holds_numbers(content.texts.get("", "")))
        for content in outputs.contents
    )


def is_passing(name: str) -> bool:
    """Whether what stands under this name is no result: a time, a load, an id, a place."""
    last = name.rpartition(".")[2]
    words = [w.lower() for w in re.findall(r"[A-Za-z]+", last)]
    return (
        measures_machine(last) is not None
        or last.lower() in _PASSING_NAMES
        or bool(words and words[-1] in _PASSING_WORDS)
    )


def written_curves(outputs: Outputs) -> tuple[Curve, ...]:
    """The numbers in files and artifacts as curves: one for each name in a file, a step for each number.

    The name of a file is taken without what passes, so that those of two executions have the same.
    """
    curves: dict[str, Curve] = {}
    for content in outputs.contents:
        own, run = plain(content.path), scope(content.path)
        path = lasting_name(own) or own
        for name, values in _series(path, content.kind, content.numbers, content.texts.get("", "")):
            if len(values) <= _LONGEST_CURVE:
                known = name if run is None else scoped(name, run)
                curves.setdefault(known, Curve(known, tuple(range(len(values))), values))
    return tuple(curves[name] for name in sorted(curves))


def _series(
    path: str, kind: ContentKind, numbers: Sequence[NamedNumbers], text: str
) -> list[tuple[str, tuple[str, ...]]]:
    if kind is not ContentKind.TEXT:
        return [(f"{path}: {n.name}", n.values) for n in numbers if n.count == len(n.values) and counts_as_result(n)]
    found: dict[str, list[str]] = {}
    for number in numbers_in(text):
        found.setdefault(f"{path}: {number.series}", []).append(number.value.hex())
    return [(name, tuple(values)) for name, values in found.items()]
