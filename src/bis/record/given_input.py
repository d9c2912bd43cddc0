"""The standard input of a session's program: what was read of it, and what of that is kept with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.evidence.digests import digest_file
from bis.evidence.session_secrets import redactor_of
from bis.evidence.spool import STDIN, STDIN_KEPT, write_whole
from bis.model.facets import StandardInput

if TYPE_CHECKING:
    from bis.model.session import InputStream
    from bis.record.observed_session import ObservedSession

_WHY = {
    "terminal": "the program read from the terminal: what was typed was not recorded",
    "device": "the program read its standard input from a device, which was not recorded",
    "cut": "the program's standard input is longer than is kept (setting stdin-mib)",
    "other": "the program read its standard input in a way that could not be recorded",
    "secret": "the program's standard input holds secrets: it was recorded without them",
}


def keep_input(seen: ObservedSession) -> None:
    """Write what was read of standard input beside the spool's other files, without secrets; what was not read goes.

    Raises OSError where the disk refuses.
    """
    given = seen.session.stdin
    if given is None or not _was_read(seen):
        (seen.folder / STDIN).unlink(missing_ok=True)
        return
    if _lost(seen, given) or (seen.folder / STDIN_KEPT).exists():
        return
    raw = (seen.folder / STDIN).read_bytes() if (seen.folder / STDIN).exists() else b""
    redactor = redactor_of(seen.folder, seen.session.argv)
    text = raw.decode("utf-8", "surrogateescape")  # bytes that are no text come out as they went in
    redacted = redactor.text(text, place="standard input").encode("utf-8", "surrogateescape")
    write_whole(seen.folder / STDIN_KEPT, redacted)


def standard_input_of(seen: ObservedSession) -> StandardInput | None:
    """What is known of the program's standard input, after `keep_input`; None where it was not recorded."""
    given = seen.session.stdin
    if given is None:
        return None
    if not _was_read(seen):
        return StandardInput(given.kind)
    problem = _lost(seen, given)
    kept = seen.folder / STDIN_KEPT
    if problem or not kept.exists():
        return StandardInput(given.kind, read=True, complete=False, problem=problem or "other")
    found = digest_file(kept)
    secret = _holds_secrets(seen)
    return StandardInput(
        given.kind,
        read=True,
        complete=not secret,
        size_bytes=found.size_bytes,
        digest=found.digest,
        problem="secret" if secret else "",
    )


def unkept_input(stdin: StandardInput | None) -> tuple[str, ...]:
    """Why standard input was not recorded in full, where that is so."""
    return () if stdin is None or stdin.complete else (_WHY.get(stdin.problem, _WHY["other"]),)


def _was_read(seen: ObservedSession) -> bool:
    return bool(seen.all("stdin")) or (seen.exit is not None and seen.exit.stdin_read)


def _lost(seen: ObservedSession, given: InputStream) -> str:
    """Why it cannot be kept; empty where it can."""
    said = {str(e["how"]) for e in seen.all("stdin")}
    if given.kind in {"terminal", "device"}:
        return given.kind
    if given.kind == "file":
        copy = seen.folder / STDIN
        if "other" in said and given.start:  # opened anew, it is read from its beginning
            return "other"
        return "cut" if copy.exists() and copy.stat().st_size > given.limit_bytes else ""
    if "read" not in said:  # a child without a recorder did, or the program by a copy of the descriptor
        return "other"
    return next((how for how in ("other", "cut") if how in said), "")


def _holds_secrets(seen: ObservedSession) -> bool:
    """Whether the redacted copy is another than the raw one; a session that was stored before has no raw one."""
    raw = seen.folder / STDIN
    return raw.exists() and raw.read_bytes() != (seen.folder / STDIN_KEPT).read_bytes()
