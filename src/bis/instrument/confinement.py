"""A replayed program may write in its own folders only.

An audit hook refuses every other write that Python sees, before it happens. It tells where a program tried to write,
and guards against accidents (a script that overwrites its own data set, or a results folder that others read). Against
malice the sandbox does (`bis.launch.sandbox`): native code and other programs are not seen here.

Standard library only: this works in the replayed program's interpreter.
"""

from __future__ import annotations

import os
import sys

from bis.instrument.own_work import OwnWork
from bis.instrument.path_events import NATIVE_OPEN, database_path

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CACHED_FOLDERS = 4096

# Caches that libraries keep under the home folder: refusing them would break programs and protect nothing.
_CACHES = (
    ".cache",
    ".config/matplotlib",
    ".local/share/jupyter",
    ".local/state",
    ".ipython",
    ".jupyter",
    ".keras",
    ".theano",
    ".triton",
    ".nv",
    ".numba",
    ".matplotlib",
    "Library/Caches",
    "AppData/Local",
    "nltk_data",
    "scikit_learn_data",
    "seaborn-data",
)
CACHE_VARIABLES = (
    "XDG_CACHE_HOME",
    "MPLCONFIGDIR",
    "KERAS_HOME",
    "TORCH_HOME",
    "HF_HOME",
    "NUMBA_CACHE_DIR",
    "SCIKIT_LEARN_DATA",
    "IPYTHONDIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
)

# Audit events of one writing call, and the places of the paths and of the folder descriptors among their arguments.
_WRITES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((0, 2), (1, 3)),  # a second name for a file elsewhere would be a way to write to it
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.lchown": ((0, None),),
    "os.utime": ((0, 3),),
    "os.setxattr": ((0, None),),
    "os.removexattr": ((0, None),),
    "shutil.rmtree": ((0, None),),
    "shutil.move": ((0, None), (1, None)),
    "shutil.unpack_archive": ((1, None),),
}
# Devices that every program writes to; of the others, some are disks.
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/stdout", "/dev/stderr")
_DEVICE_FOLDERS = ("/dev/fd/", "/dev/pts/", "/dev/shm/", "/dev/dri/", "/dev/nvidia", "/dev/kfd")  # noqa: S108
_DEVICE_LINKS = ("/dev/fd/", "/dev/std", "/dev/pt")
_OWN_DESCRIPTORS = "/proc/self/fd/"
_BYTECODE = f"{os.sep}__pycache__{os.sep}"
_IMPORTING = "<frozen importlib"
_FRAMES = 8  # between the hook and the import system's own
# What acts on a link itself and not on what it points to.
_ON_LINKS = frozenset({"os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.mkdir", "shutil.rmtree"})

_ASIDE = OwnWork()


def suspended() -> OwnWork:
    """A context in which bis itself may write where the program may not, in this thread."""
    return _ASIDE


