"""A replay may put anything into its folders: nothing outside is read in its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis._replay.trusted_sightings import files_inside, remove_links

if TYPE_CHECKING:
    from pathlib import Path


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
