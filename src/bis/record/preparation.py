"""What is recorded when a program starts: its code and its packages."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bis.config import MIB, Settings
from bis.evidence import spool as spool_files
from bis.evidence.redaction import Redactor
from bis.evidence.spool import write_document, write_whole
from bis.record.probes.code import Entrypoint, probe_code
from bis.record.probes.packages import probe_environment
from bis.record.probes.snapshot import Limits

if TYPE_CHECKING:
    from bis.model.session import Session


def prepare(session: Session, settings: Settings) -> None:
    """Write ``code.json``, ``source.tar.gz`` and ``environment.json`` into the session's folder.

    Raises
    ------
    OSError
        The disk refuses; whatever could be written stays.
    """
    folder = Path(session.spool)
    entry = Entrypoint(
        kind=session.kind,
        target=session.target,
        argv=session.argv,
        cwd=Path(session.cwd),
        interpreter_options=session.interpreter_options,
    )
    limits = Limits(
        file_bytes=int(settings.snapshot_file_mib * MIB), total_bytes=int(settings.snapshot_total_mib * MIB)
    )
    probed = probe_code(
        entry,
        environ=os.environ,
        redactor=Redactor(os.environ),
        project_root=Path(session.project_root),
        limits=limits,
    )
    if probed.archive is not None:
        write_whole(folder / spool_files.SOURCE, probed.archive.content)
    write_document(folder / spool_files.CODE, probed.code)
    write_document(folder / spool_files.ENVIRONMENT, probe_environment(sys.path))
