"""What a project's configuration makes: Hydra, Lightning's command line and Kedro name classes in files of YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis._audit.files.manifests import Unreadable, compose_yaml, yaml_items
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LARGEST_MIB = 0.125
_MOST_DEPTH = 20
_FOLDERS = frozenset({"conf", "config", "configs", "configuration", "configurations", "cfg", "cfgs", "hydra"})
_NAMED = re.compile(r"(?i)[^/]*(?:config|catalog|logger|mlflow|trainer)[^/]*\.ya?ml")
# Keys that name what is made: of Hydra, of Lightning's command line (jsonargparse), of Kedro's catalogue.
_KEYS = ("_target_", "class_path", "type")
_MAKES = re.compile(
    r"(?m)^[^#\n]{0,200}?(?:_target_|class_path|type)[\"']?\s{0,3}:\s{0,3}[\"']?(?P<name>[A-Za-z_][\w.]{2,200})"
)
_MARKS = ("_target_", "class_path", "kedro_mlflow", "defaults:")
_GROUPS = frozenset({"logger", "loggers", "logging", "tracker", "trackers", "tracking"})
_NULLS = ("null", "~", "Null", "NULL")
_LOGGER = re.compile(r"\.\w*Logger\b")


@dataclass(frozen=True, slots=True)
class Configured:
    """Something that a configuration makes.

    `target` is the dotted name of the class, `keys` the names of arguments beside it that have a value. `chosen` is
    False where it is one of several files of a group (``logger/mlflow.yaml`` beside ``logger/wandb.yaml``) and nothing
    in the project names it.
    """

    target: str
    place: Place
    keys: frozenset[str] = frozenset()
    chosen: bool = True


def is_configuration(path: str) -> bool:
    """Whether a file may be a configuration that makes objects, by its name and folders."""
    if not path.endswith((".yaml", ".yml")):
        return False
    *folders, name = path.split("/")
    return not _FOLDERS.isdisjoint(folders) or bool(_NAMED.fullmatch(name))


def makes_objects(text: str) -> bool:
    """Whether the text of a configuration names a class to be made, or which configurations belong together."""
    return any(mark in text for mark in _MARKS)


def targets(texts: Mapping[str, str]) -> frozenset[str]:
    """The names of all that configurations make.

    Parameters
    ----------
    texts : mapping of str to str
        Texts of files by path; those that are no configurations are passed over.
    """
    return frozenset(match["name"] for _path, text in _configurations(texts) for match in _MAKES.finditer(text))


def configured(texts: Mapping[str, str], wanted: str) -> tuple[Configured, ...]:
    """What configurations make of which the name contains a text, in small letters; in the order of files.

    Parameters
    ----------
    texts : mapping of str to str
        Texts of files by path.
    wanted : str
        ``mlflow``.
    """
    found = []
    for path, text in _configurations(texts):
        if wanted not in text.lower():
            continue
        chosen = _is_chosen(path, texts)
        try:
            made = list(_made(compose_yaml(text), wanted))
        except (Unreadable, RecursionError):  # a template, which its program fills in
            made = [
                (match["name"], text.count("\n", 0, match.start("name")) + 1, frozenset())
                for match in _MAKES.finditer(text)
                if wanted in match["name"].lower()
            ]
        found += [Configured(name, Place(path, -1, line), keys, chosen) for name, line, keys in made]
    return tuple(found)


def _configurations(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((path, text) for path, text in sorted(texts.items()) if is_configuration(path) and makes_objects(text))


def _made(node: Any, wanted: str, depth: int = 0) -> Iterator[tuple[str, int, frozenset[str]]]:
    """Name, line and arguments of what a node makes, at any depth."""
    if depth > _MOST_DEPTH:
        return
    pairs = list(yaml_items(node))
    given = _given(pairs)
    for key, value in pairs:
        if key in _KEYS and isinstance(value.value, str) and wanted in value.value.lower() and "." in value.value:
            yield value.value, value.start_mark.line + 1, given | _initial(pairs)
        yield from _made(value, wanted, depth + 1)
    if not pairs and isinstance(getattr(node, "value", None), list):
        for item in node.value:
            yield from _made(item, wanted, depth + 1)


def _given(pairs: list[tuple[str, Any]]) -> frozenset[str]:
    return frozenset(key for key, value in pairs if value.value and value.value not in _NULLS)


def _initial(pairs: list[tuple[str, Any]]) -> frozenset[str]:
    """Arguments that Lightning's command line has one level deeper: ``init_args: {tags: ...}``."""
    inner = next((value for key, value in pairs if key == "init_args"), None)
    return _given(list(yaml_items(inner)))


def _is_chosen(path: str, texts: Mapping[str, str]) -> bool:
    """Whether a file is the only one of its group that makes a logger, or is named by a default or a command."""
    *folders, name = path.split("/")
    if not folders or folders[-1] not in _GROUPS:
        return True
    group, stem = folders[-1], re.escape(name.rpartition(".")[0])
    beside = f"{'/'.join(folders)}/"
    others = [
        other
        for other, text in texts.items()
        if other != path and other.startswith(beside) and is_configuration(other) and _LOGGER.search(text)
    ]
    if not others:
        return True
    names = re.compile(
        rf"(?m)^[^#\n]{{0,200}}?\b{group}(?:@[\w.]{{1,60}})?[\"']?\s{{0,3}}[:=]\s{{0,3}}"
        rf"(?:[^#\n]{{0,80}}?|\n\s{{1,20}}-\s{{1,3}})[\"'\[]?\b{stem}\b"
    )
    return any(names.search(text) for text in texts.values())
