"""Artifacts in a folder of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.evidence.artifact_folders import files_in, kept_here, needs_server, put_file

if TYPE_CHECKING:
    from pathlib import Path


def test_files_are_listed_with_their_sizes_but_those_of_one_folder(tmp_path: Path) -> None:
    """In the order of their paths, which have slashes; of what is not there, nothing."""
    for name in ("b.txt", "a/c.txt", "bis/record.json", "a/bis/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(name)
    assert files_in(tmp_path, without="bis") == (("a/bis/x", 7), ("a/c.txt", 7), ("b.txt", 5))
    assert files_in(tmp_path / "gone", without="bis") == ()


def test_a_file_is_put_in_place_of_a_copy_too(tmp_path: Path) -> None:
    """A link where there is nothing yet; where there is a file, its content becomes that of the other."""
    (tmp_path / "a").write_text("new")
    (tmp_path / "c").write_text("old")
    for name in ("b", "c"):
        put_file(tmp_path / "a", tmp_path / name)
        assert (tmp_path / name).read_text() == "new"


@pytest.mark.parametrize(
    ("artifacts", "tracking", "needed"),
    [
        ("mlflow-artifacts:/0/ab/artifacts", "sqlite:///mlflow.db", True),
        ("mlflow-artifacts:/0/ab/artifacts", "/project/mlruns", True),
        ("mlflow-artifacts:/0/ab/artifacts", "postgresql://host/db", True),
        ("mlflow-artifacts:/0/ab/artifacts", "https://host", False),
        ("mlflow-artifacts://host:5000/0/ab/artifacts", "http://host:5000", False),
        ("/project/mlruns/0/ab/artifacts", "sqlite:///mlflow.db", False),
        ("s3://bucket/0/ab/artifacts", "sqlite:///mlflow.db", False),
    ],
)
def test_artifacts_of_a_server_are_kept_here_where_there_is_none(
    artifacts: str, tracking: str, needed: bool, tmp_path: Path
) -> None:
    """MLflow refuses them in a store that is used without its server; a bucket it can reach from everywhere."""
    assert needs_server(artifacts, tracking) is needed
    assert kept_here(artifacts, "ab", tracking, tmp_path) == (tmp_path / "artifacts" / "ab" if needed else None)
