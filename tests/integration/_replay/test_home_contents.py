"""What is kept in a home of bis, and what can be removed of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._replay.environment import DESCRIPTION
from bis._replay.home_contents import CacheChoice, choose, home_contents, remove
from bis._replay.use_locks import lock_name, using
from bis.errors import NotFound, UsageError
from bis.evidence import spool as spool_files
from bis.evidence.digests import DigestCache
from bis.evidence.spool import write_document
from bis.launch.liveness import hold, lock, release, unlock
from bis.model.kept_thing import KeptKind, KeptState, KeptThing
from bis.model.record import Mode
from bis.record.session_folders import LOCK
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path

DAY_S = 86400


def environment(home: Path, name: str, *, used_days_ago: float = 0) -> Path:
    """Something like a rebuilt environment."""
    folder = home / "environments" / name
    folder.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr")
    (folder / DESCRIPTION).write_text("{}")
    (folder / "package.py").write_bytes(b"x" * 1000)
    os.utime(folder / DESCRIPTION, (time.time() - used_days_ago * DAY_S,) * 2)
    return folder


def session(home: Path, name: str, *, stored: bool, mode: Mode = Mode.RUN) -> Path:
    """A session that has ended."""
    folder = home / "sessions" / name
    folder.mkdir(parents=True)
    described = replace(described_session(folder), mode=mode, spool=str(folder))
    write_document(folder / spool_files.SESSION, described)
    write_document(folder / spool_files.EXIT, {"exit_code": 0})
    if stored:
        write_document(folder / spool_files.STORED, {"run_ids": ["a"]})
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one of everything, and beside it what must never be touched."""
    home = tmp_path / "home"
    environment(home, "py3-new")
    environment(home, "py3-old", used_days_ago=40)
    (home / "environments" / ".py3-new.lock").touch()
    session(home, "stored", stored=True)
    session(home, "waits", stored=False)
    (home / "sources").mkdir()
    for name in ("ab.tar.gz", "ab.stdin", "ab.probe", "ab.trial", "ab.data", ".on-its-way"):
        (home / "sources" / name).write_bytes(b"source")
    (home / "explanations" / "0123-ab").mkdir(parents=True)
    (home / "explanations" / "0123-ab" / "trials.jsonl").write_text("{}")
    (home / "bisections").mkdir()
    (home / "bisections" / "cd.jsonl").write_text("{}")
    (home / "replays" / "4567-ab" / "workspace").mkdir(parents=True)
    (home / "replays" / "4567-ab" / "workspace").chmod(0o500)
    (home / "audit").mkdir()
    (home / "audit" / "a").write_text("audit")
    data = tmp_path / "data.csv"
    data.write_text("1,2")
    os.utime(data, (time.time() - DAY_S,) * 2)
    with DigestCache(home / "digests.sqlite") as cache:
        cache._pending[str(data)] = (str(data), 3, 0, 0, 0, "ab")
    return home


def named(things: tuple[KeptThing, ...]) -> dict[str, KeptThing]:
    """Things by name."""
    return {thing.name: thing for thing in things}


def left(home: Path) -> set[str]:
    """Names of what is kept."""
    return set(named(home_contents(home)))


GIVEN = {"ab.tar.gz", "ab.stdin", "ab.probe", "ab.trial", "ab.data"}
MADE = {"4567-ab", "0123-ab", "cd.jsonl", "audit"}
EVERYTHING = {"py3-new", "py3-old", "stored", "waits", "digests.sqlite"} | GIVEN | MADE


def test_everything_is_listed(home: Path) -> None:
    """With its size, its state and the time of its last use; the longest unused of a kind is the first."""
    things = home_contents(home)
    found = named(things)
    assert set(found) == EVERYTHING
    assert [t.name for t in things if t.kind is KeptKind.ENVIRONMENT] == ["py3-old", "py3-new"]
    assert found["py3-old"].size_bytes == 1000 + len("home = /usr") + 2
    assert found["py3-old"].used_unix_s == pytest.approx(time.time() - 40 * DAY_S, abs=60)
    assert found["py3-old"].made_unix_s == pytest.approx(time.time(), abs=60)
    assert (found["waits"].state, found["waits"].about) == (KeptState.WAITING, "train.py")
    assert {t.name for t in things if t.state is not KeptState.FREE} == {"waits"}
    assert {t.name for t in things if t.kind is KeptKind.SOURCE} == GIVEN
    assert (found["0123-ab"].kind, found["cd.jsonl"].kind) == (KeptKind.EXPLANATION, KeptKind.BISECTION)


def test_a_home_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """And is not made by asking."""
    assert home_contents(tmp_path / "none") == ()
    assert list(tmp_path.iterdir()) == []


