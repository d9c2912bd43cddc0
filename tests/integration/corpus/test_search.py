"""The search for repositories, against a real server on this machine and real repositories."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from bis.corpus.github import GitHub
from bis.corpus.projects import projects_in
from bis.corpus.search import COLUMNS, search_repositories, write_listing
from bis.errors import BisError, NotFound, StorageError, UsageError
from tests.unit.corpus.auditors import Notebook
from tests.unit.corpus.github_server import item, serving
from tests.unit.corpus.repositories import git, make_repository

if TYPE_CHECKING:
    from pathlib import Path


def found(items: list[dict[str, Any]], limit: int) -> tuple[list[str], list[str]]:
    """The names that a search gives, and the paths that it asked for."""
    with serving(items) as server:
        names = [r.name for r in search_repositories("mlflow", limit, api=GitHub(server.url))]
        return names, [path for path, _headers in server.requests]


def test_pages_are_read_as_far_as_needed() -> None:
    """Those with the most stars come first; pages that nobody asked for are not read."""
    items = [item(f"o/n{n}", stars=n) for n in range(250)]
    names, asked = found(items, 120)
    assert names == [f"o/n{n}" for n in range(249, 129, -1)]
    assert len(asked) == 2
    assert "q=topic%3Amlflow&sort=stars&order=desc&per_page=100&page=2" in asked[1]
    names, asked = found(items, 1000)
    assert (len(names), len(asked)) == (250, 3)


def test_more_than_the_search_shows() -> None:
    """Beyond 1,000 results the search goes on by stars, still those with the most first."""
    names, _asked = found([item(f"o/n{n}", stars=n // 3) for n in range(2345)], 5000)
    assert len(set(names)) == len(names) == 2345
    stars = [int(name[3:]) // 3 for name in names]
    assert stars == sorted(stars, reverse=True)


def test_more_than_the_search_shows_with_equal_stars() -> None:
    """Where stars do not tell them apart, the time at which they were created does."""
    items = [item(f"o/n{n}", created=f"{2010 + n % 14}-0{1 + n % 9}-11T0{n % 10}:00:00Z") for n in range(2500)]
    names, _asked = found([*items, item("o/star", stars=9)], 5000)
    assert names[0] == "o/star"
    assert len(set(names)) == len(names) == 2501


def test_nothing_found() -> None:
    """An empty search has no results."""
    assert found([], 10)[0] == []


def test_unusable_results_are_left_out() -> None:
    """A name or an address that is none does not get into a list."""
    items = [item("../x"), item("o/a", clone_url="ext::sh"), item("o/b"), {"full_name": None}, "x", item("O/B")]
    with serving() as server:
        server.answers = [(200, {}, json.dumps({"total_count": 6, "items": items}).encode())]
        names = [r.name for r in search_repositories("mlflow", 10, api=GitHub(server.url))]
    assert names == ["o/b"]


def test_what_cannot_be_searched_for() -> None:
    """A topic is a word: nothing else gets into the query."""
    api = GitHub("https://api.github.com")
    for topic in ("", "a b", "mlflow stars:>5", "Ä"):
        with pytest.raises(UsageError, match="is not a GitHub topic"):
            next(search_repositories(topic, 1, api=api))
    with pytest.raises(UsageError, match="at least 1"):
        next(search_repositories("mlflow", 0, api=api))


def test_incomplete_answers_are_told() -> None:
    """GitHub says so itself when it ran out of time; an answer without results is an error."""
    progress = Notebook()
    with serving() as server:
        server.answers = [(200, {}, b'{"total_count": 0, "incomplete_results": true, "items": []}'), (200, {}, b"{}")]
        api = GitHub(server.url)
        assert list(search_repositories("mlflow", 1, api=api, observer=progress)) == []
        with pytest.raises(BisError, match="has no list of results"):
            list(search_repositories("mlflow", 1, api=api))
    assert "incomplete" in progress.notes[0]


def repositories(folder: Path, *names: str) -> list[dict[str, Any]]:
    """Search results whose repositories are really there."""
    for name in names:
        make_repository(folder / name, {"a.py": name})
    return [
        item(f"o/{name}", stars=9 - n, clone_url=(folder / name).as_uri(), archived=True)
        for n, name in enumerate(names)
    ]


def test_the_list_is_written_with_commits(tmp_path: Path) -> None:
    """Each row has what the search says and the commit that the repository is at; empty repositories are left out."""
    items = repositories(tmp_path, "a", "b")
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet", "--bare")
    items.append(item("o/empty", clone_url=(tmp_path / "empty").as_uri()))
    path, progress = tmp_path / "p.csv", Notebook()
    with serving(items) as server:
        assert write_listing("mlflow", 10, path, api=GitHub(server.url), observer=progress) == 2
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0] == {
        "repository": "o/a", "commit": git(tmp_path / "a", "rev-parse", "HEAD"), "stars": "9", "fork": "no",
        "created": "2020-01-01T00:00:00Z", "pushed": "2020-01-01T00:00:00Z", "archived": "yes", "size_kib": "12",
        "licence": "MIT", "topics": "mlflow",
    }  # fmt: skip
    assert progress.notes == ["o/empty is left out: it is empty or does not answer"]
    assert [s.name for s in projects_in(path)] == ["o/a", "o/b"]


def test_a_search_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    """Rows that are there are kept, a row that was cut off is written anew."""
    items = repositories(tmp_path, "a", "b", "c")
    path = tmp_path / "p.csv"
    with serving(items) as server:
        api = GitHub(server.url)
        assert write_listing("mlflow", 2, path, api=api) == 2
        whole = path.read_bytes()
        path.write_bytes(whole[:-30])
        assert write_listing("mlflow", 3, path, api=api) == 2
        assert path.read_bytes().startswith(whole)
        assert write_listing("mlflow", 3, path, api=api) == 0
    assert [s.name for s in projects_in(path)] == ["o/a", "o/b", "o/c"]


def test_files_that_it_must_not_write_to(tmp_path: Path) -> None:
    """A list of somebody's own, a file that is no text, and a folder that is not there."""
    api = GitHub("https://api.github.com")
    path = tmp_path / "own.csv"
    path.write_text("repository,commit\n", encoding="utf-8")
    with pytest.raises(UsageError, match="other columns"):
        write_listing("mlflow", 1, path, api=api)
    path.write_bytes(b"\xff\n")
    with pytest.raises(NotFound, match="cannot be read"):
        write_listing("mlflow", 1, path, api=api)
    with pytest.raises(StorageError, match="cannot be written"):
        write_listing("mlflow", 1, tmp_path / "none" / "p.csv", api=api)
