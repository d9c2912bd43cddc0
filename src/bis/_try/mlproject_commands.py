"""The entry points of an MLproject as commands of Python, with the defaults of their parameters."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import yaml

from bis._audit.files.manifests import Unreadable, compose_yaml, yaml_items
from bis.model.tried_project import Candidate, CandidateKind, CandidateReason

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHON = re.compile(r"python[\d.]*")
_HOLE = re.compile(r"\{([\w-]+)\}")
_ECHO = re.compile(r"\$\(\s*echo\s+(\{[\w-]+\})\s*\)")  # how options with blanks are taken apart


def mlproject_candidates(path: str, text: str) -> Iterator[Candidate]:
    """What an MLproject offers to run, as far as it is Python.

    Parameters
    ----------
    path : str
        Of the file in the project: commands run in its folder.
    text : str
        What it says.
    """
    try:
        document = compose_yaml(text)
    except Unreadable:
        return
    folder = path.rpartition("/")[0] or "."
    for key, entries in yaml_items(document):
        if key != "entry_points":
            continue
        for name, entry in yaml_items(entries):
            parts = dict(yaml_items(entry))
            command = _scalar(parts.get("command"))
            made = _candidate(command, parts.get("parameters"))
            if made is not None:
                target, argv, lacks, module = made
                reasons = (CandidateReason.ENTRY_POINT, *((CandidateReason.LACKS_VALUE,) if lacks else ()))
                line = int(entry.start_mark.line)
                yield Candidate(
                    CandidateKind.MLPROJECT, target, argv, folder, module=module, command=name, file=path, line=line,
                    reasons=reasons,
                )  # fmt: skip


def environment_named(text: str) -> str:
    """The file of the environment that an MLproject names; empty where it names none, or an image."""
    try:
        document = compose_yaml(text)
    except Unreadable:
        return ""
    return next((_scalar(value) for key, value in yaml_items(document) if key in {"conda_env", "python_env"}), "")


def _candidate(command: str, parameters: Any) -> tuple[str, tuple[str, ...], bool, bool] | None:
    defaults = {name: _default(value) for name, value in yaml_items(parameters)}
    lacking = [name for name in _HOLE.findall(command) if defaults.get(name) is None]
    plain = _ECHO.sub(lambda m: _HOLE.sub(lambda hole: defaults.get(hole[1]) or "", m[1]), command)
    filled = _HOLE.sub(lambda m: shlex.quote(defaults.get(m[1]) or ""), plain)
    try:
        words = shlex.split(filled.replace("\\\n", " "))
    except ValueError:
        return None
    while words and re.fullmatch(r"\w+=.*", words[0]):
        words = words[1:]
    if not words or not _PYTHON.fullmatch(words[0]) or {"&&", ";", "|"} & set(words) or "$(" in plain:
        return None
    words = words[1:]
    if words[:1] == ["-m"] and len(words) > 1:
        return words[1], tuple(words[2:]), bool(lacking), True
    if not words or not words[0].endswith(".py"):
        return None
    return words[0].removeprefix("./"), tuple(words[1:]), bool(lacking), False


def _default(node: Any) -> str | None:
    """The default of a parameter; None where it has none."""
    for key, value in yaml_items(node):
        if key == "default":
            return _scalar(value)
    return None


def _scalar(node: Any) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
