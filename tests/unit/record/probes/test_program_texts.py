"""The texts of a program's sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.facets import FileDigest, Snapshot
from bis.record.probes.program_texts import texts_of_sources

if TYPE_CHECKING:
    from pathlib import Path


def test_used_code_and_all_settings(tmp_path: Path) -> None:
    """Code that was not used, large files, other kinds and files that are gone are left out."""
    names = ("train.py", "other.py", "conf.yaml", "data.csv")
    for name in names:
        (tmp_path / name).write_text(name)
    sizes = {**dict.fromkeys((*names, "gone.toml"), 9), "big.yml": 1 << 30}
    files = tuple(FileDigest(name, size, "d") for name, size in sizes.items())
    used = Snapshot("a", "d", 1, files=(files[0],))
    assert list(texts_of_sources(tmp_path, used, Snapshot("a", "d", 1, files=files))) == ["train.py", "conf.yaml"]
    assert list(texts_of_sources(tmp_path, None, None)) == []
