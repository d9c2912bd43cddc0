"""What is remembered of a session."""

from __future__ import annotations

from pathlib import Path

from bis.record.remembering import known_sessions_of, known_without_run
from tests.unit.sessions import described_session

SESSION = described_session(Path("/p"), tracking_variable="http://me:secret@host/", started_unix_s=7.0)


def test_each_store_of_a_session_is_remembered() -> None:
    """With its runs in their order, the time of the last one, and no password."""
    runs = [("a", "sqlite:///x.db", 1.0), ("b", "./runs", 2.0), ("c", "sqlite:////p/x.db", 3.0)]
    database, folder = known_sessions_of(SESSION, runs)
    assert (database.uri, database.run_ids, database.at_unix_s) == ("sqlite:////p/x.db", ("a", "c"), 3.0)
    assert (folder.uri, folder.run_ids, folder.at_unix_s) == ("/p/runs", ("b",), 2.0)
    assert {k.variable for k in (database, folder)} == {"http://host"}


def test_a_session_without_a_run_is_known_by_the_store_it_will_go_to() -> None:
    """The one of its variable or option, else MLflow's default in its folder."""
    named = described_session(Path("/p"), tracking_uri="./runs")
    assert (known_without_run(named).uri, known_without_run(named).run_ids) == ("/p/runs", ())
    assert known_without_run(SESSION).at_unix_s == 7.0
