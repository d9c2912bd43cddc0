"""What is remembered of sessions: found again, of bounded size, whatever else writes or damages the file."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis.evidence.known_stores import FILE, OLDER, KnownSession, known_sessions, place_of, remember

if TYPE_CHECKING:
    from pathlib import Path

ONE = KnownSession("s1", 1.0, "/p", "/p", "sqlite:////p/a.db", ("a" * 32,), variable="http://host")


def test_the_latest_session_comes_first(tmp_path: Path) -> None:
    """With a line for each store; of several lines for one session and store the last one counts."""
    other = replace(ONE, uri="/p/runs")
    later = replace(ONE, session="s2", at_unix_s=2.0, variable=None)
    grown = replace(ONE, run_ids=("a" * 32, "b" * 32))
    for known in (ONE, later, other, grown):
        remember(tmp_path / "home", known)
    assert known_sessions(tmp_path / "home")[0] == later
    assert set(known_sessions(tmp_path / "home")) == {later, other, grown}


def test_the_same_line_is_not_written_twice(tmp_path: Path) -> None:
    """An interactive session is stored at each end of a run."""
    remember(tmp_path, ONE)
    before = (tmp_path / FILE).read_bytes()
    remember(tmp_path, ONE)
    assert (tmp_path / FILE).read_bytes() == before
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_nothing_is_known_where_there_is_no_file(tmp_path: Path) -> None:
    """And none is made by looking."""
    assert known_sessions(tmp_path / "home") == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\n",
        b"{\n",
        b"[]\n",
        b'{"version": 1}\n',
        b'{"version": 2, "session": "x"}\n',
        b'{"version": 1, "session": 1, "at_unix_s": 1, "cwd": "", "project_root": "", "uri": "", "run_ids": []}\n',
        b'{"version": 1, "session": "", "at_unix_s": "x", "cwd": "", "project_root": "", "uri": "", "run_ids": []}\n',
        b'{"version": 1, "session": "", "at_unix_s": 1, "cwd": "", "project_root": "", "uri": "", "run_ids": [1]}\n',
        b'{"version": 1, "session": "cut off',
    ],
)
def test_damaged_lines_are_passed_over(tmp_path: Path, damage: bytes) -> None:
    """Also one that was cut off by the death of its writer: the next one begins on a line of its own."""
    (tmp_path / FILE).write_bytes(damage)
    remember(tmp_path, ONE)
    assert known_sessions(tmp_path) == (ONE,)


def test_keys_of_later_versions_are_passed_over(tmp_path: Path) -> None:
    """A newer bis may write more."""
    remember(tmp_path, ONE)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(b'{"version"', b'{"more": [1], "version"'))
    assert known_sessions(tmp_path) == (ONE,)


def test_the_size_is_bounded_and_the_latest_stays(tmp_path: Path) -> None:
    """Of a session with very many runs the last ones are listed."""
    ids = tuple(f"{n:032x}" for n in range(3000))
    for n in range(60):
        remember(tmp_path, replace(ONE, session=f"s{n}", at_unix_s=float(n), run_ids=ids))
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) < 700_000
    assert {p.name for p in tmp_path.iterdir()} == {FILE, OLDER}
    latest = known_sessions(tmp_path)[0]
    assert (latest.session, len(latest.run_ids), latest.run_ids[-1]) == ("s59", 1000, ids[-1])


def test_concurrent_writers_lose_nothing(tmp_path: Path) -> None:
    """While the file becomes the older one under their hands, too."""
    ids = tuple(f"{n:032x}" for n in range(40))

    def write(writer: int) -> None:
        for n in range(20):
            remember(tmp_path, replace(ONE, session=f"{writer}-{n}", run_ids=ids))

    writers = [threading.Thread(target=write, args=(w,)) for w in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(known_sessions(tmp_path)) == 160


@pytest.mark.parametrize(
    ("uris", "place"),
    [
        (["sqlite:///a.db", "sqlite:///./a.db", "sqlite:////p/x/../a.db"], "sqlite:////p/a.db"),
        (["runs", "./runs/", "file:./runs", "file:///p/runs", "/p/runs"], "/p/runs"),
        (["http://me:pass@host/x", "http://host/x/"], "http://host/x"),
        (["postgresql://me:s3cret@host/db"], "postgresql://host/db"),
        (["databricks"], "databricks"),
    ],
)
def test_a_store_has_one_spelling(uris: list[str], place: str) -> None:
    """However it was given, and without passwords."""
    assert {place_of(uri, "/p") for uri in uris} == {place}
