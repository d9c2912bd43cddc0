"""A source snapshot, and a plan with a data file, for tests of working copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._replay.planning import FoundFile, ReplayOptions, make_plan
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.digests import digest_file
from bis.model.facets import Data, Status
from tests.unit._replay.records import here, record

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.plan import Plan


def snapshot(tmp_path: Path) -> Path:
    """A snapshot of a script and a program beside it."""
    path = tmp_path / "source.tar.gz"
    entries = (ArchiveEntry("train.py", b"print(1)\n"), ArchiveEntry("tools/go.sh", b"#!/bin/sh\n", executable=True))
    path.write_bytes(pack(entries).content)
    return path


def plan_for(original: Path, target: str = "data/x.csv") -> Plan:
    """A plan whose data file is `original`."""
    file = digest_file(original, name=target)
    recorded = record(data=Data(Status.RECORDED, files=(file,)))
    return make_plan(recorded, ReplayOptions(), here(files={target: FoundFile(str(original))}), run_id="r")
