"""What of a project could be run, and with which reasons; the best first."""

from __future__ import annotations

import ast
import json
import posixpath
import re
import shlex
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._audit.files.entry_points import EntryPoint, entry_points
from bis._audit.files.manifests import Unreadable, load_toml
from bis._try.mlproject_commands import mlproject_candidates
from bis._try.program_imports import imports_of
from bis.model.tried_project import Candidate, CandidateKind, CandidateReason

if TYPE_CHECKING:
    from collections.abc import Iterable

_GUARD = re.compile(r"""(?m)^if\s+__name__\s*==\s*['"]__main__['"]""")
_SERVES = re.compile(
    r"(?m)^\s*(?:import|from)\s+(?:streamlit|gradio|fastapi|flask|uvicorn|dash|bentoml|telegram|airflow|prefect)\b"
)
_TRACKS = re.compile(r"(?m)^\s*(?:import|from)\s+mlflow\b|kedro_mlflow|\\?\"\s*(?:import|from) mlflow\b")
_MAIN_WORK = re.compile(r"(?i)(?:^|[_\W\d])(?:train\w*|main|run|pipeline|experiments?|fit|tracking)(?:$|[_\W\d])")
_LESSER = re.compile(
    r"(?i)(?:^|[_\W])(?:tests?|conftest|setup|utils?|helpers?|config|app|api|serv\w+|predict\w*|infer\w*|deploy\w*"
    r"|dashboard|streamlit|client|promote|load\w*|download\w*|template|__init__|score|monitor\w*|register\w*|pull|push"
    r"|upload|sync|clean|simulate|compare|validate|generate|wsgi|github)(?:$|[_\W])"
)
_RESEARCH = re.compile(
    r"(?i)(?:^|/)(?:research|eda|explor\w*|scratch|playground|trials?|drafts?)(?:/|$)"
    r"|(?:^|[_/\W])(?:eda|explor\w*|trials?)[_.]"
)
_NOT_PROGRAMS = re.compile(r"(?:^|/)(?:tests?|docs?|\.github|build|dist)/")
_STOPS = re.compile(r"[`#|&;]|\s\d?>>?\s|\s-{2,3}\s|\s[-\u2013\u2014]\s|\s\*|\.\s|\)|,")
_INTERPRETER = re.compile(r"python[\d.]*|py")
_PLACEHOLDER = re.compile(r"[<\[{$]|\.\.\.|your[-_ ]|path/to")
_DATA_NAME = re.compile(r"""['"]((?:\.\./|\./)?[\w./-]+\.(?:csv|json|ya?ml|txt|parquet|pkl|tsv|data|xlsx?))['"]""")
_MOST = 40
_RELATIVE = re.compile(r"(?m)^from\s+\.+\w*\s+import\b")
_MANY_CALLS = 3  # assigned results of calls: a module that only defines things has few, as loggers


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """A project for those who look for programs: names of all its own files, and texts of those that were read."""

    names: tuple[str, ...]
    texts: Mapping[str, str]

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.texts or path in self.names

    def text(self, path: str) -> str:
        """Its text, empty where it was not read."""
        return self.texts.get(path, "")


def candidates(files: ProjectFiles) -> tuple[Candidate, ...]:
    """All that could be run, the best first.

    What an MLproject names comes before commands in documents, installed commands, notebooks and scripts with a main
    guard. Of one kind, those that need a value that nobody gave, or that start a server, come last; then those whose
    name is that of a tool; those that use MLflow come first.
    """
    offered = entry_points(files.names, files.texts)
    found = [
        *(one for name in _mlprojects(files) for one in mlproject_candidates(name, files.text(name))),
        *(one for entry in offered if entry.kind == "document" for one in _of_document(entry, files)),
        *_installed(files),
        *_notebooks(files),
        *_guarded(files),
    ]
    unique: dict[tuple[object, ...], Candidate] = {}
    for one in found:
        described = _described(one, files)
        unique.setdefault((one.target, one.argv, one.cwd, one.function), described)
    kinds = list(CandidateKind)
    ordered = sorted(
        enumerate(unique.values()),
        key=lambda pair: (*_group(pair[1]), kinds.index(pair[1].kind), *_rank(pair[1]), pair[0]),
    )
    return tuple(one for _place, one in ordered)[:_MOST]


