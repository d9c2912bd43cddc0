"""The commands that a program starts, seen through shells and other programs that only start programs.

``sh -c "cd src && python child.py"`` is a shell, and what it runs is Python, which has a recorder of its own. What is
not understood for certain is not seen.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bis.record.probes.makefile import recipe_lines, small_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

_MAKES = frozenset({"make", "gmake"})
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh"})
# What inspects the machine, speaks, or moves about: none of it reads the program's data.
_HARMLESS = frozenset(
    {
        *(
            "git",
            "uname",
            "ldconfig",
            "lscpu",
            "nvidia-smi",
            "gcc",
            "g++",
            "cc",
            "c++",
            "clang",
            "ld",
            "ld.lld",
            "stty",
        ),
        *("tput", "which", "hostname", "lsb_release", "sysctl", "getconf", "objdump", "ptxas", "file", "locale", "uv"),
        *(":", "[", "[[", "cd", "chmod", "command", "date", "echo", "exit", "export", "false", "hash", "kill", "local"),
        *("ls", "ln", "mkdir", "popd", "printf", "pushd", "pwd", "readonly", "return", "rm", "rmdir", "set", "shift"),
        *("shopt", "sleep", "tee", "test", "touch", "trap", "true", "type", "ulimit", "umask", "unset", "wait"),
    }
)
# Programs that start the one that is among their arguments.
_WRAPPERS = frozenset(
    {"command", "conda", "env", "exec", "ionice", "mamba", "micromamba", "nice", "nohup", "numactl", "pipenv", "poetry"}
    | {"setsid", "stdbuf", "taskset", "time", "timeout", "uv", "xvfb-run"}
)
_KEYWORDS = frozenset({"!", "{", "}", "do", "done", "elif", "else", "fi", "if", "then", "until", "while"})
_NOT_UNDERSTOOD = re.compile(r"`|\$\(|<<|<\(|\beval\b|\bcase\b")
_DESCRIPTOR = re.compile(r"(?<!\S)\d(?=>)")  # as in 2>&1
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_SINGLE_QUOTED = re.compile(r"'[^']*'")
_EXPANDED = re.compile(r"\$\{?([A-Za-z_]\w*)")
# LR=$LR, for x in $ALL, read line, $LR
_VARIABLE_USE = re.compile(
    rf"\b(?P<set>[A-Za-z_]\w*)=\S*|\b(?:for|read)\s+(?P<filled>[A-Za-z_]\w*)|{_EXPANDED.pattern}"
)
_EXPANDS = re.compile(r"[$*?\[\]{}~@<^]")
_MOST_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Process:
    """A child process and the folder it was started in; what a Python child opens is seen like the program's own."""

    command: tuple[str, ...]
    python: bool = False
    cwd: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A command whose reads were not seen. `python` says that it is Python without a recorder."""

    name: str
    python: bool = False


def unseen_commands(children: Sequence[Process], recorded: Collection[tuple[str, ...]]) -> tuple[Gap, ...]:
    """The commands among `children`, and among those that these started, which were not seen.

    Parameters
    ----------
    children : sequence of Process
        What the program and its Python children started.
    recorded : collection of tuple of str
        Command lines of the Python processes that were recorded.
    """
    reader = _CommandReader(frozenset(recorded))
    gaps = [gap for child in children for gap in reader.of_child(child)]
    return tuple(dict.fromkeys(gaps))


def expanded_variables(command: Sequence[str]) -> tuple[str, ...]:
    """The environment variables that a shell puts into the text it is given, without those that the text sets."""
    words = list(command)
    if len(words) > 1:
        if _base(words) not in _SHELLS:
            return ()
        words = [text for option, text in pairwise(words[1:]) if re.fullmatch(r"-[A-Za-z]*c", option)]
    found: list[str] = []
    own: set[str] = set()
    for use in _VARIABLE_USE.finditer(_SINGLE_QUOTED.sub("", words[0]) if words else ""):
        found += [name for name in _EXPANDED.findall(use[0]) if name not in own]
        own |= {use["set"] or use["filled"] or ""}
    return tuple(dict.fromkeys(found))


class _CommandReader:
    """Follows commands to the programs that they start."""

    def __init__(self, recorded: frozenset[tuple[str, ...]]) -> None:
        self._recorded = recorded
        self._ways: tuple[tuple[frozenset[str], Callable[[list[str], str, int], Iterator[Gap]]], ...] = (
            (_SHELLS, self._of_shell),
            (_MAKES, self._of_make),
            (frozenset({"source", "."}), self._of_source),
            (_WRAPPERS, self._of_wrapper),
        )

    def of_child(self, child: Process) -> Iterator[Gap]:
        words = list(child.command)
        if child.python:
            isolated = any(re.fullmatch(r"-[A-Za-z]*[IE][A-Za-z]*", word) for word in words[1:3])
            if isolated and not self._is_recorded(words):
                yield Gap(_base(words), python=True)
        elif len(words) == 1:  # what `os.system` was given
            yield from self._of_text(words[0], child.cwd, 0)
        else:
            yield from self._of_words(words, child.cwd, 0)

    def _of_words(self, words: list[str], cwd: str, level: int) -> Iterator[Gap]:
        while words and (words[0] in _KEYWORDS or _ASSIGNMENT.fullmatch(words[0])):
            words = words[1:]
        name = _base(words)
        if not name or self._is_recorded(words) or (name == "for" and "in" in words):
            return
        follow = next((follow for names, follow in self._ways if name in names), None)
        if follow is not None and level <= _MOST_LEVELS:
            yield from follow(words, cwd, level + 1)
        elif name not in _HARMLESS:
            yield Gap(name, python=_is_python(name))

    def _of_source(self, words: list[str], _cwd: str, _level: int) -> Iterator[Gap]:
        if not (len(words) > 1 and _base(words[1:]) in {"activate", "conda.sh"}):
            yield Gap(_base(words))

    def _of_wrapper(self, words: list[str], cwd: str, level: int) -> Iterator[Gap]:
        inner = next((words[i:] for i in range(1, len(words)) if self._starts(words[i])), None)
        if inner is not None:
            yield from self._of_words(inner, cwd, level)
        elif _base(words) not in _HARMLESS and not _starts_nothing(words):
            yield Gap(_base(words))

    def _starts(self, word: str) -> bool:
        """Whether a word among the arguments of a wrapper is the program that it starts."""
        name = os.path.basename(word)  # noqa: PTH119 (a text)
        scripts = {os.path.basename(argv[1]) for argv in self._recorded if len(argv) > 1}  # noqa: PTH119 (texts)
        return _is_python(name) or name in _SHELLS | _MAKES | scripts

    def _is_recorded(self, words: list[str]) -> bool:
        """Whether a Python process with this command line was recorded; what a shell expands may be anything."""
        python = _is_python(_base(words))
        for argv in self._recorded:
            found = list(argv[1:])
            if not python:  # a script that names its interpreter: torchrun, ./train.py
                if not found or os.path.basename(found[0]) != _base(words):  # noqa: PTH119 (a text)
                    continue
                found = found[1:]
            given = words[1:]
            short = min(len(found), len(given)) if len(words) >= _NOTED else len(given)  # the event was cut
            as_long = len(words) >= _NOTED or len(found) == len(given) or any(map(_EXPANDS.search, given))
            if as_long and min(len(found), len(given)) >= short and all(map(_alike, given[:short], found[:short])):
                return True
        return False

    def _of_shell(self, words: list[str], cwd: str, level: int) -> Iterator[Gap]:
        rest = words[1:]
        while rest and rest[0].startswith("-"):
            option, rest = rest[0], rest[1:]
            if not option.startswith("--") and option.endswith("c") and rest:
                yield from self._of_text(rest[0], cwd, level)
                return
        text = small_text(rest[0], cwd) if rest else None
        if text is None:
            yield Gap(_base(words))
        else:
            yield from self._of_text(text, cwd, level)

    def _of_text(self, text: str, cwd: str, level: int) -> Iterator[Gap]:
        commands = _commands(text)
        if commands is None:
            yield Gap(_base(text.split()) or "sh")
            return
        for words in commands:
            yield from self._of_words(words, cwd, level)

    def _of_make(self, words: list[str], cwd: str, level: int) -> Iterator[Gap]:
        lines = recipe_lines(words[1:], cwd)
        if lines is None:
            yield Gap(_base(words))
        for line in lines or ():
            yield from self._of_text(line, cwd, level)


_NOTED = 20  # so many words of a command line are noted


def _base(words: Sequence[str]) -> str:
    return os.path.basename(words[0]) if words else ""  # noqa: PTH119 (a text)


def _is_python(name: str) -> bool:
    return re.fullmatch(r"python[\d.]*w?|pypy[\d.]*", name) is not None


def _alike(given: str, found: str) -> bool:
    return given == found or _EXPANDS.search(given) is not None


def _starts_nothing(words: Sequence[str]) -> bool:
    """``env`` alone prints, and ``exec`` alone redirects."""
    return len(words) == 1 or (_base(words) == "conda" and words[1] in {"activate", "deactivate"})


def _commands(text: str) -> list[list[str]] | None:
    """The simple commands of a shell's text; None where it is not understood."""
    commands: list[list[str]] = []
    for line in text.replace("\\\n", " ").splitlines():
        if _NOT_UNDERSTOOD.search(line.partition(" #")[0]):
            return None
        words = shlex.shlex(_DESCRIPTOR.sub("", line), posix=True, punctuation_chars=";&|()<>")
        words.whitespace_split = True
        words.commenters = "#"
        try:
            found = _split(list(words))
        except ValueError:  # a quotation that goes on in the next line
            return None
        if found is None:
            return None
        commands += found
    return [words for words in commands if words]


def _split(tokens: list[str]) -> list[list[str]] | None:
    commands: list[list[str]] = [[]]
    rest = iter(tokens)
    for token in rest:
        if not token or set(token) - set(";&|()<>"):
            commands[-1].append(token)
        elif "<" in token:
            return None  # what the file holds goes to a program that opens nothing
        elif ">" in token:
            next(rest, None)
        else:
            commands.append([])
    return commands
