"""A Jupyter kernel of a given interpreter, and the end of everything it started."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]  # comes with ipykernel and has no stubs of its own
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from bis.errors import EnvironmentBuildError, ExecutionError
from bis.launch.kernel_folders import kernel_folder
from bis.launch.process import Program, Starter
from bis.launch.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "BIS_KERNEL"
_LONGEST_SOCKET_PATH = 100  # sun_path holds 104 bytes on macOS and 108 on Linux
_KILL_TIME_S = 5.0
_LOG_TAIL = 4000
# A program may have asked to keep the kernel (`exit(True)`), which IPython then does for good.
_EXIT = "(lambda s: (setattr(s, 'keepkernel_on_exit', False), s.ask_exit()))(__import__('IPython').get_ipython())"


class KernelDied(Exception):
    """The kernel's process ended before it answered."""


class _GivenProcess(LocalProvisioner):  # type: ignore[misc]  # jupyter_client is not analysed
    """Has the process of a kernel given by a `Starter`."""

    def __init__(self, *, starter: Starter, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._starter = starter

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Have it given; the environment is as `jupyter_client.launcher.launch_kernel` makes it."""
        env = {**kwargs["env"], "JPY_PARENT_PID": str(os.getpid())}
        log = kwargs["stdout"]
        program = Program(tuple(cmd), Path(kwargs["cwd"]), env, stdout=Path(log.name), echo=False, own_group=True)
        self.process = self._starter(program, log.fileno(), log.fileno())
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info


class _OneKernel(KernelSpecManager):  # type: ignore[misc]  # jupyter_client is not analysed
    """Knows a single kernel specification, so that none has to be installed."""

    def __init__(self, spec: KernelSpec) -> None:
        super().__init__()
        self._spec = spec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - whatever it is called
        return self._spec


@dataclass(frozen=True, slots=True)
class KernelStart:
    """How a kernel comes to its process.

    Parameters
    ----------
    starter : callable, optional
        Gives the process for the kernel's command; by default one is started.
    mark : str
        By which its descendants are found again. By default it is drawn; a starter that has one environment for several
        kernels needs one that stays.
    """

    starter: Starter | None = None
    mark: str = ""


class Kernel:
    """An IPython kernel in a session of its own, with its sockets in a private folder.

    Parameters
    ----------
    python : str
        The interpreter; it needs ipykernel.
    env : mapping of str to str
        The whole environment of the kernel. `MARK` is added, by which its descendants are found again.
    cwd : Path
        Working directory.
    prefix : tuple of str
        What comes before its command.
    folder : Path, optional
        Where its sockets are, removed in the end; by default it is made.
    start : KernelStart
        How it comes to its process.
    """

    def __init__(
        self,
        python: str,
        env: Mapping[str, str],
        cwd: Path,
        *,
        prefix: tuple[str, ...] = (),
        folder: Path | None = None,
        start: KernelStart | None = None,
    ) -> None:
        found = shutil.which(python, path=env.get("PATH"))
        if found is None:
            raise EnvironmentBuildError(f"there is no interpreter {python}")
        self.python = str(Path(found).absolute())  # not resolved: a link is what makes an environment of it
        self._start = start or KernelStart()
        self._token = self._start.mark or secrets.token_hex(16)
        self._env = {**env, MARK: self._token}
        self._cwd = cwd
        self._prefix = prefix
        self._folder = folder
        self._process: Any = None
        self._born = 0.0
        self._watcher: Watcher | None = None
        self.manager: Any = None
        self.client: Any = None

    async def start(self, timeout_s: float) -> None:
        """Start the process and wait until it answers.

        Raises
        ------
        EnvironmentBuildError
            The interpreter has no ipykernel.
        KernelDied
            The process ended before it answered.
        ExecutionError
            It did not answer in time, or could not be started.
        """
        if self._folder is None:
            self._folder = kernel_folder(self._env.get("TMPDIR", ""))
        self.manager = self._manager(self._folder)
        if self._start.starter is None:  # forks of a warm parent are ended by that
            self._watcher = Watcher(self._env.get("BIS_SPOOL", ""))
        with (self._folder / "log").open("wb") as log:
            try:
                await self.manager.start_kernel(
                    cwd=str(self._cwd),
                    env=self._env,
                    stdout=log,
                    stderr=log,
                    # The user's history is neither read nor written.
                    extra_arguments=["--HistoryManager.hist_file=:memory:"],
                )
            except OSError as exc:
                raise ExecutionError(f"{self.python} cannot be started in {self._cwd}: {exc.strerror}") from exc
            finally:
                self._process = getattr(self.manager.provisioner, "process", None)
                self._born = self._time_of_birth()
                if self._watcher is not None and self._process is not None:
                    self._watcher.watch(self._process.pid)
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            await self.client.wait_for_ready(timeout=timeout_s)
        except RuntimeError as exc:
            if self._process.poll() is None:
                raise ExecutionError(f"the kernel did not answer within {timeout_s:g} s") from exc
            log_text = self.log_tail()
            if "No module named ipykernel" in log_text or "No module named 'ipykernel" in log_text:
                raise EnvironmentBuildError(
                    f"{self.python} has no ipykernel, which it needs to run a notebook",
                    hint=f"Install it there: {self.python} -m pip install ipykernel",
                ) from exc
            raise KernelDied(log_text) from exc
        self.client.allow_stdin = False

    def interrupt(self) -> None:
        """Interrupt what the kernel and its children are doing, as Ctrl-C would."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGINT)

    async def shut_down(self, grace_s: float) -> None:
        """Ask the kernel to end, so that its exit functions run, and wait for it; returns after `grace_s` at most.

        Notes
        -----
        The kernel is asked by code in its own shell and not by a ``shutdown_request``. On that one, ipykernel ends the
        program's children before its exit functions run, and in about one of forty ends (measured with ipykernel 7.4)
        its control thread waits for twenty seconds to flush into a thread that was stopped already.
        """
        if self._process is None or self.client is None:
            return
        deadline = time.monotonic() + grace_s
        await self._reply(_EXIT, deadline)
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                await self.client.get_shell_msg(timeout=0.05)

    async def evaluate(self, expression: str, timeout_s: float) -> str | None:
        """The representation of an expression in the kernel, between two cells; None where it gives none in time."""
        reply = await self._reply("", time.monotonic() + timeout_s, value=expression)
        given = ((reply or {}).get("user_expressions") or {}).get("value") or {}
        text = (given.get("data") or {}).get("text/plain")
        return str(text) if text is not None else None

    async def _reply(self, code: str, deadline: float, **expressions: str) -> dict[str, Any] | None:
        """What the kernel replies to code of bis; None where its process or the time has ended before that."""
        asked = ""
        while self._process.poll() is None and time.monotonic() < deadline:
            if not asked:
                asked = self.client.execute(code, silent=True, store_history=False, user_expressions=expressions)
            try:
                reply = await self.client.get_shell_msg(timeout=0.05)
            except queue.Empty:
                continue
            if reply["parent_header"].get("msg_id") != asked:
                continue
            # After a cell that failed, the kernel may still be refusing what was queued behind it.
            if reply["content"].get("status") != "aborted":
                return dict(reply["content"])
            asked = ""
        return None

    def kill(self) -> None:
        """Kill the kernel and all that it started and that still runs."""
        deadline = time.monotonic() + _KILL_TIME_S
        victims = self._family()
        while victims and time.monotonic() < deadline:
            for pid in victims:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if self._process is not None:
                self._process.poll()
            time.sleep(0.02)
            victims = self._family()

    async def dispose(self) -> None:
        """Close the sockets and remove the private folder; call it once, last."""
        if self._watcher is not None:
            self._watcher.close()
        if self.client is not None:
            self.client.stop_channels()
        if self._process is not None:
            await self.manager.cleanup_resources()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def exit_status(self) -> int | None:
        """The exit code, the negative of a signal, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def log_tail(self) -> str:
        """The end of what the process itself wrote, outside of any cell."""
        if self._folder is None:
            return ""
        try:
            return (self._folder / "log").read_bytes()[-_LOG_TAIL:].decode(errors="replace").strip()
        except OSError:
            return ""

    def _manager(self, folder: Path) -> Any:
        spec = KernelSpec(
            argv=[*self._prefix, self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="bis",
            language="python",
        )
        address = {"transport": "tcp", "ip": "127.0.0.1"}
        sockets = str(folder / "s")
        if sys.platform != "win32" and len(sockets) < _LONGEST_SOCKET_PATH:
            address = {"transport": "ipc", "ip": sockets}
        manager = AsyncKernelManager(
            kernel_name="bis",
            kernel_spec_manager=_OneKernel(spec),
            connection_file=str(folder / "connection.json"),
            **address,
        )
        if self._start.starter is not None:
            manager.provisioner = _GivenProcess(
                kernel_id="bis", kernel_spec=spec, parent=manager, starter=self._start.starter
            )
        return manager

    def _time_of_birth(self) -> float:
        """When its process began, in seconds since 1970; what was there before is none of its doing."""
        if self._process is None:
            return 0.0
        with suppress(psutil.Error, OSError):
            return float(psutil.Process(self._process.pid).create_time())
        return time.time()

    def _family(self) -> set[int]:
        """Living processes that descend from the kernel, share its session or carry its mark."""
        root = None if self._process is None else self._process.pid
        children: dict[int, list[int]] = {}
        found: set[int] = set()
        for process in psutil.process_iter(["ppid", "status"]):
            if process.info["status"] == psutil.STATUS_ZOMBIE:
                continue
            children.setdefault(process.info["ppid"], []).append(process.pid)
            if root is not None and self._belongs(process, root):
                found.add(process.pid)
        pending = list(found)
        while pending:
            for pid in children.get(pending.pop(), []):
                if pid not in found:
                    found.add(pid)
                    pending.append(pid)
        return found - {os.getpid()}

    def _belongs(self, process: psutil.Process, root: int) -> bool:
        try:
            if process.pid == root or os.getsid(process.pid) == root:
                return True
            if process.create_time() < self._born:  # the process that a warm kernel was forked from has the mark, too
                return False
            return bool(process.environ().get(MARK) == self._token)
        except (psutil.Error, OSError):
            return False