def given_candidate(entry: str, files: ProjectFiles) -> Candidate | None:
    """What the user named: an entry point of an MLproject, a script, a notebook, an installed command, or a module.

    Arguments may follow, as on a command line. None where the project has no such thing.
    """
    words = shlex.split(entry)
    if not words:
        return None
    if _INTERPRETER.fullmatch(words[0]):
        words = words[1:]
    named, arguments = words[0], tuple(words[1:])
    if named == "-m" and arguments:
        return replace(_module(arguments[0], arguments[1:], files, ""), kind=CandidateKind.GIVEN)
    for one in candidates(files):
        names = {one.target, one.command, posixpath.normpath(posixpath.join(one.cwd, one.target))}
        if named in names - {""}:
            reasons = (CandidateReason.ASKED_FOR, *one.reasons)
            return replace(one, kind=CandidateKind.GIVEN, argv=arguments or one.argv, reasons=reasons)
    path = posixpath.normpath(named)
    if files.has(path) and path.endswith((".py", ".ipynb")):
        made = _program(path, arguments, files, "")
        return replace(made, kind=CandidateKind.GIVEN, reasons=(CandidateReason.ASKED_FOR,))
    return None


def _mlprojects(files: ProjectFiles) -> list[str]:
    named = [n for n in files.names if n.rpartition("/")[2].lower() == "mlproject"]
    return sorted(named, key=lambda n: (n.count("/"), n))


def _described(one: Candidate, files: ProjectFiles) -> Candidate:
    """The candidate with what its own text says of it."""
    path = posixpath.normpath(posixpath.join(one.cwd, one.target)) if not one.module else _module_file(one, files)
    text, name = files.text(path), path.rpartition("/")[2].rpartition(".")[0]
    more = []
    if _SERVES.search(text):
        more.append(CandidateReason.SERVES)
    if _LESSER.search(name) and not re.search(r"(?i)train|main|pipeline", name):
        more.append(CandidateReason.LESSER_NAME)
    if _MAIN_WORK.search(name) or one.command == "main":
        more.append(CandidateReason.NAMED_FOR_IT)
    if one.kind is CandidateKind.NOTEBOOK and _RESEARCH.search(path):
        more.append(CandidateReason.EXPLORES)
    if _TRACKS.search(text) or "mlflow" in (imports_of(one, files) or ()):
        more.append(CandidateReason.TRACKS)
    return replace(one, reasons=tuple(dict.fromkeys((*one.reasons, *more))))


_LATE = frozenset(
    {CandidateReason.SERVES, CandidateReason.LACKS_VALUE, CandidateReason.LESSER_NAME, CandidateReason.EXPLORES}
)


def _group(one: Candidate) -> tuple[bool, bool]:
    """Before all kinds: what has a reason to come late does, and what uses MLflow comes first."""
    return bool(_LATE & set(one.reasons)), CandidateReason.TRACKS not in one.reasons


def _rank(one: Candidate) -> tuple[int, ...]:
    """Among those of a kind: without lesser reasons, tracking, named for it, near the root."""
    has = set(one.reasons)
    first_entry = one.kind is CandidateKind.MLPROJECT and one.command != "main"
    depth = 0 if one.kind is CandidateKind.DOCUMENT else posixpath.join(one.cwd, one.target).count("/")
    return (
        int(CandidateReason.SERVES in has),
        int(CandidateReason.LACKS_VALUE in has),
        int(CandidateReason.EXPLORES in has),
        int(CandidateReason.LESSER_NAME in has),
        int(first_entry),
        int(CandidateReason.NAMED_FOR_IT not in has),
        depth,
    )


