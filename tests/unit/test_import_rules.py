"""House rules about imports: no cycle, few late ones, none by a name in a string, and what each room may know."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import grimp
import pytest

from tests.sources import ROOT, own_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULES = own_files(ROOT, "*.py", ["src/bis"])

# What may be imported late without being counted: optional extras, and modules that one platform does not have.
EXTRAS = frozenset({"distributed", "ipykernel", "jupyter_client", "nbclient", "nbformat", "psutil", "torch", "keras"})
PLATFORMS = frozenset({"fcntl", "msvcrt", "pty", "termios", "tomli", "tomllib", "tty"})
# Modules whose late imports are the point of them: module -> why.
LAZY = {
    "src/bis/__init__.py": "the public names, loaded when first used, so that `import bis` costs nothing",
    "src/bis/cli/main.py": "the group of commands, each loaded when it is called",
}
MAX_LATE_SHARE = 0.05

# Rooms that may know the standard library and these packages only (and rooms below them, as the layers say).
KNOWN_PACKAGES: dict[str, frozenset[str]] = {
    "stats": frozenset({"numpy", "scipy"}),
    "model": frozenset(),
    "errors": frozenset(),
    "config": frozenset({"tomli"}),  # the standard library's tomllib, for Python 3.10
    "_version": frozenset(),
}


def name_of(path: Path) -> str:
    """The path as it is written in the tables above."""
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Each import statement that runs, and whether it stands in a function."""

    def visit(node: ast.AST, *, late: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, late
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        else:
            inner = late or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            for child in ast.iter_child_nodes(node):
                yield from visit(child, late=inner)

    return visit(ast.parse(path.read_text(encoding="utf-8")), late=False)


def packages_of(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The top-level packages that a statement imports from."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.split(".", 1)[0] for name in names}


def late_imports() -> tuple[list[str], int]:
    """The late imports that count, as ``place: statement``, and the number of all imports."""
    late, total = [], 0
    for path in MODULES:
        for node, is_late in imports_of(path):
            total += 1
            if is_late and name_of(path) not in LAZY and not packages_of(node) <= EXTRAS | PLATFORMS:
                late.append(f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}")
    return late, total


def test_few_imports_are_late() -> None:
    """Imports stand at the top of the module, but for a share that is named above."""
    late, total = late_imports()
    assert len(late) / total < MAX_LATE_SHARE, f"{len(late)} of {total}:\n" + "\n".join(late)


def test_nothing_of_bis_is_imported_by_a_string() -> None:
    """A reader, import-linter and mypy see every import."""
    assert [name_of(path) for path in MODULES for call in _calls(path) if _imports_by_string(call)] == []


def _calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _imports_by_string(call: ast.Call) -> bool:
    called = ast.unparse(call.func).rsplit(".", 1)[-1]
    if called not in {"import_module", "__import__"} or not call.args:
        return False
    return ast.unparse(call.args[0]).lstrip("f").strip("'\"").startswith(("bis.", "."))


def test_no_module_is_in_a_cycle() -> None:
    """No chain of imports leads from a module back to it, late imports included; imports for types do not count."""
    graph = grimp.build_graph("bis", exclude_type_checking_imports=True, cache_dir=None)
    graph.remove_import(importer="bis", imported="bis.api")  # the public names, loaded when first used
    after = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    while leaves := {module for module, imported in after.items() if not imported & after.keys()}:
        after = {module: imported for module, imported in after.items() if module not in leaves}
    assert sorted(after) == []


@pytest.mark.parametrize("room", sorted(KNOWN_PACKAGES))
def test_rooms_know_the_named_packages_only(room: str) -> None:
    """`stats` knows numpy and scipy, what is loaded in users' programs the standard library, and nothing more."""
    paths = [p for p in MODULES if p.relative_to(ROOT / "src" / "bis").parts[0].removesuffix(".py") == room]
    assert paths
    known = KNOWN_PACKAGES[room] | sys.stdlib_module_names | {"bis"}
    found = {f"{name_of(p)}: {name}" for p in paths for node, _ in imports_of(p) for name in packages_of(node) - known}
    assert sorted(found) == []
