"""Whether a dotted name exists in an installed package: read from its source, without importing it."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_DEEPEST = 8


def exists(name: str, at: Path) -> bool:
    """Whether a package below the folder `at` has this name: a module, or what one defines or imports."""
    parts = name.split(".")
    place = at
    for index, part in enumerate(parts):
        if (place / part).is_dir():
            place = place / part
        elif (place / f"{part}.py").is_file():
            return _member(place / f"{part}.py", parts[index + 1 :], at, 0)
        else:
            return _member(place / "__init__.py", parts[index:], at, 0)
    return True


def _member(file: Path, rest: list[str], at: Path, depth: int) -> bool:
    if not rest:
        return True
    if not file.is_file() or depth > _DEEPEST:
        return False
    names = _names(file)
    found = names.get(rest[0])
    if isinstance(found, ast.ClassDef):
        return len(rest) == 1 or _has(found, rest[1], file, at, depth)
    if isinstance(found, tuple):
        return len(rest) == 1 or _imported(*found, rest[1:], at, depth)
    if rest[0] in names:
        return True
    stars = [origin[0] for origin in names.values() if isinstance(origin, tuple) and origin[1] == "*"]
    return any(_member(target, rest, at, depth + 1) for module in stars for target in _files(module, at))


def _imported(module: str, name: str, rest: list[str], at: Path, depth: int) -> bool:
    """Whether what is imported as `name` from `module`, maybe a module itself, has a member."""
    if not name:
        return any(_member(target, rest, at, depth + 1) for target in _files(module, at))
    return any(_member(target, [name, *rest], at, depth + 1) for target in _files(module, at)) or any(
        _member(target, rest, at, depth + 1) for target in _files(f"{module}.{name}", at)
    )


def _has(one: ast.ClassDef, attribute: str, file: Path, at: Path, depth: int) -> bool:
    """Whether a class or one of its bases has an attribute."""
    for node in ast.walk(one):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == attribute:
            return True
        stored = isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store)
        if stored and attribute in {getattr(node, "attr", ""), getattr(node, "id", "")}:
            return True
    bases = [ast.unparse(base).split(".") for base in one.bases if isinstance(base, ast.Name | ast.Attribute)]
    return any(_member(file, [*base, attribute], at, depth + 1) for base in bases)


def _files(module: str, at: Path) -> list[Path]:
    path = at / module.replace(".", "/")
    return [file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()]


@lru_cache(maxsize=500)
def _names(file: Path) -> dict[str, ast.AST | tuple[str, str] | None]:
    """What a module defines: classes as they are, imports as (module, name), the rest as None."""
    found: dict[str, ast.AST | tuple[str, str] | None] = {}
    package = _package(file)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.setdefault(node.name, node)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                name = alias.asname or alias.name
                found.setdefault(f"*{module}" if name == "*" else name, (module, alias.name))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, (alias.name, ""))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, None)
    return found


def _package(file: Path) -> list[str]:
    parts = [file.parent.name]
    folder = file.parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
        parts.insert(0, folder.name)
    return parts