def test_all_is_removed_but_what_waits(home: Path) -> None:
    """Also a workspace that may not be written; what waits to be stored needs to be asked for."""
    done = list(remove(home, home_contents(home), unstored=False, dry_run=False))
    assert [(one.thing.name, one.problem) for one in done if not one.removed] == [("waits", "waiting")]
    assert left(home) == {"waits", "digests.sqlite"}  # the file of digests stays, and is empty
    with closing(sqlite3.connect(home / "digests.sqlite")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM digests").fetchone() == (0,)
    assert all(one.removed for one in remove(home, home_contents(home), unstored=True, dry_run=False))
    assert left(home) == {"digests.sqlite"}
    assert [p.name for p in home.iterdir() if p.name.startswith(".")] == []


def test_a_dry_run_removes_nothing(home: Path) -> None:
    """It says the same as the real one."""
    dry = list(remove(home, home_contents(home), unstored=False, dry_run=True))
    assert left(home) == EVERYTHING
    real = list(remove(home, home_contents(home), unstored=False, dry_run=False))
    assert [(a.thing.name, a.removed, a.problem) for a in dry] == [(b.thing.name, b.removed, b.problem) for b in real]


def test_what_is_used_is_left(home: Path) -> None:
    """By a replay, by a build, by a program that is being recorded, by storing; also where that began after listing."""
    listed = home_contents(home)
    busy = session(home, "recorded", stored=False)
    (busy / spool_files.EXIT).unlink()
    stored = lock(home / "sessions" / "waits" / LOCK)
    built = lock(home / "environments" / ".py3-new.lock")
    assert stored is not None
    assert built is not None
    hold(busy)
    mark = lock_name(KeptKind.ENVIRONMENT, "py3-old")
    try:
        source, journal = lock_name(KeptKind.SOURCE, "ab.tar.gz"), lock_name(KeptKind.BISECTION, "cd.jsonl")
        with using(home, mark), using(home, source), using(home, journal):
            states = {t.name for t in home_contents(home) if t.state is KeptState.IN_USE}
            assert states == {"py3-old", "py3-new", "ab.tar.gz", "recorded", "waits", "cd.jsonl"}
            chosen = choose(listed, CacheChoice(("py3-old", "py3-new", "ab.tar.gz", "waits", "cd.jsonl")))
            done = list(remove(home, chosen, unstored=True, dry_run=False))
            assert [one.problem for one in done] == ["in-use"] * 5
    finally:
        release(busy)
        unlock(stored)
        unlock(built)
    assert {"py3-old", "py3-new", "ab.tar.gz", "waits", "recorded"} <= left(home)


def test_links_are_not_followed(home: Path, tmp_path: Path) -> None:
    """What a link leads to is neither counted nor removed, be the link a thing, in a thing, or a whole folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "big").write_bytes(b"x" * 100_000)
    (home / "environments" / "linked").symlink_to(elsewhere)
    (home / "environments" / "py3-new" / "lib").symlink_to(elsewhere)
    (home / "replays" / "4567-ab" / "data").symlink_to(elsewhere / "big")
    (home / "audit" / "b").symlink_to(elsewhere / "big")
    (home / ".removed-0").symlink_to(elsewhere)
    found = named(home_contents(home))
    assert "linked" not in found
    assert sum(thing.size_bytes for thing in found.values()) < 100_000
    list(remove(home, tuple(found.values()), unstored=True, dry_run=False))
    assert (elsewhere / "big").stat().st_size == 100_000
    shutil.rmtree(home / "sources")
    (home / "sources").symlink_to(elsewhere)
    (elsewhere / "cd.tar.gz").write_bytes(b"x")
    assert "cd.tar.gz" not in left(home)


def test_what_other_folders_share_is_not_freed(home: Path, tmp_path: Path) -> None:
    """A file with a second name elsewhere, as in the cache of uv; one with two names in the tree is counted once."""
    folder = home / "environments" / "py3-new"
    (tmp_path / "uv").hardlink_to(folder / "package.py")
    (folder / "one").write_bytes(b"y" * 500)
    (folder / "two").hardlink_to(folder / "one")
    thing = named(home_contents(home))["py3-new"]
    assert (thing.size_bytes, thing.shared_bytes) == (1000 + 500 + len("home = /usr") + 2, 1000)


def test_things_are_chosen(home: Path) -> None:
    """By name or prefix, kind and age; a wrong or unclear name is an error."""
    things = home_contents(home)
    assert [t.name for t in choose(things, CacheChoice(("py3-o", "waits", "py3-old")))] == ["py3-old", "waits"]
    assert [t.name for t in choose(things, CacheChoice(kinds=("session",)))] == ["stored", "waits"]
    assert [t.name for t in choose(things, CacheChoice(older_than_days=30))] == ["py3-old"]
    with pytest.raises(NotFound, match="no-such"):
        choose(things, CacheChoice(("no-such",)))
    with pytest.raises(UsageError, match="py3-new"):
        choose(things, CacheChoice(("py3",)))
    with pytest.raises(UsageError, match="expected kinds among environment"):
        choose(things, CacheChoice(kinds=("session", "cache")))


def test_a_session_that_cannot_be_read_counts_as_waiting(home: Path) -> None:
    """It may hold what is nowhere else."""
    (home / "sessions" / "stored" / spool_files.STORED).unlink()
    (home / "sessions" / "stored" / spool_files.SESSION).write_text("{")
    assert named(home_contents(home))["stored"].state is KeptState.WAITING


def test_a_file_of_digests_that_is_damaged_is_removed(home: Path) -> None:
    """Nothing can be done with it."""
    (home / "digests.sqlite").write_bytes(b"no database" * 100)
    digests = choose(home_contents(home), CacheChoice(("digests.sqlite",)))
    assert [one.removed for one in remove(home, digests, unstored=False, dry_run=False)] == [True]
    assert "digests.sqlite" not in left(home)
