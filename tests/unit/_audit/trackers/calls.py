"""Calls as the audit sees them, for tests of the tables."""

from __future__ import annotations

from bis._audit.parsing.ir import CONSTANT, DICT, LIST, Call, Value


def value(data: object) -> Value:
    """An expression of constants: lists and dictionaries of them, too."""
    if isinstance(data, list):
        return Value(LIST, items=tuple(value(item) for item in data))
    if isinstance(data, dict):
        return Value(DICT, items=tuple(value(part) for pair in data.items() for part in pair))
    return Value(CONSTANT, data)


def call(api: str, *args: object, **keywords: object) -> Call:
    """A call of a resolved name."""
    return Call(
        index=0,
        path=api,
        api=api,
        args=tuple(value(one) for one in args),
        keywords={name: value(one) for name, one in keywords.items()},
        starred=False,
        scope=0,
        line=1,
        column=1,
    )
