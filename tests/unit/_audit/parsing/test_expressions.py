"""What single expressions say."""

from __future__ import annotations

import ast

import pytest

from bis._audit.parsing.expressions import (
    annotation_of,
    characters,
    folded,
    pairs_of,
    parameter_annotation,
    path_of,
    target_names,
)
from bis._audit.parsing.ir import CONSTANT, DICT, Value


def expression(text: str) -> ast.expr:
    """The tree of one expression."""
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(("text", "path"), [("a.b.c", "a.b.c"), ("a", "a"), ("a().b", ""), ("a[0].b", ""), ("1", "")])
def test_paths_are_names_and_attributes_of_names(text: str, path: str) -> None:
    """Of anything else there is none."""
    assert path_of(expression(text)) == path


@pytest.mark.parametrize(
    ("text", "name"),
    [("X", "X"), ("m.X", "m.X"), ("X | None", "X"), ("Optional[X]", "X"), ("'m.X'", "m.X"), ("list[X]", "")],
)
def test_annotations_name_a_class(text: str, name: str) -> None:
    """Also as a text, and where it may be None; of a collection it is not that of the elements."""
    assert annotation_of(expression(text)) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("X", "X"),
        ("list[X]", "list[]"),
        ("typing.List[X]", "list[]"),
        ("list[X] | None", "list[]"),
        ("Optional[List[X]]", "list[]"),
        ("dict[str, X]", ""),
        ("list", "list"),
    ],
)
def test_annotations_of_parameters_know_lists(text: str, name: str) -> None:
    """Whatever is in them."""
    assert parameter_annotation(expression(text)) == name


def test_targets_and_characters() -> None:
    """All names of a nested target; characters are fewer than bytes."""
    assert target_names(expression("a, (self.b, *c), d[0]")) == ["a", "self.b", "c"]
    assert characters("é = 1".encode(), 3) == 2


def test_constants_are_folded_while_they_are_small() -> None:
    """Texts are joined, numbers computed."""
    assert folded(ast.Add, "runs:/", "a") == "runs:/a"
    assert folded(ast.Mult, 1024, 8) == 8192
    assert folded(ast.Div, 1, 0) is None
    assert folded(ast.Mult, 10**12, 2) is None


def test_pairs_of_a_dictionary() -> None:
    """In order."""
    key, value = Value(CONSTANT, "a"), Value(CONSTANT, 1)
    assert pairs_of(Value(DICT, None, (key, value))) == [(key, value)]
