"""Frozen dataclasses to JSON values and back, by their type annotations.

Every file format of bis is one of the dataclasses of this package. Unknown keys are ignored, so that a reader of
format version *n* reads what a later bis of the same version added; a missing key without default is an error.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import types
import typing
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
_LARGEST_INT = 1 << 64  # what counts, sizes and steps fit in; larger numbers cannot even be shown everywhere
_MOMENT = "_unix_s"  # how the names of fields end that hold one
_LAST_MOMENT = 253402300800.0  # the year 10000, which is none of `datetime`
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")  # as `strict_json` writes them


def to_json(value: Any) -> Any:
    """Turn dataclasses, enums, tuples and mappings into what ``json.dumps`` takes.

    Raises
    ------
    TypeError
        The value holds something else.
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(v) for v in value]
    raise TypeError(f"{type(value).__name__} has no JSON form: {value!r}")


def strict_json(value: Any) -> Any:
    """A JSON value in which floats that JSON cannot write are the texts NaN, Infinity and -Infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, dict):
        return {k: strict_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [strict_json(v) for v in value]
    return value


def json_value(text: str | bytes) -> Any:
    """What a JSON text says.

    Raises
    ------
    ValueError
        It is not JSON, or is nested more deeply than anything that is written here.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def from_json(cls: type[T], value: Any, where: str = "$") -> T:
    """Build ``cls`` from a JSON value.

    Parameters
    ----------
    cls : type
        A dataclass of this package (or any annotation its fields use).
    value : JSON value
        As ``json.loads`` gives it.
    where : str
        Path of `value` in the document, for messages.

    Raises
    ------
    ValueError
        The value does not have the structure of `cls`, or its method ``check_values`` refuses what is in it; the
        message names the path, what was expected and found.
    """
    return typing.cast("T", _decode(cls, value, where))


def _decode(hint: Any, value: Any, where: str) -> Any:  # noqa: PLR0911, PLR0912, C901 (one branch for each kind of annotation)
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if hint in {int, float} and isinstance(value, int) and abs(value) > _LARGEST_INT:
        raise ValueError(f"{where}: expected a number that fits in 64 bits, found a larger one")
    if hint is Any or hint is object:
        return value
    if origin is typing.Union or origin is types.UnionType:
        if value is None and type(None) in args:
            return None
        return _decode(_fitting([a for a in args if a is not type(None)], value), value, where)
    if origin is tuple:
        _expect(isinstance(value, list), "a list", value, where)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_decode(args[0], v, f"{where}[{i}]") for i, v in enumerate(value))
        _expect(len(value) == len(args), f"{len(args)} items", value, where)
        return tuple(_decode(a, v, f"{where}[{i}]") for i, (a, v) in enumerate(zip(args, value, strict=True)))
    if origin is dict:
        _expect(isinstance(value, dict), "an object", value, where)
        return {k: _decode(args[1], v, f"{where}.{k}") for k, v in value.items()}
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            _expect(False, f"one of {[m.value for m in hint]}", value, where)  # noqa: FBT003
    if dataclasses.is_dataclass(hint):
        return _decode_dataclass(typing.cast("type", hint), value, where)
    if hint is float:
        if value in _NOT_FINITE:
            return float(value)
        _expect(isinstance(value, (int, float)) and not isinstance(value, bool), "a number", value, where)
        return float(value)
    if isinstance(hint, type):
        _expect(isinstance(value, hint) and (hint is bool or not isinstance(value, bool)), hint.__name__, value, where)
    return value


def _fitting(hints: list[Any], value: Any) -> Any:
    """The member of a union that a JSON value is of; the first, where none is."""
    kind = tuple if isinstance(value, list) else type(value)
    return next((h for h in hints if (typing.get_origin(h) or h) is kind), hints[0])


def _decode_dataclass(cls: type, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), "an object", value, where)
    hints = _hints(cls)
    kwargs = {}
    for field in dataclasses.fields(cls):
        if field.name in value:
            found = _decode(hints[field.name], value[field.name], f"{where}.{field.name}")
            if field.name.endswith(_MOMENT) and found is not None and not 0 <= found < _LAST_MOMENT:
                raise ValueError(f"{where}.{field.name}: expected seconds since 1970, found {found}")
            kwargs[field.name] = found
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ValueError(f"{where}: expected the key {field.name!r}, found {sorted(value)}")
    built = cls(**kwargs)
    check = getattr(built, "check_values", None)
    if check is not None:
        try:
            check()
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
    return built


def _expect(holds: bool, expected: str, found: Any, where: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(f"{where}: expected {expected}, found {type(found).__name__} {str(found)[:60]!r}")
