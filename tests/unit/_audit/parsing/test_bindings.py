"""What the names of one file are bound to."""

from __future__ import annotations

import pytest

from bis._audit.parsing.bindings import Bindings
from tests.unit._audit.small_projects import script


def test_values() -> None:
    """The value of a plain name is the last one before a call, of an outer scope where there is none."""
    module = script("lr = 1\nf()\nlr = 2\ndef g():\n    rate = 3\n    h()\nlr = 4\n")
    bindings, g = Bindings(module), 1

    def value(name: str, scope: int, at: int) -> object:
        found = bindings.value_of(name, scope, at)
        return found.data if found is not None else None

    assert [value("lr", 0, 0), value("lr", 0, 1), value("lr", g, 1)] == [1, 2, 4]
    assert [value("rate", g, 1), value("rate", 0, 1)] == [3, None]


def test_what_a_loop_sets_or_a_function_is_given_is_not_seen() -> None:
    """Neither has one value; attributes and scopes are known all the same."""
    bindings = Bindings(script("x = 1\nfor x in y:\n    f(x)\nclass A:\n    def g(self, z):\n        self.w = h(z)\n"))
    assert bindings.value_of("x", 0, 1) is None
    assert bindings.value_of("z", 2, 1) is None
    assert ("A", "w") in bindings.attributes
    owner = bindings.class_of(2)
    assert owner is not None
    assert (owner.name, bindings.enclosing(2)) == ("A", [2, 0])


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [("None", "make()", "call"), ("make()", "None", "call"), ("make()", "other", "call"), ("1", "make()", "constant")],
)
def test_an_attribute_that_is_none_at_first(first: str, second: str, kind: str) -> None:
    """It is what it is set to later; of two other values the first counts."""
    text = (
        f"class A:\n    def __init__(self):\n        self.m = {first}\n    def fit(self):\n        self.m = {second}\n"
    )
    assert Bindings(script(text)).attributes["A", "m"].kind == kind
