"""MLflow's file stores are told from other folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.record.probes.file_stores import FileStores
from bis.record.probes.snapshot import select_files

if TYPE_CHECKING:
    from pathlib import Path


def touched(root: Path, *names: str) -> Path:
    """A folder with these files; a name that ends in a slash is a folder."""
    for name in names:
        path = root / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.touch()
    return root


@pytest.mark.parametrize("experiment", ["a/runs/0/meta.yaml", "a/runs/.trash/0/meta.yaml"])
def test_all_that_lies_in_a_store_is_held(tmp_path: Path, experiment: str) -> None:
    """Whatever it is called, and where its default experiment was deleted."""
    stores = FileStores(str(touched(tmp_path, "a/runs/.trash/", experiment)))
    assert stores.hold("a/runs/7/r/metrics/loss")
    assert stores.hold("a/runs/x")
    assert not stores.hold("a/train.py")
    assert not stores.hold("train.py")


def test_a_bin_or_a_description_alone_make_no_store(tmp_path: Path) -> None:
    """Other programs have such folders."""
    stores = FileStores(str(touched(tmp_path, "a/.trash/", "b/0/meta.yaml")))
    assert not stores.hold("a/x")
    assert not stores.hold("b/0/x")


def test_a_snapshot_has_no_runs(tmp_path: Path) -> None:
    """What was logged is no source: the project without git is walked past its store."""
    touched(tmp_path, "train.py", "data/x.csv", "runs_a/.trash/", "runs_a/0/meta.yaml", "runs_a/0/r/metrics/loss")
    assert sorted(e.name for e in select_files(tmp_path, None).entries) == ["data/x.csv", "train.py"]
