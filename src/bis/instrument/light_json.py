"""JSON for a process that has not loaded the package `json`.

`json` loads `re`, and with it `enum`, `functools` and `collections`: half of what the whole start of the recorder may
cost. The C functions that do the work for `json` are at hand without it; the texts are the same, byte for byte.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from typing import Any

try:
    import _json as c_functions
except ImportError:  # an interpreter that is not CPython
    c_functions = None  # type: ignore[assignment]


class _Options:
    """The settings of the scanner: those of ``json.loads`` without arguments."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


_OPTIONS: Any = _Options  # which typeshed takes for a scanner


def parsed(text: str) -> Any:
    """The value of a JSON text, which starts with its value (an object, for example, and not a blank).

    Raises
    ------
    ValueError
        The text is not JSON.
    """
    if c_functions is None:
        from json import loads  # see above

        return loads(text)
    try:
        value, end = c_functions.make_scanner(_OPTIONS)(text, 0)
    except StopIteration as error:
        raise ValueError(f"not JSON at character {error.value}") from None
    if text[end:].strip():
        raise ValueError(f"more than one JSON value, the second at character {end}")
    return value


def encoded(value: dict[str, Any]) -> bytes:
    r"""An object as UTF-8 JSON on one line.

    What has no JSON form becomes its ``str``; bytes of file names and arguments that are not UTF-8 (lone surrogates)
    become ``\udcxx``, which is JSON's own escape.
    """
    if c_functions is None:
        from json import dumps  # see above

        text = dumps(value, ensure_ascii=False, default=str)
    else:
        encoder = c_functions.make_encoder({}, str, c_functions.encode_basestring, None, ": ", ", ", False, False, True)  # noqa: FBT003 (by position only)
        text = "".join(encoder(value, 0))
    return text.encode("utf-8", "backslashreplace")
