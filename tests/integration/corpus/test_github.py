"""GitHub's API, imitated by a real server on this machine."""

from __future__ import annotations

import pytest

from bis.corpus.github import GitHub
from bis.errors import BisError, UsageError
from tests.unit.corpus.auditors import Notebook
from tests.unit.corpus.github_server import GitHubServer, serving

FULL = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000"}
SECONDARY = b'{"message": "You have exceeded a secondary rate limit."}'


class Slept:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 900.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.sleeps.append(seconds)
        self.now_s += seconds


def api_of(server: GitHubServer, slept: Slept, *, token: str | None = None, observer: Notebook | None = None) -> GitHub:
    """The API at the server, with a clock of the test."""
    return GitHub(
        server.url, token=token, observer=observer or Notebook(), sleep=slept.sleep, clock=lambda: slept.now_s
    )


def test_an_answer() -> None:
    """Parameters and token are sent, JSON comes back."""
    with serving() as server:
        server.answers = [(200, {}, b'{"a": 1}')]
        assert api_of(server, Slept(), token="t0ken").get("/x", q="a b", page=2) == {"a": 1}
        path, headers = server.requests[0]
    assert path == "/x?q=a+b&page=2"
    assert (headers["authorization"], headers["user-agent"]) == ("Bearer t0ken", "bis")


@pytest.mark.parametrize(
    ("status", "headers", "content", "wait_s"),
    [
        (403, FULL, b"{}", 101.0),
        (429, {"Retry-After": "7"}, b"{}", 7.0),
        (403, {"Retry-After": "3"}, SECONDARY, 3.0),
        (403, {}, SECONDARY, 60.0),
    ],
)
def test_limits_are_waited_for(status: int, headers: dict[str, str], content: bytes, wait_s: float) -> None:
    """As long as GitHub asks for, and the user is told."""
    slept, progress = Slept(), Notebook()
    with serving() as server:
        server.answers = [(status, headers, content), (200, {}, b"[]")]
        assert api_of(server, slept, observer=progress).get("/x") == []
    assert slept.sleeps == [wait_s]
    assert progress.notes == [f"GitHub's limit is reached; continuing in {wait_s:.0f} s"]


def test_waiting_has_an_end() -> None:
    """A limit that is too far away is an error that says how to get a higher one."""
    with serving() as server:
        server.answers = [(429, {"Retry-After": "9000"}, b"{}")]
        with pytest.raises(BisError, match="a wait of 9000 s") as raised:
            api_of(server, Slept()).get("/x")
    assert "GITHUB_TOKEN" in (raised.value.hint or "")


def test_a_server_in_trouble_is_asked_again() -> None:
    """Three times, with growing pauses; then it is an error."""
    slept = Slept()
    with serving() as server:
        server.answers = [(502, {}, b""), (502, {}, b""), (200, {}, b"1")]
        assert api_of(server, slept).get("/x") == 1
        assert slept.sleeps == [2.0, 4.0]
        server.answers = [(503, {}, b"")] * 4
        with pytest.raises(BisError, match="does not answer: status 503"):
            api_of(server, slept).get("/x")


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (401, b'{"message": "Bad credentials"}', "does not accept the token"),
        (403, b'{"message": "Resource not accessible"}', "answers 403: Resource not accessible"),
        (404, b"<html>", "answers 404: <html>"),
        (422, b'{"message": "Validation Failed"}', "Validation Failed"),
        (200, b"<html>", "is not GitHub's API"),
    ],
)
def test_answers_that_are_none(status: int, content: bytes, said: str) -> None:
    """Each is said at once, without asking again; the token is in no message."""
    slept = Slept()
    with serving() as server:
        server.answers = [(status, {}, content)]
        with pytest.raises(BisError, match=said) as raised:
            api_of(server, slept, token="s3cret").get("/x")
    assert slept.sleeps == []
    assert "s3cret" not in f"{raised.value.message} {raised.value.hint}"


def test_no_network() -> None:
    """It is said that nothing answers, with the reason."""
    with serving() as server:
        pass
    with pytest.raises(BisError, match=r"does not answer: .*refused"):
        api_of(server, Slept()).get("/x")


def test_the_token_goes_to_no_other_server() -> None:
    """A redirection within the server is followed, one to another is not."""
    with serving() as server, serving() as other:
        server.answers = [(301, {"Location": "/y"}, b""), (200, {}, b"1")]
        assert api_of(server, Slept(), token="t").get("/x") == 1
        server.answers = [(302, {"Location": f"{other.url}/y"}, b"")]
        with pytest.raises(BisError, match="answers 302"):
            api_of(server, Slept(), token="t").get("/x")
        assert other.requests == []


@pytest.mark.parametrize("url", ["", "api.github.com", "http://github.example.org", "file:///etc/passwd", "ftp://x"])
def test_addresses_must_be_safe(url: str) -> None:
    """Nothing but https, or http on this machine."""
    with pytest.raises(UsageError, match="https://"):
        GitHub(url)
