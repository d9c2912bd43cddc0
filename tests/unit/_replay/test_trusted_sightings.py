"""A replay may put anything into its folders: nothing outside is read in its name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bis._replay.trusted_sightings import files_inside, remove_links, trusted_sightings
from tests.unit.sessions import session_of


def test_links_and_pipes_in_a_spool_are_removed(tmp_path: Path) -> None:
    """Files and folders stay."""
    spool = tmp_path / "spool"
    (spool / "claims").mkdir(parents=True)
    (spool / "events-1-0.jsonl").touch()
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (spool / "stdout.txt").symlink_to(secret)
    (spool / "exit.json").symlink_to(tmp_path / "nowhere")
    os.mkfifo(spool / "events-2-0.jsonl")
    remove_links(spool)
    assert sorted(p.name for p in spool.iterdir()) == ["claims", "events-1-0.jsonl"]
    assert secret.read_text() == "secret"


def test_files_that_lead_out_of_a_folder_are_none_of_it(tmp_path: Path) -> None:
    """Links within it do not."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a").touch()
    (inside / "b").symlink_to("a")
    (tmp_path / "secret").touch()
    (inside / "c").symlink_to(tmp_path / "secret")
    assert [p.name for p in files_inside(inside.rglob("*"), inside)] == ["a", "b"]


@pytest.mark.parametrize(
    "odd", [{"mode": ["r"]}, {"mode": {"r": 1}}, {"path": "a\0b"}, {"path": None}, {"path": 7, "mode": None}]
)
def test_odd_events_of_a_replay_are_no_files(tmp_path: Path, odd: dict[str, Any]) -> None:
    """What it wrote of itself may be anything; what it read stays."""
    session = session_of(tmp_path, "x = 1\n")
    read = {"k": "open", "t": 1.0, "path": "/data.csv", "mode": "r"}
    written = {"k": "open", "t": 2.0, "path": "/elsewhere", "mode": "w", **odd}
    events = "".join(json.dumps(event) + "\n" for event in (read, written))
    (Path(session.spool) / "events-1-0.jsonl").write_text(events, encoding="utf-8")
    opened = trusted_sightings(session, tmp_path / "folder").events["open"]
    assert [event["path"] for event in opened] == ["/data.csv"]
