"""Malformed input for all that reads from elsewhere: none may crash it, hang it, or have it write or start anything."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

from campaigns.readers import READERS, Reader
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from campaigns.scenes import Scene

KIND = "fuzz"
PER_GROUP = 2000
_HANG_S = 10.0
_MEMORY_BYTES = 6 << 30
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_STARTING = ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.system", "socket.connect", "ctypes.dlopen")
_CHANGING = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate")
_watched: list[Watch] = []


class _Hang(BaseException):
    """Raised by the alarm, through whatever catches exceptions."""


class Watch:
    """What an input has its reader do outside of its folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.seen: list[str] = []
        self.on = False

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """Note an event of Python that changes or starts something elsewhere."""
        if not self.on:
            return
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & _WRITING and not self._is_inside(path):
                self.seen.append(f"opened {path!r} for writing")
        elif event in _CHANGING:
            places = {"os.rename": args[:2], "os.link": args[:2], "os.symlink": args[1:2]}.get(event, args[:1])
            if not all(self._is_inside(place) for place in places):
                self.seen.append(f"{event} {args!r}")
        elif event in _STARTING and args[:1] != (None,):  # a library that is loaded late asks for the program itself
            self.seen.append(f"{event} {str(args)[:200]}")

    def _is_inside(self, path: Any) -> bool:
        if isinstance(path, int):
            return True
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - links are not followed
        return name.startswith(self.folder) or name == os.devnull


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The inputs of a group; those that were read well are counted in one trial."""
    watch = watch_of(scene)
    folder = scene.base / "input"
    weights = [r.weight for r in READERS]
    held = 0
    started = time.monotonic()
    for index in range(per_group):
        if only is not None and index != only:
            continue
        rng = random.Random(f"{KIND}:{group}:{index}")
        [reader] = rng.choices(READERS, weights)
        content = _made(reader, rng)
        breaches = tuple(breaches_of(reader, content, folder, watch))
        if breaches:
            yield Trial(KIND, f"{KIND}:{group}:{index}", f"{reader.name}: {shown(content)}", breaches)
        else:
            held += 1
        if time.monotonic() - started > 20:
            yield Trial(KIND, f"{KIND}:{group}:0", f"inputs to {index}", count=held)
            held, started = 0, time.monotonic()
    if held:
        yield Trial(KIND, f"{KIND}:{group}:0", f"{held} inputs", count=held)


def _made(reader: Reader, rng: random.Random) -> bytes:
    try:
        return reader.make(rng)
    except RecursionError:  # it was nested too deep to be written
        return b"[" * 100_000


def breaches_of(reader: Reader, content: bytes, folder: Path, watch: Watch) -> Iterator[str]:
    """What a reader does with an input that it may not do."""
    _make_empty(folder)
    watch.seen.clear()
    signal.setitimer(signal.ITIMER_REAL, _HANG_S)
    watch.on = True
    try:
        reader.read(content, folder)
    except reader.declared as error:
        _ = str(error)
    except _Hang:
        yield f"it took longer than {_HANG_S:.0f} s"
    except MemoryError:
        yield "it took more memory than there is"
    except BaseException as error:  # noqa: BLE001 - what is not declared is a breach, whatever it is
        last = traceback.extract_tb(error.__traceback__)[-1]
        ours = [f for f in traceback.extract_tb(error.__traceback__) if f"{os.sep}bis{os.sep}" in f.filename]
        place = ours[-1] if ours else last
        yield f"{type(error).__name__}: {str(error)[:200]!r} in {_module(place.filename)}, line {place.lineno}"
    finally:
        watch.on = False
        signal.setitimer(signal.ITIMER_REAL, 0)
    yield from dict.fromkeys(watch.seen)


def _make_empty(folder: Path) -> None:
    """An empty folder; most inputs leave it so, and a folder is removed slowly."""
    folder.mkdir(exist_ok=True)
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry)
        else:
            os.unlink(entry)  # noqa: PTH108 - an entry is no path


def watch_of(scene: Scene) -> Watch:
    """The hook of this process, which stays for good, with its limits of time and memory."""
    if not _watched:
        tempfile.gettempdir()  # found by writing a file, once
        _watched.append(Watch(str(scene.base)))
        sys.addaudithook(_watched[0].hook)
        sys.dont_write_bytecode = True  # of modules that are loaded late
        signal.signal(signal.SIGALRM, _ring)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - to the end of the process; warnings of parsers
    return _watched[0]


def _ring(_number: int, _frame: object) -> NoReturn:
    raise _Hang


def _module(path: str) -> str:
    return path.partition("src" + os.sep)[2] or path.rpartition(os.sep)[2]


def shown(content: bytes) -> str:
    """An input, shortened."""
    return repr(content if len(content) <= 300 else content[:200] + b" ... " + content[-80:])