def _of_document(entry: EntryPoint, files: ProjectFiles) -> Iterable[Candidate]:
    """A command in a document, with its arguments as they stand there."""
    lines = files.text(entry.place.file).splitlines()
    line = lines[entry.place.line - 1] if 0 < entry.place.line <= len(lines) else ""
    start = line.find(entry.name)
    after = line[start + len(entry.name) :] if start >= 0 else ""
    stop = _STOPS.search(after)
    carried_on = after[: stop.start()] if stop else after
    number = entry.place.line
    while carried_on.rstrip().endswith("\\") and number < len(lines):
        carried_on = carried_on.rstrip()[:-1] + " " + lines[number].strip().rstrip("`")
        number += 1
    if _PLACEHOLDER.search(carried_on):
        return
    try:
        words = shlex.split(entry.name + carried_on)
    except ValueError:
        words = entry.name.split()
    if not words or not _INTERPRETER.fullmatch(words[0]):
        return  # other programs than Python start it: mlflow run is the MLproject, and the rest is not run here
    folder = entry.place.file.rpartition("/")[0]
    words = [w for w in words[1:] if not (w.startswith("-") and w in {"-u", "-W", "-O", "-B"})]
    place = {"file": entry.place.file, "line": entry.place.line, "reasons": (CandidateReason.COMMAND,)}
    if words[:1] == ["-m"] and len(words) > 1:
        yield replace(_module(words[1], tuple(words[2:]), files, folder), kind=CandidateKind.DOCUMENT, **place)  # type: ignore[arg-type]
    elif words:
        path = _located(words[0].replace("\\", "/"), folder, files)
        if path is not None:
            made = _program(path, tuple(words[1:]), files, folder, named=words[0])
            yield replace(made, kind=CandidateKind.DOCUMENT, **place)  # type: ignore[arg-type]


def _located(named: str, folder: str, files: ProjectFiles) -> str | None:
    """The file that a command means: from the document's folder, from the root, or the only one of that name."""
    for base in (folder, ""):
        path = posixpath.normpath(posixpath.join(base, named))
        if files.has(path):
            return path
    ending = "/" + posixpath.normpath(named).lstrip("./")
    found = [n for n in files.names if ("/" + n).endswith(ending)]
    return min(found, key=lambda n: (n.count("/"), n)) if found else None


def _program(path: str, argv: tuple[str, ...], files: ProjectFiles, folder: str, *, named: str = "") -> Candidate:
    """A script or notebook with the working directory that it expects, as far as that can be seen."""
    own = path.rpartition("/")[0] or "."
    if path.endswith(".ipynb"):
        return Candidate(CandidateKind.NOTEBOOK, path.rpartition("/")[2], argv, own)
    cwd = "."
    if named:  # a command says by its path where it is to be started
        tail = posixpath.normpath(named.replace("\\", "/")).lstrip("./")
        cwd = path[: -len(tail)].rstrip("/") or "." if path.endswith(tail) else "."
    if own != cwd and _finds_more_from(own, cwd, files.text(path), files):
        cwd = own
    del folder
    return Candidate(CandidateKind.MAIN, posixpath.relpath(path, cwd), argv, cwd)


def _finds_more_from(folder: str, other: str, text: str, files: ProjectFiles) -> bool:
    """Whether more of the files that a program names are there from one folder than from another."""
    named = {match[1] for match in _DATA_NAME.finditer(text)}
    here = sum(files.has(posixpath.normpath(posixpath.join(folder, name))) for name in named)
    return here > sum(files.has(posixpath.normpath(posixpath.join(other, name))) for name in named)


def _module(name: str, argv: tuple[str, ...], files: ProjectFiles, folder: str) -> Candidate:
    path = name.replace(".", "/")
    for base in (folder, "", "src"):
        inner = posixpath.normpath(posixpath.join(base, path))
        if files.has(f"{inner}.py") or files.has(f"{inner}/__main__.py"):
            return Candidate(CandidateKind.DOCUMENT, name, argv, base if base != "src" and base else ".", module=True)
    return Candidate(CandidateKind.DOCUMENT, name, argv, ".", module=True)


