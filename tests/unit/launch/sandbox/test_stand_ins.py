"""What is in the place of covered folders, and what a program left there."""

from __future__ import annotations

from pathlib import Path

from bis.launch.sandbox.stand_ins import StandIns


def test_what_a_program_left_is_named_as_it_named_it(tmp_path: Path) -> None:
    """Files and empty folders, but not the places where something else is seen, and what is below them."""
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "one.csv").touch()
    made = StandIns(tmp_path / "outside", [str(tmp_path), "/somewhere/tmp"])
    pairs = dict(made.make([str(data), str(tmp_path / "one.csv"), "/not/covered"], [str(tmp_path / ".config")]))
    assert pairs == {str(tmp_path): f"{tmp_path}/outside/0", "/somewhere/tmp": f"{tmp_path}/outside/1"}
    assert made.left() == ()
    home, temporary = Path(pairs[str(tmp_path)]), Path(pairs["/somewhere/tmp"])
    assert (home / "data").is_dir()
    assert (home / "one.csv").is_file()
    assert (home / ".config").is_dir()
    (home / ".config" / "written").touch()
    (home / "data" / "seen-elsewhere").touch()
    (home / "empty").mkdir()
    (temporary / "a").mkdir()
    (temporary / "a" / "link").symlink_to("/etc")
    assert set(made.left()) == {
        f"{tmp_path}/.config/written", f"{tmp_path}/empty", "/somewhere/tmp/a/link",
    }  # fmt: skip


def test_clearing_leaves_the_places(tmp_path: Path) -> None:
    """They are what another namespace has mounted things on; no link is followed."""
    (tmp_path / "data").mkdir()
    outside = tmp_path / "kept"
    outside.mkdir()
    (outside / "file").touch()
    made = StandIns(tmp_path / "outside", [str(tmp_path)])
    ((_, folder),) = made.make([str(tmp_path / "data")])
    (Path(folder) / "written").touch()
    (Path(folder) / "link").symlink_to(outside)
    made.clear()
    assert [p.name for p in Path(folder).iterdir()] == ["data"]
    assert (outside / "file").exists()
