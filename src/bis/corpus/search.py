"""Projects from GitHub's search: the list of a corpus, written as it is found."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.corpus.git_client import GitRunner
from bis.corpus.projects import parse_repository
from bis.errors import BisError, NotFound, StorageError, UsageError
from bis.model.progress import SILENT, Note, Observer, Step, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.corpus.github import GitHub

COLUMNS = (
    "repository", "commit", "stars", "created", "pushed", "fork", "archived", "size_kib", "licence", "topics",
)  # fmt: skip
_PAGE = 100
_WINDOW = 1000  # GitHub shows no more of a search's results
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_COMMIT = re.compile(r"([0-9a-f]{40}(?:[0-9a-f]{24})?)\s+HEAD")
_FIRST_DAY = datetime(2007, 10, 1, tzinfo=timezone.utc)  # before GitHub's first repository
_LS_REMOTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as the search shows it; `commit` is of its default branch, and filled in afterwards."""

    name: str
    url: str
    stars: int
    created: str
    pushed: str
    fork: bool
    archived: bool
    size_kib: int
    licence: str
    topics: tuple[str, ...]
    commit: str = ""


def search_repositories(
    topic: str, limit: int, *, api: GitHub, forks: bool = False, observer: Observer = SILENT
) -> Iterator[Repository]:
    """Search for repositories with a topic, those with the most stars first.

    GitHub shows 1,000 results of a search; further ones are searched for by their number of stars, and where more
    than 1,000 have the same, by the time at which they were created.

    Parameters
    ----------
    topic : str
        Lower-case letters, digits and dashes.
    limit : int
        How many at most; at least 1.
    api : GitHub
        The API.
    forks : bool
        Whether to include forks.
    observer : Observer
        Receives a note where GitHub's own answers are incomplete.

    Raises
    ------
    UsageError
        `topic` or `limit` is invalid.
    BisError
        The API does not answer as it should.
    """
    if not _TOPIC.fullmatch(topic):
        raise UsageError(f"{topic!r} is not a GitHub topic", hint="Topics are lower-case letters, digits and dashes.")
    if limit < 1:
        raise UsageError(f"the limit is {limit}; expected at least 1")
    search = _Search(api, f"topic:{topic}" + (" fork:true" if forks else ""), observer)
    seen: set[str] = set()
    for item in search.by_stars():
        repository = _repository(item)
        if repository is not None and repository.name.lower() not in seen:
            seen.add(repository.name.lower())  # the order shifts while pages are read
            yield repository
            if len(seen) == limit:
                return