class Confinement:
    """Decides which paths may be written; `check` is the audit hook.

    Parameters
    ----------
    writable : iterable of str
        Folders below which everything may be written.
    report : callable
        Called as ``report(what, path)``: once for each cache folder that is written to (`what` is "cache"), and for
        each refusal ("refused", or "later" for a read of a file that is in a later state).
    later : iterable of str
        Files that may not be read either: the program changed them since they were recorded.
    """

    def __init__(self, writable: Iterable[str], report: Callable[[str, str], None], later: Iterable[str] = ()) -> None:
        self._report = report
        own = list(writable)
        self._own = _prefixes(own)
        self._named = tuple(os.path.abspath(f).rstrip(os.sep) + os.sep for f in own if f) + self._own  # noqa: PTH100
        self._temporary = _prefixes(_temporary_folders())
        self._caches = _prefixes(cache_folders())
        self._reported: set[str] = set()
        self._folders: dict[str, str] = {}
        self._later = frozenset(p for given in later for p in (given, os.path.realpath(given)))

    def check(self, event: str, args: tuple[Any, ...]) -> None:
        """Refuse a write outside the writable folders.

        Raises
        ------
        PermissionError
            In place of the write.
        """
        if event in {"open", NATIVE_OPEN}:
            path, _mode, flags = args
            if type(path) is int or path is None or _ASIDE.going_on:
                return
            if self.is_later(os.fsdecode(path)):
                self._refuse_later(os.fsdecode(path))
            if not flags & _WRITING:
                return
            self._allow(event, path, follow=not flags & getattr(os, "O_NOFOLLOW", 0))
        elif event in _WRITES:
            if _ASIDE.going_on:
                return
            for path_at, folder_at in _WRITES[event]:
                folder = args[folder_at] if folder_at is not None and folder_at < len(args) else -1
                self._allow(event, args[path_at], follow=event not in _ON_LINKS, folder=folder)
            if event in {"os.symlink", "os.rename", "shutil.move"}:
                self._folders.clear()  # a folder may lead elsewhere now
        elif event == "sqlite3.connect" and not _ASIDE.going_on:
            self._allow_database(args[0])

    def check_made(self, event: str, path: Any, folder: Any = None) -> None:
        """Refuse to make something, or to open it relative to a folder, for functions that raise no audit event.

        Raises
        ------
        PermissionError
            In place of the call.
        """
        if not _ASIDE.going_on:
            self._allow(event, path, follow=event not in _ON_LINKS, folder=-1 if folder is None else folder)

    def _allow(self, event: str, path: Any, *, follow: bool, folder: Any = -1) -> None:
        text = _file_of(path) if isinstance(path, int) else os.fsdecode(path or "")
        if not text:
            return
        if isinstance(folder, int) and folder >= 0 and not os.path.isabs(text):  # noqa: PTH117 (pathlib would cost ten times as much here)
            text = f"/proc/self/fd/{folder}/{text}"
        real = self._real(text, follow=follow)
        if self._is_free(text, real):
            return
        if _BYTECODE in real and _is_import():
            raise PermissionError("bis: replays keep no bytecode")  # which imports do without
        if real.startswith(self._caches):
            self._report_cache(real)
            return
        if event == "os.mkdir" and os.path.isdir(real):  # noqa: PTH112
            return  # that fails by itself, as makedirs(exist_ok=True) expects
        self._refuse(event, text, real)

    def _is_free(self, text: str, real: str) -> bool:
        """Whether this is the replay's own, a temporary file, or a device that every program writes to."""
        if real.startswith((*self._own, *_own_process())) or _is_device(real.rstrip(os.sep)):
            return True
        if text.startswith(_DEVICE_LINKS) and _is_device(os.path.normpath(text)):
            return True
        return real.startswith(self._temporary) and not self._is_own_link(text)

    def _is_own_link(self, path: str) -> bool:
        """Whether this path is inside the replay's folders and its real path is elsewhere: a link to an original."""
        return os.path.abspath(path).startswith(self._named)  # noqa: PTH100

    def _allow_database(self, name: Any) -> None:
        text, writable = database_path(name)
        if text and self.is_later(text):
            self._refuse_later(text)
        if not text or not writable:
            return
        # Connecting to an existing database writes nothing by itself, but later writes of SQLite raise no audit event.
        self._allow("sqlite3.connect", text, follow=True)

    def is_own(self, path: str) -> bool:
        """Whether this path may be written: it is the replay's own, a temporary one, or in a cache."""
        real = self._real(path, follow=True)
        if real.startswith((*self._own, *self._caches)):
            return True
        return real.startswith(self._temporary) and not self._is_own_link(path)

    def is_later(self, path: str) -> bool:
        """Whether this file is in a later state than the recorded one."""
        if not self._later:
            return False
        return os.path.abspath(path) in self._later or self._real(path, follow=True).rstrip(os.sep) in self._later  # noqa: PTH100

    def refused(self, path: str) -> None:
        """Report a write that was refused elsewhere than here."""
        with suspended():
            self._report("later" if self.is_later(path) else "refused", os.path.realpath(path))

    def _real(self, path: str, *, follow: bool) -> str:
        """The real path, with a separator at its end; folders are resolved once."""
        folder, name = os.path.split(path)
        if name in {"", ".", ".."}:
            return os.path.realpath(path) + os.sep
        if not os.path.isabs(folder):  # noqa: PTH117
            folder = os.path.join(os.getcwd(), folder)  # noqa: PTH109, PTH118
        real = self._folders.get(folder)
        if real is None:
            real = os.path.realpath(folder)
            if len(self._folders) < _CACHED_FOLDERS:
                self._folders[folder] = real
        full = os.path.join(real, name)  # noqa: PTH118
        if follow and os.path.islink(full):  # noqa: PTH114
            full = os.path.realpath(full)
        return full + os.sep

    def _report_cache(self, real: str) -> None:
        cache = next(c for c in self._caches if real.startswith(c))
        if cache not in self._reported:
            self._reported.add(cache)
            with suspended():
                self._report("cache", cache.rstrip(os.sep))

    def _refuse_later(self, path: str) -> None:
        with suspended():
            self._report("later", path)
        raise PermissionError(
            f"bis: this replay may not read {path}: the program changed it, and it is in a later state than recorded"
        )

    def _refuse(self, event: str, path: str, real: str) -> None:
        real = real.rstrip(os.sep)
        with suspended():
            self._report("refused", real)
        shown = path if path == real else f"{path} (that is {real})"
        raise PermissionError(f"bis: this replay may not write to {shown}; {event} was refused")