def _module_file(one: Candidate, files: ProjectFiles) -> str:
    path = one.target.replace(".", "/")
    for base in (one.cwd, "src"):
        for ending in (".py", "/__main__.py", "/__init__.py"):
            inner = posixpath.normpath(posixpath.join(base, path + ending))
            if files.has(inner):
                return inner
    return ""


def _installed(files: ProjectFiles) -> Iterable[Candidate]:
    """The commands of [project.scripts], and poetry's."""
    for name in files.names:
        if name.rpartition("/")[2] != "pyproject.toml":
            continue
        try:
            content = load_toml(files.text(name))
        except Unreadable:
            continue
        tool = content.get("tool")
        poetry = tool.get("poetry") if isinstance(tool, dict) else None
        for part in (content.get("project"), poetry):
            scripts = part.get("scripts") if isinstance(part, dict) else None
            for command, value in (scripts or {}).items() if isinstance(scripts, dict) else ():
                module, _colon, function = str(value).partition(":")
                if function and re.fullmatch(r"[\w.]+", module) and re.fullmatch(r"[\w.]+", function):
                    yield Candidate(
                        CandidateKind.SCRIPT, module, (), name.rpartition("/")[0] or ".", module=True,
                        function=function, command=str(command), file=name,
                        reasons=(CandidateReason.INSTALLED_COMMAND,),
                    )  # fmt: skip


def _notebooks(files: ProjectFiles) -> Iterable[Candidate]:
    for path in files.names:
        if path.endswith(".ipynb") and _is_python(files.text(path)):
            made = _program(path, (), files, "")
            yield replace(made, file=path, reasons=(CandidateReason.NOTEBOOK,))


def _is_python(text: str) -> bool:
    """Whether a notebook is of Python and has code; one that cannot be read is not run."""
    try:
        content = json.loads(text)
        language = str(content.get("metadata", {}).get("kernelspec", {}).get("language", "python"))
        code = any(cell.get("cell_type") == "code" and "".join(cell.get("source", "")) for cell in content["cells"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return code and language.lower().startswith("python")


def _guarded(files: ProjectFiles) -> Iterable[Candidate]:
    scripts = [n for n in files.names if n.endswith(".py") and not _NOT_PROGRAMS.search(n)]
    guarded = [n for n in scripts if _GUARD.search(files.text(n))]
    for path in guarded:
        made = _program(path, (), files, "")
        if _RELATIVE.search(files.text(path)):  # it works as a part of its package only
            made = Candidate(CandidateKind.MAIN, path.removesuffix(".py").replace("/", "."), module=True)
        yield replace(made, file=path, line=_line_of(files.text(path)), reasons=(CandidateReason.MAIN_GUARD,))
    # Scripts without a guard are programs where they act when they are run, and no package imports them.
    for path in scripts:
        text, name = files.text(path), path.rpartition("/")[2].rpartition(".")[0]
        folder = path.rpartition("/")[0]
        package = files.has(f"{folder}/__init__.py" if folder else "__init__.py")
        if path in guarded or package or name == "setup" or _SERVES.search(text):
            continue
        if (_TRACKS.search(text) or _MAIN_WORK.search(name)) and acts_when_run(text):
            made = _program(path, (), files, "")
            yield replace(made, file=path)


def acts_when_run(text: str) -> bool:
    """Whether a file does more than to define something when it is run: it calls functions outside of all others."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    defining = (
        ast.Import,
        ast.ImportFrom,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.AnnAssign,
    )
    acting = [node for node in body if not isinstance(node, defining)]
    return (
        any(isinstance(inner, ast.Call) for node in acting for inner in ast.walk(node))
        or sum(isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call) for node in body)
        >= _MANY_CALLS
    )


def _line_of(text: str) -> int:
    match = _GUARD.search(text)
    return text.count("\n", 0, match.start()) + 1 if match else 0
