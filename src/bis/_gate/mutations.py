"""Mutations of a project: found by the audit's parse, made by its edits; nothing of the project is imported."""

from __future__ import annotations

import io
import json
import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._audit.files.tree import walk
from bis._audit.fixes import Repair, repairs
from bis._audit.frameworks.naming import canonical
from bis._audit.frameworks.randomness import GENERATORS, SEEDERS
from bis._audit.parsing.ir import CONSTANT
from bis._audit.parsing.reading import read_module
from bis._audit.parsing.source import load
from bis.model.mutation import Mutation, MutationKind
from bis.model.project_audit import Confidence, Edit, Finding, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis._audit.parsing.ir import Module, Value

_SEED_NAME = re.compile(r"(?i)(?:.*_)?(?:seed|random_state)")
_SPLIT = "sklearn.model_selection.train_test_split"
_STRATIFY = "stratify"
_INTEGER = re.compile(r"-?[0-9](?:_?[0-9])*")
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
# Files of packages, by name, and what of them is a pin; what stands in the group stays.
_NAME = r"[A-Za-z0-9][\w.-]*(?:\[[^\]\n]*\])?"
_PINS = (
    (re.compile(r"(?i)(?:.*/)?requirements[^/]*\.(?:txt|in)"), re.compile(rf"(?m)^(\s*{_NAME})\s*===?\s*[^\s;#\\]+")),
    (re.compile(r"(?:.*/)?pyproject\.toml"), re.compile(rf"([\"']{_NAME})\s*==\s*[^\"',;]+")),
    (
        re.compile(r"(?i)(?:.*/)?(?:environment|conda)[^/]*\.ya?ml"),
        re.compile(rf"(?m)^(\s*-\s+{_NAME})={{1,2}}[^\s#]+"),
    ),
)
_HASHES = "--hash="


@dataclass(frozen=True, slots=True)
class PlannedMutation:
    """A mutation, and the file before and after it."""

    mutation: Mutation
    repair: Repair


def find_mutations(root: Path, *, exclude: tuple[str, ...] = ()) -> list[PlannedMutation]:
    """All mutations of a project, in the order of its files; its tests are left as they are."""
    tree = walk(root, exclude=exclude)
    planned = [one for file in tree.sources for one in _of_source(root, file)]
    return [*planned, *(one for file in tree.others for one in _of_packages(root, file))]


def _of_source(root: Path, file: str) -> Iterator[PlannedMutation]:
    content = load(root, file)
    if not isinstance(content, bytes):
        return
    module = read_module(content, is_notebook=file.endswith(".ipynb"), file=file)
    if module.is_test:
        return
    texts = _texts(content, is_notebook=module.is_notebook)
    seen: set[tuple[int, int, int]] = set()
    for kind, cell, value in (*_seeds(module), *_stratified(module)):
        key = (cell, value.line, value.column)
        if key in seen or not value.column or cell not in texts:
            continue
        seen.add(key)
        found = _seed_edit(texts[cell], value) if kind is MutationKind.SEED else _none_edit(texts[cell], value)
        if found is None:
            continue
        before, after, end = found
        place = Place(file, cell, value.line, value.column, *end)
        made = repairs(root, [_as_finding(place, after)])
        if made:
            yield PlannedMutation(Mutation(kind, place, before, after), made[0])


def _texts(content: bytes, *, is_notebook: bool) -> dict[int, str]:
    """The source of each cell; of a script under -1. Empty for what is not UTF-8."""
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
        if not is_notebook:
            return {-1: text}
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        return {}
    sources = (cell.get("source", "") for cell in cells)
    return {i: source if isinstance(source, str) else "".join(source) for i, source in enumerate(sources)}


def _seeds(module: Module) -> Iterator[tuple[MutationKind, int, Value]]:
    """Whole numbers that are seeds: by the name that they get, the argument, or the function."""
    for assign in module.assigns:
        if _SEED_NAME.fullmatch(assign.name.rpartition(".")[2]) and _is_number(assign.value):
            yield MutationKind.SEED, assign.cell, assign.value
    for call in module.calls:
        for name, value in call.keywords.items():
            if _SEED_NAME.fullmatch(name) and _is_number(value):
                yield MutationKind.SEED, call.cell, value
        api = canonical(call.api)
        if call.args and (api in SEEDERS or api in GENERATORS) and _is_number(call.args[0]):
            yield MutationKind.SEED, call.cell, call.args[0]


def _stratified(module: Module) -> Iterator[tuple[MutationKind, int, Value]]:
    for call in module.calls:
        value = call.keywords.get(_STRATIFY)
        if value is not None and canonical(call.api) == _SPLIT and not (value.kind == CONSTANT and value.data is None):
            yield MutationKind.STRATIFY, call.cell, value


def _is_number(value: Value) -> bool:
    return value.kind == CONSTANT and type(value.data) is int


def _seed_edit(text: str, value: Value) -> tuple[str, str, tuple[int, int]] | None:
    """The literal, the next number, and where the literal ends."""
    line = text.split("\n")[value.line - 1]
    literal = _INTEGER.match(line, value.column - 1)
    if literal is None or int(literal[0]) != value.data:  # hexadecimal, or not where it was expected
        return None
    return literal[0], str(value.data + 1), (value.line, literal.end() + 1)


def _none_edit(text: str, value: Value) -> tuple[str, str, tuple[int, int]] | None:
    """The argument, None, and where the argument ends: at the next comma or bracket that is not within it."""
    lines = text.split("\n")[value.line - 1 :]
    lines[0] = lines[0][value.column - 1 :]
    depth, end = 0, (1, 0)
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
            if depth == 0 and token.type == tokenize.OP and (token.string in _CLOSE or token.string == ","):
                break
            depth += (token.string in _OPEN) - (token.string in _CLOSE) if token.type == tokenize.OP else 0
            if token.type not in {tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE}:
                end = token.end
        else:
            return None
    except (tokenize.TokenError, SyntaxError):
        return None
    before = "\n".join([*lines[: end[0] - 1], lines[end[0] - 1][: end[1]]])
    column = end[1] + (value.column if end[0] == 1 else 1)
    return before, "None", (value.line + end[0] - 1, column)


def _as_finding(place: Place, after: str) -> Finding:
    """What the audit's edits are made of."""
    return Finding("", "", "", place, Severity.NOTE, Confidence.HIGH, (Edit(place, after),))


def _of_packages(root: Path, file: str) -> Iterator[PlannedMutation]:
    pins = next((pattern for names, pattern in _PINS if names.fullmatch(file)), None)
    content = load(root, file) if pins is not None else b""
    if pins is None or not isinstance(content, bytes):
        return
    try:
        before = content.decode("utf-8")
    except UnicodeDecodeError:
        return
    after = pins.sub(r"\1", before)
    if after == before or _HASHES in before:  # with digests, a version that is not pinned is refused
        return
    changed = [
        (number, old, new)
        for number, (old, new) in enumerate(zip(before.split("\n"), after.split("\n"), strict=True), start=1)
        if old != new
    ]
    mutation = Mutation(
        MutationKind.PACKAGES,
        Place(file, line=changed[0][0]),
        "\n".join(old.strip() for _number, old, _new in changed),
        "\n".join(new.strip() for _number, _old, new in changed),
    )
    yield PlannedMutation(mutation, Repair(file, before, after, 1))
