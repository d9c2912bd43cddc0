"""The callers: the package on whose behalf entropy is drawn, and the place in the user's code that set a seed."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

OWN, STDLIB, LIBRARY, USER = range(4)

# Modules of the standard library that draw for internal use (names of files, keys of connections). If these draws
# were counted as the caller's, a name that is taken would shift the program's own numbers.
_INFRASTRUCTURE = frozenset(
    {"asyncio", "email", "http", "imaplib", "logging", "multiprocessing", "smtplib", "socketserver", "ssl"}
    | {"tempfile", "urllib", "xmlrpc"}
)
_PYTHON = "python"
_OWN_FOLDER = os.path.dirname(__file__) + os.sep  # noqa: PTH120 - pathlib is not loaded for this
_BIS_FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep  # noqa: PTH120 - as above
_STDLIB_FOLDER = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - as above
_INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_IMPORTING = "<frozen importlib._bootstrap>"
_kinds: dict[str, int] = {}


class Caller:
    """The nearest frame that is neither of the standard library nor of this package."""

    __slots__ = ("kind", "name")

    def __init__(self, name: str, kind: int) -> None:
        self.name = name
        self.kind = kind


class Site:
    """The line of the user's code from which a call came, and the package that made the call for it, if any.

    `function` is the one of a package that the user's code called.
    """

    __slots__ = ("file", "function", "line", "package")

    def __init__(self, file: str, line: int, package: str | None, function: str = "") -> None:
        self.file = file
        self.line = line
        self.package = package
        self.function = function


def kind_of(filename: str) -> int:
    """Whether code of this file belongs to bis, the standard library, an installed library or the user."""
    kind = _kinds.get(filename)
    if kind is None:
        kind = _kinds[filename] = _classify(filename)
    return kind


def _classify(filename: str) -> int:
    if filename.startswith("<frozen "):
        return STDLIB
    if filename.startswith(_OWN_FOLDER):
        return OWN
    if filename.startswith(_BIS_FOLDER) or any(folder in filename for folder in _INSTALLED):
        return LIBRARY
    return STDLIB if filename.startswith(_STDLIB_FOLDER) else USER


def package_of(frame: FrameType) -> str:
    """The top-level package of the code in `frame`."""
    name = str(frame.f_globals.get("__name__") or "__main__").partition(".")[0]
    return "__main__" if name == "__mp_main__" else name  # the name of the main module in a spawned process


def caller(frame: FrameType | None) -> Caller:
    """The package on whose behalf the code in `frame` runs."""
    while frame is not None:
        kind = kind_of(frame.f_code.co_filename)
        if kind == STDLIB:
            package = package_of(frame)
            if package in _INFRASTRUCTURE:
                return Caller(f"{_PYTHON}.{package}", STDLIB)
        elif kind != OWN:
            return Caller(package_of(frame), kind)
        frame = frame.f_back
    return Caller(_PYTHON, STDLIB)


def is_infrastructure(frame: FrameType | None) -> bool:
    """Whether the code in `frame` draws for the standard library's internal use, as for the name of a file."""
    return caller(frame).name.startswith(_PYTHON + ".")


def site(frame: FrameType | None) -> Site:
    """The place in the user's code from which the code in `frame` was called."""
    package: str | None = None
    function = ""
    line = 0
    while frame is not None:
        code = frame.f_code
        kind = kind_of(code.co_filename)
        if kind == USER:
            return Site(code.co_filename, frame.f_lineno, package, function)
        if kind == LIBRARY:
            function = code.co_name
            if package is None:
                package, line = package_of(frame), frame.f_lineno
        if code.co_filename == _IMPORTING:
            package = package or _imported(frame)
            if package is not None:
                function = ""
                break  # the library seeds something of its own while it is imported
        frame = frame.f_back
    return Site(f"<{package or 'python'}>", line, package, function)


def at_import(frame: FrameType | None) -> bool:
    """Whether the code in `frame` works for a library that is being imported, and not for the user's code."""
    while frame is not None:
        filename = frame.f_code.co_filename
        if filename == _IMPORTING:
            return True
        if kind_of(filename) == USER:
            return False
        frame = frame.f_back
    return False


def _imported(frame: FrameType) -> str | None:
    """The package of the module, compiled to native code, whose import goes through this frame."""
    spec = frame.f_locals.get("spec") if frame.f_code.co_name == "_load_unlocked" else None
    name = getattr(spec, "name", None)
    return str(name).partition(".")[0] if name else None


def in_process_pool(frame: FrameType | None) -> bool:
    """Whether the code in `frame` is a task of a pool of processes, which hands out tasks in no fixed order."""
    while frame is not None:
        code = frame.f_code
        if code.co_name in {"worker", "_process_worker"} and kind_of(code.co_filename) != USER:
            module = frame.f_globals.get("__name__")
            if module in {"multiprocessing.pool", "concurrent.futures.process"}:
                return True
        frame = frame.f_back
    return False
