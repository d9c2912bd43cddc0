"""What is recorded when a program starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bis.config import Settings
from bis.evidence import spool as spool_files
from bis.evidence.digests import digest_bytes
from bis.model.facets import Code, Environment, Status
from bis.model.jsonable import from_json
from bis.record.preparation import prepare
from tests.unit.sessions import session_of


def read(folder: Path, name: str) -> object:
    """A JSON document of the spool."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_code_and_packages_are_written(project: Path) -> None:
    """The snapshot has the digest that the facet says, and the interpreter's packages are listed."""
    session = session_of(project, "print(1)", argv=("--token", "s3cret-value"))
    folder = Path(session.spool)
    prepare(session, Settings())
    code = from_json(Code, read(folder, spool_files.CODE))
    assert code.snapshot is not None
    assert code.snapshot.digest == digest_bytes((folder / spool_files.SOURCE).read_bytes())
    assert [f.path for f in code.snapshot.files] == ["program.py"]
    assert code.argv == ("--token", "[redacted]")
    environment = from_json(Environment, read(folder, spool_files.ENVIRONMENT))
    assert "pytest" in {p.name for p in environment.packages}


def test_limits_are_kept_and_said(project: Path) -> None:
    """A source file beyond the limit is left out, which makes the facet partial."""
    session = session_of(project, "X = '" + "x" * 3000 + "'")
    prepare(session, Settings(snapshot_file_mib=0.001))
    code = from_json(Code, read(Path(session.spool), spool_files.CODE))
    assert code.status is Status.PARTIAL
    assert code.snapshot is not None
    assert [e.path for e in code.snapshot.excluded] == ["program.py"]


def test_a_vanished_spool_is_an_os_error(project: Path) -> None:
    """A session folder that was removed raises an error that the fence handles."""
    session = session_of(project, "print(1)", spool=str(project / "gone"))
    with pytest.raises(OSError, match="No such file"):
        prepare(session, Settings())
