"""Files of tracking stores, told from data and results."""

from __future__ import annotations

import pytest

from bis.record.store_places import store_places

PLACES = store_places(["/p/runs_a", "file:///p/runs%20b", "./c", "sqlite:////p/other.db", "https://host"], "/w")
UNUSUAL = store_places(["sqlite:////p/a.db?timeout=9", "sqlite+pysqlite:////p/b.db", "sqlite://"], "/w")


@pytest.mark.parametrize(
    "path",
    [
        "/p/runs_a/0/r/meta.yaml",
        "/p/runs b/0/meta.yaml",
        "/w/c/0/r/metrics/m",
        "/p/other.db",
        "/p/other.db-journal",
    ],
)
def test_records_of_a_store_are_its_own(path: str) -> None:
    """Of folders however they were written, and of databases with what SQLite puts beside them."""
    assert PLACES.hold(path)
    assert PLACES.keep_records_in(path)


def test_artifacts_belong_to_a_store_and_may_be_read() -> None:
    """A model that is loaded from there is an input."""
    assert PLACES.hold("/p/runs_a/0/r/artifacts/model.pkl")
    assert not PLACES.keep_records_in("/p/runs_a/0/r/artifacts/model.pkl")


@pytest.mark.parametrize("path", ["/p/runs_ab/x", "/p/other.db.csv", "/host", "/w/x"])
def test_other_files_are_not(path: str) -> None:
    """A name that only begins like a store's is another one."""
    assert not PLACES.hold(path)


def test_addresses_that_say_more_than_a_file_have_one() -> None:
    """And a database in memory has none."""
    assert {p for p in UNUSUAL.databases if p.endswith(".db")} == {"/p/a.db", "/p/b.db"}
