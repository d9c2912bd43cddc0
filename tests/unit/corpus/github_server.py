"""A server on this machine that answers as GitHub's search does, with pages, a window of 1,000 and limits."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


def item(name: str, stars: int = 0, created: str = "2020-01-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    """A repository as the search shows it."""
    return {
        "full_name": name,
        "clone_url": f"https://github.com/{name}.git",
        "stargazers_count": stars,
        "created_at": created,
        "pushed_at": created,
        "fork": False,
        "archived": False,
        "size": 12,
        "license": {"spdx_id": "MIT"},
        "topics": ["mlflow"],
    } | more


class GitHubServer(ThreadingHTTPServer):
    """`answers` are given first, one for each request: status, headers, content; then the search is answered."""

    daemon_threads = True

    def __init__(self, items: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.items = items
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.requests: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def found(self, query: str) -> list[dict[str, Any]]:
        """The repositories that fit, those with the most stars first."""
        most = re.search(r"stars:<=(\d+)", query)
        same = re.search(r"stars:(\d+)", query)
        span = re.search(r"created:(\S+)\.\.(\S+)", query)
        fitting = [
            i
            for i in self.items
            if (not most or i["stargazers_count"] <= int(most[1]))
            and (not same or i["stargazers_count"] == int(same[1]))
            and (not span or span[1] <= i["created_at"] <= span[2])
        ]
        return sorted(fitting, key=lambda i: -i["stargazers_count"])


class _Handler(BaseHTTPRequestHandler):
    server: GitHubServer

    def do_GET(self) -> None:
        """Answer."""
        self.server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        status, headers, content = self.server.answers.pop(0) if self.server.answers else self._search()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _search(self) -> tuple[int, dict[str, str], bytes]:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        page, size = int(asked.get("page", 1)), int(asked.get("per_page", 30))
        if page * size > 1000:
            return 422, {}, b'{"message": "Only the first 1000 search results are available"}'
        found = self.server.found(asked["q"])
        shown = found[(page - 1) * size : page * size]
        answer = {"total_count": len(found), "incomplete_results": False, "items": shown}
        return 200, {}, json.dumps(answer).encode()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(items: list[dict[str, Any]] | None = None) -> Iterator[GitHubServer]:
    """The server, for the length of a test."""
    server = GitHubServer(items or [])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
