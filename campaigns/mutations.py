"""Malformed input, made from examples: bytes, lines and values of JSON documents are changed, cut, repeated."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

_TOKENS = (
    *(
        b"\0",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\r",
        b"\r\n",
        b"\x1b[2J",
        "\u202e".encode(),
        b"\t",
        b"\x0c",
    ),
    *(b"[" * 40, b"{" * 40, b"(" * 120, b"-" * 200, b"lambda: " * 30, b"../" * 8, b"\n\n", b"=", b"==", b"://", b"::"),
    *(b"1e999", b"-1", b"NaN", b"Infinity", b"99999999999999999999999999", b"null", b"true", b'"', b"'''", b"\\"),
    *(b"\\ud800", b"/etc/passwd", b"/dev/zero", b"%s%n", b"${HOME}", b"$(id)", b"&a [*a]", b"<<<<<<< HEAD\n"),
    *(b"# coding: utf-7\n", "\u015f".encode()),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 0.5, 1e300, -1e300, 1e-320),
    *("", "x", "\0", "\ud800", "../../x", "/abs", "a" * 3000, "0x1p3", "nan", "bitwise", "1e999"),
    *([], {}, [None], [[]], {"": None}, [1, "x"], {"path": 1}),
)
_DEEP = 300


def mutated(examples: Sequence[bytes], rng: random.Random) -> bytes:
    """One of the examples with a few changes."""
    content = rng.choice(examples)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        content = _changed(content, examples, rng)
    return content


def mutated_json(examples: Sequence[bytes], rng: random.Random) -> bytes:
    """One of the JSON documents with other values in some places; now and then its bytes are changed, too."""
    content = rng.choice(examples)
    if rng.random() < 0.15:
        return mutated(examples, rng)
    try:
        document = json.loads(content)
    except ValueError:
        return mutated(examples, rng)
    for _ in range(rng.choice((1, 1, 2, 4))):
        document = _with_other(document, rng)
    return json.dumps(document, ensure_ascii=rng.random() < 0.8).encode("utf-8", "surrogatepass")


def _changed(content: bytes, examples: Sequence[bytes], rng: random.Random) -> bytes:  # noqa: PLR0911 - one for each way
    at = rng.randrange(len(content) + 1)
    length = min(rng.choice((1, 1, 2, 8, 40, 400)), len(content) - at)
    how = rng.randrange(9)
    if how == 0 and content:
        flipped = bytes([content[at % len(content)] ^ (1 << rng.randrange(8))])
        return content[: at % len(content)] + flipped + content[at % len(content) + 1 :]
    if how == 1:
        return content[:at] + content[at + length :]
    if how == 2:
        return content[:at] + content[at : at + length] * rng.choice((2, 2, 3, 50)) + content[at + length :]
    if how in {3, 4}:
        return content[:at] + rng.choice(_TOKENS) + content[at:]
    if how == 5:
        return content[:at] + rng.choice(_TOKENS) + content[at + length :]
    if how == 6:
        other = rng.choice(examples)
        start = rng.randrange(len(other) + 1)
        return content[:at] + other[start : start + rng.choice((10, 100, 2000))] + content[at:]
    if how == 7:
        return content[:at]
    lines = content.splitlines(keepends=True)
    if len(lines) > 1:
        rng.shuffle(lines)
    return b"".join(lines)


def _with_other(document: Any, rng: random.Random) -> Any:
    """The document with one value, somewhere in it, that is another, gone, moved, or wrapped."""
    found = list(places(document))
    if not found:
        return deepcopy(rng.choice(_VALUES))
    holder, key = rng.choice(found)
    how = rng.randrange(8)
    if how < 4:
        holder[key] = deepcopy(rng.choice(_VALUES))  # it may be changed in turn
    elif how == 4:
        other, other_key = rng.choice(found)
        holder[key] = deepcopy(other[other_key])
    elif how == 5:
        del holder[key]
    elif how == 6:
        holder[key] = [holder[key]] if rng.random() < 0.5 else {"x": holder[key]}
    else:
        deep: Any = holder[key]
        for _ in range(_DEEP):
            deep = [deep]
        holder[key] = deep
    return document


def places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Each place in a JSON value that holds another: what holds it, and its key or index there."""
    if depth > 12:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from places(inner, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value[:20]):
            yield value, index
            yield from places(inner, depth + 1)
