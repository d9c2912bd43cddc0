"""`bis cache` in a home of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import bis
from bis.cli.main import main
from bis.errors import UsageError
from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a source, and a session that waits to be stored."""
    home = tmp_path / "home"
    monkeypatch.setenv("BIS_HOME", str(home))
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "ab.tar.gz").write_bytes(b"x" * 2048)
    session = home / "sessions" / "waits"
    session.mkdir(parents=True)
    write_document(session / spool_files.SESSION, described_session(session))
    write_document(session / spool_files.EXIT, {"exit_code": 0})
    return home


def test_without_a_command_it_lists(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `list` does; --json gives the same as values."""
    assert main(["cache"]) == 0
    shown = capsys.readouterr().out
    assert main(["cache", "list"]) == 0
    assert capsys.readouterr().out == shown
    assert "source   2.0 KiB" in shown
    assert " ab.tar.gz\n" in shown
    assert "not stored yet, train.py" in shown
    assert main(["cache", "list", "--kind", "source", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["format"], [t["name"] for t in document["things"]]) == ("bis.cache", ["ab.tar.gz"])


def test_what_waits_is_not_removed_by_the_way(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--all leaves it, and says so; by its name it is an error; --unstored removes it."""
    assert main(["cache", "remove", "--all"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "removed source ab.tar.gz (2.0 KiB)\n2.0 KiB freed\n"
    assert "bis: session waits" in shown.err
    assert "`bis store` stores it" in shown.err
    assert main(["cache", "remove", "waits", "--json"]) == 3
    (left,) = json.loads(capsys.readouterr().out)["things"]
    assert (left["removed"], left["problem"], left["thing"]["state"]) == (False, "waiting", "waiting")
    assert (home / "sessions" / "waits").is_dir()
    assert main(["cache", "remove", "waits", "--unstored", "--dry-run"]) == 0
    assert (home / "sessions" / "waits").is_dir()
    assert main(["cache", "remove", "waits", "--unstored"]) == 0
    assert list((home / "sessions").iterdir()) == []


def test_it_must_be_said_what_to_remove(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is removed without a name, a kind, an age or --all; a wrong name is an error."""
    assert main(["cache", "remove"]) == 2
    assert main(["cache", "remove", "--dry-run"]) == 2
    assert main(["cache", "remove", "no-such"]) == 3
    assert "`bis cache` lists all of it" in capsys.readouterr().err
    assert len(bis.list_cache()) == 2


def test_from_python(home: Path) -> None:
    """The same words."""
    assert [thing.name for thing in bis.list_cache(kinds=["session"])] == ["waits"]
    with pytest.raises(UsageError, match="what to remove"):
        bis.remove_cache(kinds=[])
    (removed,) = bis.remove_cache(kinds=["source"])
    assert removed.removed
    assert [thing.name for thing in bis.list_cache()] == ["waits"]
