"""What an audit is asked for, and the version of all that decides over its result besides the content."""

from __future__ import annotations

import functools
import platform
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from bis._audit.rule_contract import CRASHED
from bis._version import __version__
from bis.evidence.digests import digest_bytes

_PACKAGE = Path(__file__).parents[1]
# An import from bis itself: the package or module, and the names, of which some may be modules.
_IMPORT = re.compile(r"from (bis(?:\.\w+)+) import (\([^)]*\)|[^\n]*)")
_WORD = re.compile(r"\w+")

_WITHOUT_CONSEQUENCE = ("cache", "processes")  # for the result


@dataclass(frozen=True, slots=True)
class Options:
    """What is looked for, and where.

    `select` and `ignore` are codes or prefixes of codes; an empty `select` means all stable rules. `exclude` are
    globs relative to the project. `cache` is the folder of earlier audits, or None. `processes` may read the files of a
    large project side by side.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_file_mib: float = 20.0
    cache: Path | None = None
    processes: int = 1

    def wants(self, code: str) -> bool:
        """Whether findings of this code are asked for; the longer prefix wins. The empty code means all rules.

        That a rule failed is reported whatever is selected, unless it is ignored.
        """
        all_are = not self.select or code == CRASHED.code
        if not code:
            return not self.select and not self.ignore
        chosen = max((len(p) for p in self.select if code.startswith(p)), default=0 if all_are else -1)
        left_out = max((len(p) for p in self.ignore if code.startswith(p)), default=-1)
        return chosen >= 0 and chosen > left_out


def version_of(options: Options) -> str:
    """What decides over the result besides the content: bis, Python's parser, and what was asked for."""
    asked = {key: value for key, value in asdict(options).items() if key not in _WITHOUT_CONSEQUENCE}
    return f"{__version__}:{_own_code()}:{platform.python_version()}:{sorted(asked.items())}"


@functools.cache
def _own_code() -> str:
    """Digest of the code that audits: between two releases, or while a rule is written, the version stays as it is."""
    contents = {name: digest_bytes(text) for name, text in own_sources().items()}
    tables = sorted((_PACKAGE / "_audit").rglob("*.txt"))
    contents |= {path.name: digest_bytes(path.read_bytes()) for path in tables}
    return digest_bytes(repr(sorted(contents.items())).encode())


def own_sources() -> dict[str, bytes]:
    """The modules of bis that an audit is made of, by path: all of the audit's, and what these import, directly or not.

    They are found by their import statements, late ones included, without importing anything.
    """
    found: dict[str, bytes] = {}
    absent: set[str] = set()
    # Paths are strings here, since Path objects cost several times as much over thousands of names.
    pending = [path.relative_to(_PACKAGE).as_posix() for path in (_PACKAGE / "_audit").rglob("*.py")]
    while pending:
        name = pending.pop()
        if name in found or name in absent:
            continue
        try:
            with open(f"{_PACKAGE}/{name}", "rb") as file:  # noqa: PTH123 (see above)
                found[name] = file.read()
        except (FileNotFoundError, NotADirectoryError):  # a name that is not a module
            absent.add(name)
            continue
        for package, names in _IMPORT.findall(found[name].decode("utf-8")):
            folder = package.partition(".")[2].replace(".", "/")
            pending += [f"{folder}.py", *(f"{folder}/{one}.py" for one in _WORD.findall(names))]
    return found
