"""What must hold after a fault: the program is as without bis, and the record is whole, or says what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.jsonable import to_json
from bis.model.record import FACETS, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.call_faults import Watched
    from campaigns.scenes import Ran

_MARKED = ("partial", "missing")
_OURS = (b"bis:", b"     ")
_TOLD = "bis: recording of"
_FORBIDDEN = (b"Traceback", b"defect of bis")


def program_breaches(plain: Ran, done: Watched, files: dict[str, bytes], *, killed: bool) -> Iterator[str]:
    """What of a program is other than without bis.

    Of one that was `killed`, what it printed and wrote is the beginning of what it would have.
    """
    if done.hung:
        yield "it hung"
    if killed:
        if not plain.out.startswith(done.out):
            yield f"the killed program printed {_short(done.out)}, not the beginning of {_short(plain.out)}"
        return
    if done.code != plain.code:
        yield f"status {done.code} instead of {plain.code}"
    if done.out != plain.out:
        yield f"stdout is {_short(done.out)} instead of {_short(plain.out)}"
    if files != plain.files:
        changed = sorted(k for k in files.keys() | plain.files.keys() if files.get(k) != plain.files.get(k))
        yield f"other files than without bis: {changed}"
    yield from stderr_breaches(plain.err, done.err)


def stderr_breaches(plain: bytes, found: bytes) -> Iterator[str]:
    """What is wrong with stderr: the program's own lines are missing, or others than messages of bis were added."""
    own = [line for line in found.splitlines() if not line.startswith(_OURS)]
    if own != [line for line in plain.splitlines() if not line.startswith(_OURS)]:
        yield f"stderr is {_short(found)} instead of {_short(plain)}"


def message_breaches(err: bytes) -> Iterator[str]:
    """What a command of bis may not print."""
    yield from (f"it printed {word.decode()}: {_short(err[-700:])}" for word in _FORBIDDEN if word in err)


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """The leaves of a JSON value by their paths."""
    if isinstance(value, dict):
        return {k: v for key, inner in value.items() for k, v in flat(inner, f"{path}.{key}").items()} or {path: {}}
    if isinstance(value, list):
        return {k: v for i, inner in enumerate(value) for k, v in flat(inner, f"{path}[{i}]").items()} or {path: []}
    return {path: value}


def leaves(record: Record) -> dict[str, dict[str, Any]]:
    """The leaves of each facet of a record."""
    return {name: flat(to_json(facet)) for name, facet in record.facets().items()}


def volatile(first: Record, second: Record) -> dict[str, set[str]]:
    """The leaves in which two records of the same program differ: times, process ids, what the machine does."""
    one, other = leaves(first), leaves(second)
    return {name: _differing(one[name], other[name]) for name in FACETS}


def record_breaches(whole: Record, found: Record, passing: dict[str, set[str]]) -> Iterator[str]:
    """Facets that differ from those of the undisturbed `whole` and do not say so."""
    if found.state.value != "finished":
        return  # it is marked as a whole
    one, other = leaves(whole), leaves(found)
    for name in FACETS:
        facet = getattr(found, name)
        if facet.status.value in _MARKED:
            if not facet.reasons:
                yield f"the facet {name} is {facet.status.value} without a reason"
            continue
        different = sorted(_differing(one[name], other[name]) - passing[name])
        if found.code.status.value in _MARKED:  # without a snapshot, no listed file is in it
            different = [path for path in different if not path.startswith(".carried.listed")]
        if name == "outputs" and _TOLD in (found.outputs.stderr or ""):  # the record has the message itself
            different = [path for path in different if path not in {".stderr", ".failure.traceback"}]
        if different:
            shown = [f"{p}: {one[name].get(p)!r:.60} -> {other[name].get(p)!r:.60}" for p in different[:3]]
            yield f"the facet {name} is 'recorded' and differs: {'; '.join(shown)}"


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {k for k in one.keys() | other.keys() if one.get(k, ...) != other.get(k, ...)}


def _short(text: bytes) -> str:
    return repr(text if len(text) < 400 else text[:100] + b" ... " + text[-250:])
