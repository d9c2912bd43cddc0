"""Runs `bis` in forks of a process that has loaded MLflow and bis already: that takes longer than most commands.

A fork has its own environment, folder, streams and exit, as a process that is started anew has. Commands that a test
signals, or whose start is what it tests, are processes of their own (`Project.start`, `Project.command`).
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import random
import select
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import bis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROOT = Path(__file__).parents[2]
_SOURCE = str(Path(bis.__file__).parents[1])  # what these tests import, wherever else a bis is installed
_SERVE = "from tests.functional.warm import serve; serve()"


class WarmProcess:
    """The process that forks; one command at a time. It is started with the first command."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def bis(
        self, arguments: Sequence[str], *, cwd: Path, environ: Mapping[str, str], timeout: float, draws: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """What `subprocess.run` gives for ``python -m bis ARGUMENTS``; `secrets` gives what follows from `draws`."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            process = self._process = self._living() or self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            streams = [f"/proc/{os.getpid()}/fd/{stream.fileno()}" for stream in (out, err)]
            request = {"arguments": list(arguments), "cwd": str(cwd), "environ": dict(environ), "streams": streams}
            request["draws"] = draws
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], timeout)[0]:
                self.stop()
                raise subprocess.TimeoutExpired(list(arguments), timeout, _text(out), _text(err))
            code = int(process.stdout.readline())
            return subprocess.CompletedProcess(list(arguments), code, _text(out), _text(err))

    def stop(self) -> None:
        """End it, with whatever it is running."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None

    def _living(self) -> subprocess.Popen[str] | None:
        return self._process if self._process is not None and self._process.poll() is None else None

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            env={**os.environ, "BIS_RECORD": "0", "PYTHONPATH": os.pathsep.join((_SOURCE, str(_ROOT)))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def _text(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read()


def serve() -> None:
    """Fork for each line of standard input, and write the exit code of the fork."""
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - what commands load late
    import scipy.stats  # noqa: F401 - as above

    from bis import cli

    for module in pkgutil.iter_modules(cli.__path__, "bis.cli."):
        import_module(module.name)
    import bis._replay.replay_run
    import bis._verify.judgement  # noqa: F401 - as above
    import tests.storing_here  # noqa: F401 - as above

    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    _redirect(os.devnull, os.devnull)
    gc.freeze()  # a collection in a fork would copy all that was loaded
    for line in requests:
        pid = os.fork()
        if pid == 0:
            requests.close()
            answers.close()
            _run(json.loads(line))
        _, status = os.waitpid(pid, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _run(request: dict[str, Any]) -> NoReturn:
    """Become the command that was asked for."""
    _redirect(*request["streams"])
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environ"])
    tempfile.tempdir = None
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [*given, *(p for p in sys.path if p not in {*given, str(_ROOT), ""})]
    sys.argv = ["bis", *request["arguments"]]
    if request["draws"]:
        _fix_secrets(request["draws"])
    from bis.cli.main import main
    from bis.record import storing
    from tests.storing_here import store_here

    vars(storing)["store_in_own_process"] = store_here
    sys.exit(main())  # with all that the interpreter does at its end


def _fix_secrets(seed: str) -> None:
    """Have `secrets` give what follows from a seed, in this process only: a fork of it would give the same."""
    drawn = vars(random)["_urandom"]
    vars(random)["_urandom"] = random.Random(seed).randbytes
    os.register_at_fork(after_in_child=lambda: vars(random).update(_urandom=drawn))


def _redirect(out: str, err: str) -> None:
    """Give the process other streams, and Python new objects for them."""
    for number, (name, flags) in enumerate(((os.devnull, os.O_RDONLY), (out, os.O_WRONLY), (err, os.O_WRONLY))):
        opened = os.open(name, flags | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
