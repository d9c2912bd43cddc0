"""A project's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._try.project_reading import read_project

if TYPE_CHECKING:
    from pathlib import Path


def test_code_manifests_and_documents_are_read_and_all_are_listed(tmp_path: Path) -> None:
    """Data by its name alone; nothing of git, and nothing behind links."""
    for name, text in {
        "fit.py": "1\r\n", "README.md": "r", "requirements.txt": "numpy", "data/a.csv": "x", ".git/HEAD": "h",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "link.py").symlink_to("/etc/hostname")
    found = read_project(tmp_path)
    assert set(found.names) >= {"fit.py", "README.md", "requirements.txt", "data/a.csv"}
    assert not [name for name in found.names if name.startswith(".git")]
    assert found.text("fit.py") == "1\n"
    assert found.text("data/a.csv") == found.text("link.py") == ""
    assert found.has("data/a.csv")
