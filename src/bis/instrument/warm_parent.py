"""A process that has only imported, and from which replays are forked: each begins with its imports done.

It is started as the program itself is (same command line, folder and environment), and waits in `sitecustomize`, before
the interpreter looks at the script. A fork returns from there, so that the interpreter starts the script as it always
does: `__main__`, tracebacks, `sys.path` and exit codes are those of a process that was started for it.

The recorder, the confinement and the hooks are in place before the first import, and hold what they note. A fork writes
that down as its own. What is drawn at import is drawn from the root of the session, as in a replay that imports itself.

The host (`bis.launch.warm_parents`) asks over a socket, in lines of JSON, and sends along the streams of the replay.
Where the other end is closed, the parent and its fork end. Standard library only, and of that nothing that the program
would not have loaded: ``_socket`` and ``select`` are C modules.
"""

from __future__ import annotations

import _socket
import gc
import os
import select
import sys

from bis.instrument import bootstrap
from bis.instrument.light_json import encoded, parsed
from bis.instrument.session_view import WARM_VARIABLE, read_view

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from bis.instrument.recorder import Recorder

# What may not be in a process that forks: its runtime has threads and devices from its import on. TensorFlow starts its
# threads with the first operation; where some version starts them earlier, they are seen.
NOT_FORKED = ("jax", "jaxlib", "cudf", "cuml", "cupy", "pycuda", "pyspark", "ray")
# Each part of the recorder of randomness is loaded by a hook, with the library that it is for.
_HOOKED = f"{bootstrap.__name__.rpartition('.')[0]}.entropy."
_OWN_START = ("__main__", "__mp_main__", "sitecustomize", "usercustomize")
# Threads with fork handlers of their own: jemalloc's (pyarrow) gives memory back, and computes nothing.
_HARMLESS_THREADS = frozenset({"jemalloc_bg_thd"})
_POLL_MS = 500
_STREAMS = 3
# What a fork's session has as its parent's: the confinement, the hooks and what was drawn at import are made of it.
_FIXED = (
    "project_root",
    "quarantine",
    "spool",
    "root",
    "serve",
    "hash_seed",
    "states",
    "scoped",
    "reseeded",
    "probe",
    "trial",
    "operations",
    "switches",
)
_MAX_MESSAGE = 1 << 20


def hold() -> Callable[[], None]:
    """Put the recorder in place for the session in ``BIS_SPOOL``; returns what imports, waits and forks."""
    channel = _Channel(int(os.environ.pop(WARM_VARIABLE)))
    recorder = bootstrap.hold()
    return lambda: _serve(channel, recorder)


def _serve(channel: _Channel, recorder: Recorder) -> None:
    """Fork for each request. Returns in the forks only, where the interpreter then goes on."""
    parent = os.getpid()
    try:
        asked = channel.receive()[0]
        if asked is None:
            os._exit(0)
        before = _temporary()  # a kernel's sockets
        reason = _import(asked["modules"], recorder, before)
        folders = _temporary()[1] - before[1]
        channel.send({"reason": reason, "variables": recorder.variables_set})
        while True:
            request, streams = channel.receive()
            if request is None or reason:
                os._exit(0)
            _flush()
            pid = os.fork()
            if pid == 0:
                channel.close()
                _become(recorder, streams)
                for folder in sorted(folders):
                    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 (pathlib is not loaded)
                return
            for stream in streams:
                os.close(stream)
            channel.send({"pid": pid})
            channel.send({"status": _await(pid, channel)})
    except BaseException:
        if os.getpid() == parent:
            os._exit(1)
        raise


# -- importing --------------------------------------------------------------------------------------------------------


def _import(names: Iterable[str], recorder: Recorder, before: tuple[set[str], set[str]]) -> str:
    """Import what can be imported, in this order; why no replay may be forked, or nothing.

    `before` are the temporary files and folders that there were.
    """
    os.chdir(os.sep)  # the folder of a replay is made anew for each
    for name in names:
        top = name.partition(".")[0]
        if (
            name in sys.modules
            or name.startswith(_HOOKED)
            or top in _OWN_START
            or top in getattr(sys, "stdlib_module_names", ())
        ):
            continue
        try:
            __import__(name)
        except Exception:  # noqa: BLE001, S112 (a name that some package made up in `sys.modules`; the fork will see)
            continue
    entropy = recorder.entropy
    if recorder.fence.failures or entropy is None or entropy.trace()["failures"]:
        return "hooks"
    if not entropy.takes_roles():
        return "draws"
    entropy.go_on_in_forks()
    _flush()
    _fork_once()  # BLAS ends its threads before a fork, and starts them when they are next needed
    found = (
        *((name, True) for name in NOT_FORKED if name in sys.modules),
        ("own-modules", bool(_own_modules(recorder))),
        ("temporary-files", bool(_temporary()[0] - before[0])),
        ("threads", bool(_threads())),
        ("gpu", bool(_devices())),
    )
    gc.freeze()  # a collection in a fork would copy all that was loaded
    return next((reason for reason, holds in found if holds), "")


