"""What single expressions say: paths as they are written, annotations, targets of assignments, folded constants."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from bis._audit.parsing.ir import LIST_OF_SOMETHING

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Value

LONG_TEXT = 2000  # longer literals are data, not configuration


def characters(line: bytes, offset: int) -> int:
    """The number of characters in the first `offset` bytes of a line."""
    return len(line[:offset].decode("utf-8", "ignore"))


def path_of(node: ast.AST | None) -> str:
    """``a.b.c`` as it is written; empty for anything but names and attributes of names."""
    if type(node) is ast.Name:
        return node.id
    if type(node) is not ast.Attribute:
        return ""
    path, node = node.attr, node.value
    while type(node) is ast.Attribute:
        path, node = f"{node.attr}.{path}", node.value
    return f"{node.id}.{path}" if type(node) is ast.Name else ""


def annotation_of(node: ast.expr | None) -> str:
    """The class that an annotation names; of ``X | None`` and ``Optional[X]`` it is X."""
    match node:
        case ast.Constant(value=str(text)):
            first = text.partition("|")[0].strip()
            return first if first.replace(".", "").isidentifier() else ""
        case ast.BinOp(left=left):
            return annotation_of(left)
        case ast.Subscript(value=base, slice=inner) if path_of(base).rpartition(".")[2] in {"Optional", "Annotated"}:
            return annotation_of(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
    return path_of(node)


def parameter_annotation(node: ast.expr | None) -> str:
    """What an annotation says of a parameter: the class that it names, or ``list[]`` for a list of anything."""
    return annotation_of(node) or (LIST_OF_SOMETHING if _is_list(node) else "")


def _is_list(node: ast.expr | None) -> bool:
    match node:
        case ast.BinOp(left=left):
            return _is_list(left)
        case ast.Subscript(value=base, slice=inner) if path_of(base).rpartition(".")[2] in {"Optional", "Annotated"}:
            return _is_list(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        case ast.Subscript(value=base):
            return path_of(base).rpartition(".")[2] in {"list", "List"}
    return False


def target_names(node: ast.expr) -> list[str]:
    """The paths that an assignment or a loop binds; elements of collections are none."""
    path = path_of(node)
    if path:
        return [path]
    if isinstance(node, (ast.Tuple, ast.List)):
        return [name for element in node.elts for name in target_names(element)]
    return target_names(node.value) if isinstance(node, ast.Starred) else []


def pairs_of(value: Value) -> list[tuple[Value, Value]]:
    """Keys and values of a dictionary that is written out."""
    return list(zip(value.items[::2], value.items[1::2], strict=True))


def folded(operator: type[ast.operator], left: Any, right: Any) -> Any:
    """What an operator makes of two constants, as far as that is a short text or a small number; else None."""
    numbers = type(left) in (int, float) and type(right) in (int, float) and abs(left) < 1e9 and abs(right) < 1e9
    if operator is ast.Add and type(left) is str and type(right) is str:
        return (left + right)[:LONG_TEXT]
    if not numbers:
        return None
    if operator is ast.Mult:
        return left * right
    if operator is ast.Add:
        return left + right
    if operator is ast.Sub:
        return left - right
    return left / right if operator is ast.Div and right else None
