"""Looking at this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._replay.host_state import look_here
from bis._replay.planning import FoundFile, ReplayOptions
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.digests import digest_file
from bis.model.facets import Data, FileDigest, Status

from .records import record

if TYPE_CHECKING:
    from pathlib import Path


def test_data_below_a_folder(tmp_path: Path) -> None:
    """Data are found by name below a given folder, then by content under any name; what is nowhere is not found."""
    (tmp_path / "moved").mkdir()
    renamed = tmp_path / "moved" / "other.csv"
    renamed.write_text("1,2\n")
    same = tmp_path / "y.csv"
    same.write_text("3,4\n")
    files = (digest_file(renamed, name="data/x.csv"), digest_file(same, name="data/y.csv"), FileDigest("z", 1, "0"))
    recorded = record(code={"project_root": str(tmp_path / "gone")}, data=Data(Status.RECORDED, files=files))
    found = look_here(recorded, ReplayOptions(data_dirs=(str(tmp_path),))).files
    assert found == {"data/x.csv": FoundFile(str(renamed)), "data/y.csv": FoundFile(str(same))}


def test_data_where_they_were(tmp_path: Path) -> None:
    """Without a folder, data are looked for where they were; a file of other content is told as changed."""
    (tmp_path / "a.csv").write_text("1\n")
    (tmp_path / "b.csv").write_text("2\n")
    files = (digest_file(tmp_path / "a.csv", name="a.csv"), digest_file(tmp_path / "b.csv", name="b.csv"))
    (tmp_path / "b.csv").write_text("3\n")
    recorded = record(code={"project_root": str(tmp_path)}, data=Data(Status.RECORDED, files=files))
    found = look_here(recorded, ReplayOptions()).files
    assert [f.state for f in found.values()] == ["ok", "changed"]


def test_waiting_calls_of_a_script(tmp_path: Path) -> None:
    """A script that starts a server is known to wait before it is run."""
    archive = tmp_path / "source.tar.gz"
    source = b"import subprocess\nsubprocess.run(['mlflow', 'ui'])\n"
    archive.write_bytes(pack((ArchiveEntry("train.py", source),)).content)
    waiting = look_here(record(), ReplayOptions(), archive=archive).waiting
    assert [line for line, _ in waiting] == [2]
