"""A home folder of a program's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._replay.own_home import left_in_home, with_own_home

if TYPE_CHECKING:
    from pathlib import Path


def test_all_that_names_the_home_folder_names_another(tmp_path: Path) -> None:
    """Also what names a place within it; the other variables stay."""
    given = {"HOME": "/home/me", "XDG_CONFIG_HOME": "/home/me/.cfg", "TORCH_HOME": "/home/me/t", "PATH": "/bin"}
    own = tmp_path / "home"
    found = with_own_home(given, own)
    assert own.is_dir()
    assert (found["HOME"], found["XDG_CONFIG_HOME"], found["PATH"]) == (str(own), str(own / ".config"), "/bin")
    assert not [value for value in found.values() if "/home/me" in value]


def test_what_is_left_there_is_named_but_for_caches(tmp_path: Path) -> None:
    """The first ones by the alphabet; what is not there has nothing."""
    for name in (".fastai/config.ini", ".config/zenml/a.yaml", ".config/matplotlib/fonts.json", ".cache/huge.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    assert left_in_home(tmp_path) == (".config/zenml/a.yaml", ".fastai/config.ini")
    assert left_in_home(tmp_path, most=1) == (".config/zenml/a.yaml",)
    assert left_in_home(tmp_path / "gone") == ()
