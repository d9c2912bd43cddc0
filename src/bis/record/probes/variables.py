"""The environment variables that a program read: which of them are its input, and which values may be kept.

A library reads dozens of variables that have nothing to do with the program, and some read all that there are. So
what a library read counts only where the program's own sources name it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.evidence.redaction import Redactor, is_secret_name
from bis.model.facets import Variable
from bis.record.probes.machine import is_of_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

# Of the user, the shell, the terminal and the interpreter: they say where a program runs and not what it computes.
_SURROUNDINGS = re.compile(
    r"CI|COLUMNS|DISPLAY|EDITOR|HOME|HOST|HOSTNAME|LINES|LOGNAME|OLDPWD|PAGER|PATH|PWD|SHELL|SHLVL|TEMP|TERM|TMP|TMPDIR"
    r"|USER|USERNAME|USERPROFILE|VIRTUAL_ENV|_|NO_COLOR|FORCE_COLOR|SSH_\w+|XDG_\w+|CONDA_\w+|JPY_\w+|JUPYTER\w*|KERNEL_\w+"
    r"|PYTHON\w+|PIP_\w+|UV_\w+|GIT_\w+|GITHUB_\w+|LC_\w+|LANG|LANGUAGE|LD_LIBRARY_PATH|DYLD_\w+|MLFLOW_\w+|OTEL_\w+",
)
# A name of such words is that of a setting of an experiment, in whatever combination: TRAIN_BATCH_SIZE, MAX_DEPTH.
_HARMLESS_WORD = re.compile(
    r"(?:accum|alpha|batch|beta|bias|bin|bs|chunk|class|cluster|component|count|cv|debug|decay"
    r"|degree|depth|dim|dropout|early|epoch|eps|epsilon|estimator|eval|factor|fast|fold|fraction|freq"
    r"|frequency|gamma|gpu|grad|hidden|horizon|interval|iter|iteration|k|kernel|lambda|layer|leaf|learning"
    r"|length|level|limit|local|loss|lr|margin|max|min|mode|momentum|n|neighbor|node|norm|num|number"
    r"|optimizer|order|param|patience|penalty|period|point|precision|quick|random|rank|rate|ratio|repeat"
    r"|round|row|sample|scale|schedule|score|seed|shuffle|size|smoke|split|std|step|stop|subsample|subset"
    r"|temperature|test|thread|threshold|tol|tolerance|train|tree|trial|unit|val|valid|validation|verbose"
    r"|warmup|weight|width|window|worker|world)(?:e?s)?"
)
_HARMLESS_VALUE = re.compile(r"[\w.+,:-]{0,40}")
_WORD = re.compile(r"[A-Za-z]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"""["']([A-Za-z][A-Za-z0-9_]{1,40})["']""")
# Libraries that look for fields of a class among all variables, without regard to case.
_BY_FIELD = frozenset({"pydantic", "pydantic_settings"})
_BULK = 8  # names at one place of the code, from which on the place goes through all that there are


@dataclass(frozen=True, slots=True)
class VariableRead:
    """A name that the program's own code asked for: whether there was one, and where in the code."""

    name: str
    there: bool
    file: str = ""
    line: int = 0


def probe_variables(
    reads: Iterable[VariableRead],
    *,
    of_libraries: Mapping[str, tuple[bool, str]],
    environ: Mapping[str, str],
    named: Collection[str] = (),
    sources: Callable[[], Iterable[str]] = tuple,
) -> tuple[Variable, ...]:
    """Decide which variables are input, and keep the values that may be kept.

    Parameters
    ----------
    reads : iterable of VariableRead
        What the program's own code asked for, without what it had set before.
    of_libraries : mapping
        What only libraries asked for: whether it was there, and the package.
    environ : mapping
        The environment in which the program was started.
    named : collection of str
        Variables whose values the user wants to be kept (``--env``); never those of secrets.
    sources : callable
        Gives the texts of the program's sources.
    """
    asked = list(reads)
    names_at: dict[tuple[str, int], set[str]] = {}
    for read in asked:
        names_at.setdefault((read.file, read.line), set()).add(read.name)
    first: dict[str, VariableRead] = {}
    doubtful: dict[str, str] = {name: package for name, (_, package) in of_libraries.items()}
    for read in asked:
        if len(names_at[read.file, read.line]) > _BULK:
            doubtful.setdefault(read.name, "")
        elif read.there == (read.name in environ):  # else another process gave the variable to this one
            first.setdefault(read.name, read)
    left = {name: package for name, package in doubtful.items() if name not in first}
    for name in _named_in(left, sources) if left else ():
        first[name] = VariableRead(name, name in environ)
    for name in named:
        first.setdefault(name, VariableRead(name, name in environ))
    redactor = Redactor(environ)
    return tuple(_variable(first[name], environ, name in named, redactor) for name in sorted(first))


def is_surroundings(name: str) -> bool:
    """Whether a variable says where a program runs and not what it computes, or is recorded with the machine."""
    return _SURROUNDINGS.fullmatch(name) is not None or is_of_machine(name)


def _variable(read: VariableRead, environ: Mapping[str, str], named: bool, redactor: Redactor) -> Variable:  # noqa: FBT001
    value = environ.get(read.name)
    if value is None:
        return Variable(read.name, there=False, file=read.file, line=read.line)
    secret = is_secret_name(read.name) or redactor.variables({read.name: value})[read.name] != value
    kept = not secret and (named or _is_harmless(read.name, value))
    return Variable(read.name, value=value if kept else None, secret=secret, file=read.file, line=read.line)


def _is_harmless(name: str, value: str) -> bool:
    words = [w.lower() for w in _WORD.findall(name)]
    known = bool(words) and all(_HARMLESS_WORD.fullmatch(word) for word in words)
    return known and _HARMLESS_VALUE.fullmatch(value) is not None


def _named_in(doubtful: Mapping[str, str], sources: Callable[[], Iterable[str]]) -> list[str]:
    """The variables that the program's sources name: as they are, by a prefix and a field, or by a field."""
    words: set[str] = set()
    prefixes: set[str] = set()
    for text in sources():
        words.update(_NAME.findall(text))
        prefixes.update(q if q.endswith("_") else f"{q}_" for q in _QUOTED.findall(text))
    lowered = {w.lower() for w in words}

    def has_prefix(name: str, *, is_enough: bool) -> bool:
        rests = [name[len(p) :].lower() for p in prefixes if name.startswith(p) and len(name) > len(p)]
        return any(is_enough or rest in lowered or set(re.split("_+", rest)) <= lowered for rest in rests)

    return [
        name
        for name, package in doubtful.items()
        if not is_surroundings(name)
        and (
            name in words
            or (package in _BY_FIELD and name.lower() in lowered)
            or has_prefix(name, is_enough=not package)  # the program's own code looks for the prefix among all
        )
    ]
