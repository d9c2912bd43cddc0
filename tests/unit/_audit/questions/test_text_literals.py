"""The text literals of a file."""

from __future__ import annotations

from bis._audit.questions.text_literals import text_literals
from tests.unit._audit.small_projects import script


def test_literals() -> None:
    """Texts that reach a call or a name, with the keyword or name; not docstrings."""
    module = script("'''doc'''\nf('a', k='b')\nc = 'd'\ndef g(e='h'): pass\nx = f'{y}/i'\nl = ['m', ('n', 1)]")
    found = [(text, call.path if call else "", name) for text, _value, call, name in text_literals(module)]
    assert found == [
        ("a", "f", ""), ("b", "f", "k"), ("d", "", "c"), ("{}/i", "", "x"), ("m", "", "l"), ("n", "", "l"),
        ("h", "", "e"),
    ]  # fmt: skip
