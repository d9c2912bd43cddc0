"""GitHub's API over HTTP: one question at a time, with patience where it asks for some."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn
from urllib.parse import urlencode, urlsplit

from bis.errors import BisError, UsageError
from bis.model.progress import SILENT, Note, Observer

_TIMEOUT_S = 30.0
_LARGEST_BYTES = 32 << 20
_TRIES = 4
_UNSPECIFIED_WAIT_S = 60.0  # what GitHub's documentation asks for where an answer names no time
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (by lower-case name) and content of an answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes


Fetch = Callable[[str, Mapping[str, str]], HttpAnswer]


class GitHub:
    """GitHub's API.

    Parameters
    ----------
    api_url : str
        Where it is; https, or http on this machine.
    token : str, optional
        Raises the limits from 10 searches a minute to 30.
    fetch : callable, optional
        Takes a URL and headers; by default the standard library's client.
    observer : Observer
        Receives a note on how long a wait will be.
    sleep, clock : callable
        Wait for seconds; return the seconds since 1970.
    longest_wait_s : float
        How long one question may wait for GitHub's limits, in seconds.

    Raises
    ------
    UsageError
        `api_url` is not such an address.
    """

    def __init__(
        self,
        api_url: str,
        *,
        token: str | None = None,
        fetch: Fetch | None = None,
        observer: Observer = SILENT,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        longest_wait_s: float = 3700.0,
    ) -> None:
        parts = urlsplit(api_url)
        if not parts.hostname or (
            parts.scheme != "https" and (parts.scheme, parts.hostname in _LOOPBACK) != ("http", True)
        ):
            raise UsageError(
                f"the address of GitHub's API is {api_url!r}; expected one that starts with https://",
                hint="Check GITHUB_API_URL.",
            )
        self._api_url = api_url.rstrip("/")
        self._token = token
        self._fetch = fetch or fetch_with_urllib
        self._observer = observer
        self._sleep = sleep
        self._clock = clock
        self._longest_wait_s = longest_wait_s

    def get(self, path: str, **parameters: str | int) -> Any:
        """The JSON that the API answers.

        Raises
        ------
        BisError
            There is no network, the token is refused, the limits ask for too long a wait, or the answer is invalid.
        """
        url = f"{self._api_url}{path}?{urlencode(parameters)}"
        headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": "bis",
            "X-GitHub-Api-Version": "2022-11-28",
        } | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        waited_s = 0.0
        failures = 0
        while True:
            answer = self._ask(url, headers)
            if isinstance(answer, HttpAnswer) and answer.status == http.client.OK:
                return self._parse(answer.content)
            wait_s = self._limit_of(answer) if isinstance(answer, HttpAnswer) else None
            if wait_s is None:
                failures += 1
                if failures == _TRIES:
                    self._give_up(answer)
                wait_s = 2.0**failures
            else:
                self._observer.noted(Note("rate-limited", {"wait_s": wait_s}))
            waited_s += wait_s
            if waited_s > self._longest_wait_s:
                raise BisError(
                    f"GitHub's API asks for a wait of {wait_s:.0f} s more",
                    hint="Try again later"
                    + ("." if self._token else ", or set GITHUB_TOKEN: with a token the limits are higher."),
                )
            self._sleep(wait_s)

    def _ask(self, url: str, headers: Mapping[str, str]) -> HttpAnswer | str:
        """The answer, or why there is none; only what may pass is returned."""
        try:
            answer = self._fetch(url, headers)
        except (OSError, http.client.HTTPException) as error:
            return str(getattr(error, "reason", None) or str(error) or type(error).__name__)
        if answer.status == http.client.UNAUTHORIZED:
            raise BisError(
                "GitHub does not accept the token", hint="Check GITHUB_TOKEN (or GH_TOKEN): it may have expired."
            )
        is_limit = self._limit_of(answer) is not None
        if answer.status != http.client.OK and answer.status < 500 and not is_limit:
            raise BisError(
                f"GitHub's API at {self._api_url} answers {answer.status}: {_message(answer.content)}",
                hint="Check GITHUB_API_URL and the permissions of the token.",
            )
        return answer

    def _limit_of(self, answer: HttpAnswer) -> float | None:
        """How many seconds GitHub's limits ask bis to wait; None where it is not about them."""
        if answer.status not in {403, 429}:
            return None
        after = answer.headers.get("retry-after", "")
        if after.isdigit():
            return float(after)
        reset = answer.headers.get("x-ratelimit-reset", "")
        if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
            return max(1.0, float(reset) - self._clock() + 1.0)
        if answer.status == 429 or "rate limit" in _message(answer.content).lower():
            return _UNSPECIFIED_WAIT_S
        return None

    def _give_up(self, answer: HttpAnswer | str) -> NoReturn:
        said = answer if isinstance(answer, str) else f"status {answer.status}"
        raise BisError(
            f"GitHub's API at {self._api_url} does not answer: {said}",
            hint="Check the network and the proxy, or try again later.",
        )

    def _parse(self, content: bytes) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise BisError(
                f"what answers at {self._api_url} is not GitHub's API: {error}", hint="Check GITHUB_API_URL."
            ) from error


def _message(content: bytes) -> str:
    try:
        return str(json.loads(content)["message"])[:300]
    except (ValueError, KeyError, TypeError, RecursionError):
        return content[:100].decode("utf-8", "replace")


class _SameServer(urllib.request.HTTPRedirectHandler):
    """Follows redirections within the server only: the token is for no other."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch_with_urllib(url: str, headers: Mapping[str, str]) -> HttpAnswer:
    """Ask a server with the standard library's client.

    Raises
    ------
    OSError
        It cannot be reached.
    """
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 (the scheme is checked by the caller)
    opener = urllib.request.build_opener(_SameServer)
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as answer:
            return _answer_of(answer.status, answer.headers, answer)
    except urllib.error.HTTPError as error:
        with error:
            return _answer_of(error.code, error.headers, error)


def _answer_of(status: int, headers: Any, content: IO[bytes]) -> HttpAnswer:
    read = content.read(_LARGEST_BYTES + 1)
    if len(read) > _LARGEST_BYTES:
        raise OSError(f"its answer is larger than {_LARGEST_BYTES >> 20} MiB")
    return HttpAnswer(status, {k.lower(): v for k, v in headers.items()}, read)
