"""By which files it is known that a program has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._study.program_inputs import are_current, files_digest, program_inputs, tree_digest
from bis.model.study_result import RecordedRun

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, **files: str) -> None:
    """Files by name; two underscores are a slash."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / (path.name + ".py")).write_text(text, encoding="utf-8")


def test_code_beside_the_program_and_what_it_read(tmp_path: Path) -> None:
    """Its own folder and the packages there count, and its data; other folders do not."""
    written(tmp_path, net="1", other="2", own____init="", own__part="3", elsewhere__x="4")
    (tmp_path / "own" / "__init__.py").write_text("", encoding="utf-8")
    data = tmp_path / "data.csv"
    data.write_text("a\n", encoding="utf-8")
    found = program_inputs(tmp_path, "net.py", RecordedRun("r", inputs={str(data): ""}))
    assert {"net.py", "other.py", "own/part.py", "data.csv"} <= set(found)
    assert "elsewhere/x.py" not in found
    assert are_current(tmp_path, found)
    data.write_text("b\n", encoding="utf-8")
    assert not are_current(tmp_path, found)
    data.unlink()
    assert not are_current(tmp_path, found)


def test_contents_of_files_and_folders(tmp_path: Path) -> None:
    """A digest changes with what is in them; what is left out does not count."""
    written(tmp_path, a__x="1", out__y="2")
    first = tree_digest(tmp_path, without=tmp_path / "out")
    written(tmp_path, out__z="3")
    assert tree_digest(tmp_path, without=tmp_path / "out") == first
    written(tmp_path, a__x="22")
    assert tree_digest(tmp_path, without=tmp_path / "out") != first
    one = files_digest(tmp_path, ["a/x.py"])
    assert one == files_digest(tmp_path, ["a/x.py"]) != files_digest(tmp_path, ["out/y.py"])
    assert tree_digest(tmp_path / "a" / "x.py", without=tmp_path)