def confine(writable: Iterable[str], report: Callable[[str, str], None], later: Iterable[str] = ()) -> Confinement:
    """Confine this process, for the rest of its life; see `Confinement`."""
    confinement = Confinement(writable, report, later)
    sys.addaudithook(confinement.check)
    return confinement


def _file_of(number: int) -> str:
    """The path of the file that is open under this number; empty for what has none, such as a pipe."""
    try:
        path = os.readlink(f"{_OWN_DESCRIPTORS}{number}")  # noqa: PTH115 (pathlib is not loaded)
    except OSError:
        return ""
    return path if path.startswith(os.sep) and not path.endswith(" (deleted)") else ""


def _is_device(path: str) -> bool:
    return path in _DEVICES or path.startswith(_DEVICE_FOLDERS)


def _own_process() -> tuple[str, str]:
    """Where the kernel shows this process and its threads; their descriptors have no other real path there."""
    return f"/proc/{os.getpid()}/", "/proc/self/"


def _is_import() -> bool:
    """Whether it is Python's import system that writes."""
    frame = sys._getframe(1)  # noqa: SLF001 (the documented way)
    for _ in range(_FRAMES):
        if frame.f_code.co_filename.startswith(_IMPORTING):
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


def _prefixes(folders: Iterable[str]) -> tuple[str, ...]:
    """The folders and their real paths, each with a separator at the end."""
    both = [os.path.realpath(f) for f in folders if f]
    return tuple(dict.fromkeys(f.rstrip(os.sep) + os.sep for f in both))


def cache_folders() -> list[str]:
    """Folders in which libraries keep what they can make again."""
    home = os.path.expanduser("~")  # noqa: PTH111 (pathlib costs milliseconds at start-up)
    named = [os.environ[v] for v in CACHE_VARIABLES if os.environ.get(v)]
    return [*(os.path.join(home, c) for c in _CACHES), *named]  # noqa: PTH118


def _temporary_folders() -> list[str]:
    """Where temporary files go: the folder that is named, else the system's.

    ``tempfile.gettempdir`` would draw random names at the program's expense. A replay names a folder of its own, so
    that a project that lies below the system's is as safe as any other.
    """
    named = [os.environ[v] for v in ("TMPDIR", "TEMP", "TMP") if os.environ.get(v)]
    return named or (["/tmp", "/var/tmp", "/usr/tmp"] if os.name == "posix" else [])  # noqa: S108
