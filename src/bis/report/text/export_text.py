"""What was exported, and what the check of a signed export found, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.report.text.audit_text import printable
from bis.report.text.figure_words import counted, data_size

if TYPE_CHECKING:
    from bis.model.exported_run import ExportCheck, ExportedRun

_MOST = 20  # names of one kind; the rest is counted


def export_text(run: ExportedRun, *, crate: str, prov: str, signed: bool) -> list[str]:
    """A line for each thing that was written, and for what was taken out."""
    lines = []
    if crate:
        size = data_size(sum(f.size_bytes for f in run.files))
        files = counted(len(run.files), "file")
        lines.append(
            f"run {run.run_id} is in {crate}: {files} of evidence, {size or '0 B'}{', signed' if signed else ''}"
        )
    if prov:
        lines.append(f"its provenance is in {prov}")
    lines += [
        f"secrets were taken out of {printable(f.path)} ({counted(f.redacted, 'place')})"
        for f in run.files
        if f.redacted
    ]
    lines += [f"artifact {printable(name)} cannot be fetched: its digest alone is exported" for name in run.left_out]
    if run.verdict is None:
        lines.append("there is no verdict to export: make one with `bis replay`")
    return lines


def check_text(found: ExportCheck) -> str:
    """The answer first, then each file that is not as it was signed."""
    files = counted(found.files, "file")
    if found.holds:
        return f"signed by {printable(found.signer)}, {files} as signed\n"
    lines = []
    if not found.signer:
        lines.append(f"not signed by an allowed signer: {printable(found.reason)}")
    else:
        lines.append(f"not as {printable(found.signer)} signed it")
    for what, names in (("changed", found.changed), ("missing", found.missing), ("added", found.added)):
        lines += [f"  {what}: {printable(name)}" for name in names[:_MOST]]
        lines += [f"  and {len(names) - _MOST} more {what}"] if len(names) > _MOST else []
    return "".join(f"{line}\n" for line in lines)
