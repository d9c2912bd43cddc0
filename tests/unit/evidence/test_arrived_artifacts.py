"""Artifacts that a server said it has: they are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bis.evidence.arrived_artifacts import check_arrived, goes_through_server

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Info:
    """What MLflow lists."""

    path: str
    file_size: int | None
    is_dir: bool = False


class Server:
    """Lists these artifacts, folder by folder."""

    def __init__(self, **files: int | None) -> None:
        self.files = {name.replace("__", "/"): size for name, size in files.items()}

    def list_artifacts(self, run_id: str, folder: str | None) -> list[Info]:
        """The artifacts of a folder."""
        assert run_id == "r"
        inside = [p for p in self.files if p.rpartition("/")[0] == (folder or "")]
        return [Info(path, self.files[path]) for path in inside]


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """A record, its source, and a text beside them."""
    (tmp_path / "bis").mkdir()
    (tmp_path / "bis" / "record").write_bytes(b"12345")
    (tmp_path / "bis" / "source").write_bytes(b"")
    (tmp_path / "out").write_bytes(b"12")
    return tmp_path


def test_what_is_there_is_well(sent: Path) -> None:
    """Also beside other artifacts, and where a store does not say how large they are."""
    check_arrived(Server(bis__record=5, bis__source=0, out=2, other=7), "r", sent)
    check_arrived(Server(bis__record=None, bis__source=None, out=None), "r", sent)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (Server(bis__source=0, out=2), "bis/record was sent"),
        (Server(bis__record=5, out=2), "bis/source was sent"),
        (Server(bis__record=5, bis__source=0), "out was sent"),
        (Server(bis__record=2, bis__source=0, out=2), "bis/record .* has 2 bytes there instead of 5"),
        (Server(), "was sent and accepted, and is not there"),
    ],
)
def test_what_is_missing_or_cut_is_named(sent: Path, server: Server, said: str) -> None:
    """Whatever it is."""
    with pytest.raises(OSError, match=said):
        check_arrived(server, "r", sent)


def test_only_a_server_answers_for_others() -> None:
    """Other stores raise errors of their own, and need not let those list who may write."""
    assert goes_through_server("mlflow-artifacts:/0/r/artifacts")
    assert not goes_through_server("s3://bucket/0/r/artifacts")
    assert not goes_through_server("/mlruns/0/r/artifacts")
