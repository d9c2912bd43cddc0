"""A real tracking server, and a proxy in front of it that fails at a chosen request."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SLOW_S = 3.0
STATUSES = {"500": 500, "503": 503, "413": 413, "429": 429, "401": 401}
HOWS = ("refused", "slow", "half", "lost", "html", *STATUSES)
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True, slots=True)
class ServerFault:
    """What goes wrong at the request number `step` (from 1), and, where it is `lasting`, at all later ones.

    ``refused`` closes the connection, ``slow`` answers too late, ``half`` closes it in the middle of the answer,
    ``lost`` does what was asked and does not answer, ``html`` answers with a page; others are statuses.
    """

    step: int
    how: str
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.how}{' from' if self.lasting else ' at'} request {self.step}"


class FaultyServer:
    """The proxy; `fault` is set for each trial, `requests` counts."""

    def __init__(self, port: int) -> None:
        self.upstream = port
        self.fault: ServerFault | None = None
        self.requests = 0
        self.hit = ""
        self._lock = threading.Lock()
        self._server = _ProxyServer(self)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def uri(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def arm(self, fault: ServerFault | None) -> None:
        """Count from the beginning, with this fault to come."""
        with self._lock:
            self.fault, self.requests, self.hit = fault, 0, ""

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def now(self, what: str) -> str:
        """How the request that came fails; empty where it does not."""
        with self._lock:
            self.requests += 1
            fault, step = self.fault, self.requests
            if fault is None or not (step == fault.step or (fault.lasting and step > fault.step)):
                return ""
            self.hit = self.hit or what
            return fault.how


class _ProxyServer(ThreadingHTTPServer):
    """A server whose handlers know whose requests they answer."""

    daemon_threads = True

    def __init__(self, proxy: FaultyServer) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _ProxyHandler)


class _ProxyHandler(BaseHTTPRequestHandler):
    """Passes a request on, or fails."""

    protocol_version = "HTTP/1.1"
    server: _ProxyServer

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        """Answer a request, of whatever method."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        how = self.server.proxy.now(f"{self.command} {self.path.partition('?')[0]}")
        if how == "slow":
            time.sleep(SLOW_S)
        if how in {"refused", "slow"}:
            self._cut()
        elif how in STATUSES:
            self._answer(STATUSES[how], {"Content-Type": "application/json"}, b'{"error_code": "X", "message": "no"}')
        elif how == "html":
            self._answer(HTTPStatus.OK, {"Content-Type": "text/html"}, b"<html><body>Sign in</body></html>")
        else:
            self._forward(body, how)

    def _forward(self, body: bytes, how: str) -> None:
        with closing(HTTPConnection("127.0.0.1", self.server.proxy.upstream, timeout=60)) as upstream:
            given = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
            try:
                upstream.request(self.command, self.path, body, given)
                answer = upstream.getresponse()
                content = answer.read()
            except (OSError, HTTPException):
                self._cut()
                return
        if how == "lost":
            self._cut()
            return
        headers = {k: v for k, v in answer.getheaders() if k.lower() not in _HOP_BY_HOP}
        self._answer(answer.status, headers, content, half=how == "half")

    def _answer(self, status: int, headers: dict[str, str], content: bytes, *, half: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + half))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)
        if half:
            self._cut()

    def _cut(self) -> None:
        """Close the connection at once, and tell the other side so."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815 - names of http.server


class TrackingServer:
    """A real ``mlflow server`` on loopback, through which artifacts travel."""

    def __init__(self, folder: Path, empty_store: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.database = folder / "server.db"
        self._artifacts = folder / "artifacts"
        shutil.copy(empty_store, self.database)
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute("UPDATE experiments SET artifact_location = 'mlflow-artifacts:/0'")
            connection.commit()
        self.port = _free_port()
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("BIS_", "MLFLOW_"))}
        environ |= {
            "BIS_RECORD": "0",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port),
                 "--workers", "1", "--backend-store-uri", f"sqlite:///{self.database}", "--serve-artifacts",
                 "--artifacts-destination", str(self._artifacts)],
                cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._await()

    @property
    def uri(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def statuses(self) -> dict[str, str]:
        """The status of each run, by its id."""
        with closing(sqlite3.connect(self.database)) as connection:
            return dict(connection.execute("SELECT run_uuid, status FROM runs"))

    def artifacts(self, run_id: str) -> dict[str, int]:
        """The artifacts of a run and their sizes, as they lie on the server."""
        folder = self._artifacts / "0" / run_id / "artifacts"
        return {p.relative_to(folder).as_posix(): p.stat().st_size for p in folder.rglob("*") if p.is_file()}

    def forget_sessions(self) -> None:
        """Have no run be of any session: the same one is stored again in each trial, and its run would be found."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            connection.execute("UPDATE tags SET value = 'earlier' WHERE key = 'bis.session'")
            connection.commit()

    def stop(self) -> None:
        """End it and its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _await(self) -> None:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError), closing(HTTPConnection("127.0.0.1", self.port, timeout=2)) as connection:
                connection.request("GET", "/health")
                if connection.getresponse().status == HTTPStatus.OK:
                    return
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(self._log.read_text(encoding="utf-8")[-2000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