class _Search:
    """One search, taken apart where it has more results than are shown."""

    def __init__(self, api: GitHub, query: str, observer: Observer) -> None:
        self._api = api
        self._query = query
        self._observer = observer

    def by_stars(self) -> Iterator[dict[str, Any]]:
        most: int | None = None
        while most is None or most >= 0:
            query = self._query if most is None else f"{self._query} stars:<={most}"
            total, last = 0, None
            for total, item in self._results(query):  # noqa: B007 (the last one's is looked at below)
                last = _number(item, "stargazers_count")
                yield item
            if total <= _WINDOW or last is None:
                return
            if last == most or (most is None and last == 0):
                yield from self._by_creation(f"{self._query} stars:{last}", _FIRST_DAY, _now())
                most = last - 1
            else:
                most = last

    def _by_creation(self, query: str, first: datetime, last: datetime) -> Iterator[dict[str, Any]]:
        dated = f"{query} created:{first:%Y-%m-%dT%H:%M:%SZ}..{last:%Y-%m-%dT%H:%M:%SZ}"
        total = self._page(dated, 1)[0]
        middle = first + timedelta(seconds=(last - first).total_seconds() // 2)
        if total > _WINDOW and first < middle:
            yield from self._by_creation(query, middle + timedelta(seconds=1), last)
            yield from self._by_creation(query, first, middle)
        elif total:
            yield from (item for _total, item in self._results(dated))

    def _results(self, query: str) -> Iterator[tuple[int, dict[str, Any]]]:
        for number in range(1, _WINDOW // _PAGE + 1):
            total, items = self._page(query, number)
            yield from ((total, item) for item in items)
            if not items or number * _PAGE >= min(total, _WINDOW):
                return

    def _page(self, query: str, number: int) -> tuple[int, list[dict[str, Any]]]:
        answer = self._api.get("/search/repositories", q=query, sort="stars", order="desc", per_page=_PAGE, page=number)
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise BisError("the answer of GitHub's search has no list of results", hint="Check GITHUB_API_URL.")
        if answer.get("incomplete_results") is True:
            self._observer.noted(Note("incomplete-search", {"query": query, "page": number}))
        return _number(answer, "total_count"), [item for item in answer["items"] if isinstance(item, dict)]


def _now() -> datetime:
    return datetime.now(timezone.utc) + timedelta(days=1)


def _number(item: dict[str, Any], name: str) -> int:
    value = item.get(name)
    return value if isinstance(value, int) else 0


def _repository(item: dict[str, Any]) -> Repository | None:
    """What the search says of a repository; None where that is not usable."""
    name, url = str(item.get("full_name")), str(item.get("clone_url"))
    try:
        parse_repository(url, base=Path())
        if parse_repository(name, base=Path())[0] != name:
            return None
    except ValueError:
        return None
    licence = item.get("license")
    topics = item.get("topics")
    return Repository(
        name=name,
        url=url,
        stars=_number(item, "stargazers_count"),
        created=str(item.get("created_at") or ""),
        pushed=str(item.get("pushed_at") or ""),
        fork=item.get("fork") is True,
        archived=item.get("archived") is True,
        size_kib=_number(item, "size"),
        licence=str(licence.get("spdx_id") or "") if isinstance(licence, dict) else "",
        topics=tuple(str(t) for t in topics) if isinstance(topics, list) else (),
    )


def default_commit(repository: Repository, *, git: GitRunner) -> str:
    """The commit that the default branch is at, asked of the repository itself: the API's limits do not count that.

    Empty where there is none (an empty repository) or it does not answer.
    """
    answer = git.run(("ls-remote", "--quiet", repository.url, "HEAD"), cwd=Path.cwd(), timeout_s=_LS_REMOTE_S)
    found = _COMMIT.match(answer.out)
    return found[1] if found else ""


def write_listing(
    topic: str,
    limit: int,
    path: Path,
    *,
    api: GitHub,
    forks: bool = False,
    observer: Observer = SILENT,
) -> int:
    """Search, and write the repositories with the commits that they are at to a CSV file, each as it is found.

    Repositories that the file has already keep their rows; a search that was interrupted goes on.

    Parameters
    ----------
    topic, limit, api, forks, observer
        As for `search_repositories`; `limit` counts all rows of the search, old and new.
    path : Path
        The file; made where it is absent.

    Returns
    -------
    int
        How many rows were added.

    Raises
    ------
    UsageError
        `topic` or `limit` is invalid, or the file has other columns.
    StorageError
        The file cannot be written.
    BisError
        The API does not answer as it should; the rows so far are kept.
    """
    known = _names_in(path)
    git = GitRunner()
    added = 0
    observer.started(Task.LISTING)
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if file.tell() == 0:
                writer.writerow(COLUMNS)
            for repository in search_repositories(topic, limit, api=api, forks=forks, observer=observer):
                if repository.name.lower() in known:
                    continue
                commit = default_commit(repository, git=git)
                if not commit:
                    observer.noted(Note("repository-left-out", {"repository": repository.name}))
                    continue
                writer.writerow(_row(replace(repository, commit=commit)))
                file.flush()
                added += 1
                observer.advanced(Task.LISTING, Step(repository.name))
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        git.end()
    observer.finished(Task.LISTING)
    return added


def _row(repository: Repository) -> list[str | int]:
    return [
        repository.name,
        repository.commit,
        repository.stars,
        repository.created,
        repository.pushed,
        "yes" if repository.fork else "no",
        "yes" if repository.archived else "no",
        repository.size_kib,
        repository.licence,
        " ".join(repository.topics),
    ]


def _names_in(path: Path) -> set[str]:
    """The repositories in the file, in lower case; a last line that was cut off is taken off."""
    if not path.exists():
        return set()
    try:
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            os.truncate(path, len(whole))
        rows = list(csv.reader(whole.decode("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotFound(f"{path} cannot be read: {error}", hint="Name another file, or move this one away.") from error
    if rows and tuple(rows[0]) != COLUMNS:
        raise UsageError(
            f"{path} has other columns than this search writes: {', '.join(rows[0])[:200]}",
            hint="Name another file.",
        )
    return {row[0].lower() for row in rows[1:] if row}
