"""Starting programs under observation."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bis.config import Settings
from bis.errors import StorageError, UsageError
from bis.evidence.spool import read_session
from bis.launch.launcher import (
    Entry,
    child_environment,
    entry_from,
    new_session,
    project_root_of,
)
from bis.launch.runners import command_of
from bis.model.facets import EntryKind
from bis.model.record import Mode
from tests.unit.sessions import session_of


def test_targets_are_told_apart(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts, notebooks and modules."""
    monkeypatch.chdir(project)
    (project / "a.py").touch()
    (project / "b.ipynb").touch()
    assert entry_from("a.py", ("--x",), module=False) == Entry(EntryKind.SCRIPT, "a.py", ("--x",))
    assert entry_from("b.ipynb", (), module=False).kind is EntryKind.NOTEBOOK
    assert entry_from("pkg.train", (), module=True) == Entry(EntryKind.MODULE, "pkg.train")


@pytest.mark.parametrize(("target", "words"), [("absent.py", "does not exist"), (".", "is a folder")])
def test_what_cannot_be_run_is_a_usage_error(
    target: str, words: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what was found in its place."""
    monkeypatch.chdir(project)
    with pytest.raises(UsageError, match=words):
        entry_from(target, (), module=False)


def test_the_project_is_found_from_the_program(project: Path) -> None:
    """A script's project is that of its folder, a module's that of the working directory."""
    (project / "pyproject.toml").touch()
    (project / "src").mkdir()
    assert project_root_of(Entry(EntryKind.SCRIPT, str(project / "src" / "a.py")), Path("/")) == project
    assert project_root_of(Entry(EntryKind.MODULE, "a"), project / "src") == project


def test_sessions_are_private_and_distinct(project: Path) -> None:
    """Each has its own root and hash seed, in a folder that only its user may read."""
    first, second = session_of(project), session_of(project)
    assert first.root != second.root
    assert first.session != second.session
    assert Path(first.spool).stat().st_mode & 0o777 == 0o700
    assert read_session(Path(first.spool)) == first


@pytest.mark.parametrize(("given", "kept"), [("7", True), ("0", True), ("random", False)])
def test_a_hash_seed_that_the_user_chose_stays(
    project: Path, monkeypatch: pytest.MonkeyPatch, given: str, kept: bool
) -> None:
    """PYTHONHASHSEED is the user's where it names a number."""
    monkeypatch.setenv("PYTHONHASHSEED", given)
    seed = session_of(project).hash_seed
    assert seed is not None
    assert (seed == given) is kept
    assert 0 <= int(seed) < 2**32


def test_the_store_that_was_named_is_in_the_session(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--tracking-uri counts for whoever stores the session, and before the variable."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///variable.db")
    entry = Entry(EntryKind.SCRIPT, "a.py")
    common = {"mode": Mode.RUN, "cwd": project, "project_root": project, "settings": Settings()}
    named = new_session(entry, **common, tracking_uri="http://named.example")  # type: ignore[arg-type]
    unnamed = new_session(entry, **common)  # type: ignore[arg-type]
    assert read_session(Path(named.spool)).tracking_uri == "http://named.example"
    assert read_session(Path(unnamed.spool)).tracking_uri == "sqlite:///variable.db"


def test_odd_arguments_can_be_recorded(project: Path) -> None:
    """Arguments that are not text in any encoding are kept."""
    odd = os.fsdecode(b"\xff\xfe")
    session = session_of(project, argv=(odd,))
    assert read_session(Path(session.spool)).argv == (odd,)


def test_a_home_that_is_a_file_is_explained(project: Path, home: Path) -> None:
    """Where nothing can be written the error says what to set, and nothing is left."""
    home.write_text("")
    with pytest.raises(StorageError, match="cannot be written") as caught:
        session_of(project)
    assert "BIS_HOME" in (caught.value.hint or "")


def test_the_environment_of_the_program_is_its_own_but_for_the_recorder(project: Path) -> None:
    """PYTHONPATH keeps what the user put there, behind the injected folder."""
    session = replace(session_of(project), variables={"EXTRA": "1"})
    env = child_environment(session, {"PYTHONPATH": "/theirs", "A": "b", "BIS_CHILD_KEY": "stale"})
    assert env["PYTHONPATH"].split(os.pathsep)[1:] == ["/theirs"]
    assert (env["A"], env["EXTRA"], env["BIS_SPOOL"]) == ("b", "1", session.spool)
    assert env["PYTHONHASHSEED"] == session.hash_seed
    assert "BIS_CHILD_KEY" not in env
    assert child_environment(session, {})["PYTHONPATH"].count(os.pathsep) == 0


def test_the_root_is_not_in_the_environment(project: Path) -> None:
    """Programs log their environment: it names the session's folder, which only its user may read."""
    session = session_of(project)
    env = child_environment(session, {})
    assert [name for name, value in env.items() if session.root in value] == []
    assert {name for name in env if name.startswith("BIS_")} == {"BIS_SPOOL"}


def test_commands_are_those_of_a_user(project: Path) -> None:
    """``python train.py …`` and ``python -m train …``."""
    script = session_of(project, argv=("--lr", "1"))
    assert command_of(script, "py") == ("py", "program.py", "--lr", "1")
    module = replace(script, kind=EntryKind.MODULE, target="m", interpreter_options=("-O",))
    assert command_of(module, "py") == ("py", "-O", "-m", "m", "--lr", "1")