def _own_modules(recorder: Recorder) -> list[str]:
    """Modules from the replay's own folders: they differ from one replay to the next."""
    session = recorder.session
    folders = [session.project_root, *((session.quarantine or {}).get("writable") or ())]
    own = tuple(os.path.realpath(folder) + os.sep for folder in folders)
    found = []
    for name, module in list(sys.modules.items()):
        try:
            file = object.__getattribute__(module, "__dict__").get("__file__")
        except AttributeError:
            continue
        if isinstance(file, str) and os.path.realpath(file).startswith(own):
            found.append(name)
    return found


def _temporary() -> tuple[set[str], set[str]]:
    """Temporary files and folders: the next replay will find none of those that imports leave."""
    files: set[str] = set()
    folders: set[str] = set()
    for where, inner, names in os.walk(os.environ.get("TMPDIR", "")):
        folders.update(os.path.join(where, name) for name in inner)  # noqa: PTH118 (pathlib is not loaded)
        files.update(os.path.join(where, name) for name in names)  # noqa: PTH118 (same)
    return files, folders


def _fork_once() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _threads() -> list[str]:
    """Names of the threads beside this one that a fork would lose."""
    found = []
    for task in os.listdir("/proc/self/task"):  # noqa: PTH208 (pathlib is not loaded)
        if int(task) != os.getpid():
            with open(f"/proc/self/task/{task}/comm", encoding="utf-8") as file:  # noqa: PTH123 (same)
                found.append(file.read().strip())
    return [name for name in found if name not in _HARMLESS_THREADS]


def _devices() -> list[str]:
    """Open descriptors of accelerators: there is a context, which no fork can use."""
    found = []
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208 (same)
        try:
            target = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115 (same)
        except OSError:
            continue
        if target.startswith(("/dev/nvidia", "/dev/kfd", "/dev/dri")):
            found.append(target)
    return found


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


# -- the parent -------------------------------------------------------------------------------------------------------


def _await(pid: int, channel: _Channel) -> int:
    """Wait for a fork; end it, and this process, where nobody waits for them any more."""
    waiting = select.poll()
    waiting.register(channel.fileno(), select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    try:
        ended = os.pidfd_open(pid)
    except (AttributeError, OSError):  # an old kernel, or a container that forbids it
        ended = -1
    else:
        waiting.register(ended, select.POLLIN)
    try:
        while True:
            ready = waiting.poll(_POLL_MS if ended >= 0 else 10)
            if channel.is_orphan() or any(number == channel.fileno() for number, _ in ready):
                _kill(pid)
                os._exit(0)
            found, status = os.waitpid(pid, os.WNOHANG)
            if found == pid:
                return status
    finally:
        if ended >= 0:
            os.close(ended)


def _kill(pid: int) -> None:
    try:
        os.killpg(pid, 9)
    except OSError:  # it has ended, or has no group of its own yet
        try:
            os.kill(pid, 9)
        except OSError:
            return


class _Channel:
    """The socket to the host."""

    def __init__(self, number: int) -> None:
        self._socket = _socket.socket(fileno=number)
        self._host = os.getppid()
        os.set_inheritable(number, False)  # noqa: FBT003 (its signature)

    def fileno(self) -> int:
        """Its descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this process's end."""
        self._socket.close()

    def is_orphan(self) -> bool:
        """Whether the host is gone: a copy of its end of the socket may live on in a fork of it."""
        return os.getppid() != self._host

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self._socket.sendall(encoded(message) + b"\n")

    def receive(self) -> tuple[Any, list[int]]:
        """The next message, and the descriptors that came with it; None where there will be no more."""
        text = b""
        streams: list[int] = []
        waiting = select.poll()
        waiting.register(self.fileno(), select.POLLIN | select.POLLRDHUP)
        while not text.endswith(b"\n"):
            if not waiting.poll(_POLL_MS):
                if self.is_orphan():
                    return None, streams
                continue
            data, extra, _flags, _address = self._socket.recvmsg(_MAX_MESSAGE, _socket.CMSG_SPACE(4 * _STREAMS))
            if not data:
                return None, streams
            for _level, kind, packed in extra:
                if kind == _socket.SCM_RIGHTS:
                    streams += memoryview(packed[: len(packed) - len(packed) % 4]).cast("i").tolist()
            text += data
        return parsed(text.decode()), streams


# -- the fork ---------------------------------------------------------------------------------------------------------


def _become(recorder: Recorder, streams: list[int]) -> None:
    """Make this fork the process of the session that is in the spool now.

    Raises
    ------
    ValueError
        That session is not the one that this process was prepared for: it must not run.
    """
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    held, session = recorder.session, read_view(os.environ["BIS_SPOOL"])
    if session.quarantine is None or len(streams) != _STREAMS:
        raise ValueError("a replay without a quarantine, or without its streams")
    for name in _FIXED:
        if getattr(session, name) != getattr(held, name):
            raise ValueError(f"the session has another {name} than its parent")
    os.chdir(session.cwd)
    _forget_folders(session.project_root)
    recorder.entropy.has_gone_on()
    if session.roles != held.roles:
        recorder.entropy.take_roles(session.roles)
    recorder.go_on(session)


def _forget_folders(root: str) -> None:
    """What import finders remember of folders that were made anew."""
    for path in list(sys.path_importer_cache):
        if path.startswith(root) or not os.path.isabs(path):  # noqa: PTH117 (pathlib is not loaded)
            del sys.path_importer_cache[path]
