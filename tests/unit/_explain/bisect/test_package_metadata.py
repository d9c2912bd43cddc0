"""What installed packages say that they require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._explain.bisect.package_metadata import package_folders, requirements_in

if TYPE_CHECKING:
    from pathlib import Path


def test_requirements_of_installed_packages(tmp_path: Path) -> None:
    """Of those that are asked for, the first of each name on the path."""
    for place, needs in (("first", "Requires-Dist: b>=2\n"), ("second", "")):
        info = tmp_path / place / "A_One-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: A_One\nVersion: 1.0\n{needs}")
    folders = [str(tmp_path / "first"), str(tmp_path / "second"), str(tmp_path / "none")]
    assert requirements_in(folders, {"a-one"}) == {"a-one": ("b>=2",)}
    assert requirements_in(folders, {"other"}) == {}


def test_folders_of_a_virtual_environment(tmp_path: Path) -> None:
    """By its interpreter."""
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    assert package_folders(tmp_path / "bin" / "python") == (str(packages),)
