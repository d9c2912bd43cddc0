"""``--set name=value``: one argument of a command line exchanged for another, in the style that is used there."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_ASSIGNED = re.compile(r"[+~]{0,2}[A-Za-z_][\w./@-]*=.*", re.DOTALL)
_NUMBER = re.compile(r"-\.?\d")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A changed command line: the arguments, and what was there before (empty where nothing was)."""

    argv: tuple[str, ...]
    before: str


def override(argv: tuple[str, ...], name: str, value: str) -> Exchange:
    """Give the argument `name` the value `value`.

    ``--name VALUE``, ``--name=VALUE`` and ``name=VALUE`` (Hydra) are replaced in place; the last one counts,
    as it does for argparse. A switch without value is kept for a true value and taken away for a false one. What is
    not there is appended, in the style of the others.

    Examples
    --------
    >>> override(("--lr", "0.1", "--fast"), "lr", "0.2").argv
    ('--lr', '0.2', '--fast')
    >>> override(("model=mlp", "lr=0.1"), "seed", "3").argv
    ('model=mlp', 'lr=0.1', 'seed=3')
    """
    for place in reversed(range(len(argv))):
        found = _spelling(argv[place], name)
        if found is None:
            continue
        if "=" in found:
            prefix, _, before = argv[place].partition("=")
            return Exchange((*argv[:place], f"{prefix}={value}", *argv[place + 1 :]), before)
        return _exchange_option(argv, place, value)
    if any(_ASSIGNED.fullmatch(a) for a in argv) and not any(a.startswith("--") for a in argv):
        return Exchange((*argv, f"{name}={value}"), "")
    return Exchange((*argv, f"-{name}" if len(name) == 1 else f"--{name}", value), "")


def _spelling(argument: str, name: str) -> str | None:
    """How this argument names `name`: with its dashes, or with ``=`` where the value is part of it; else None."""
    head, equals, _ = argument.partition("=")
    bare = head.lstrip("-+~")
    same = bare == name or bare.replace("-", "_") == name.lstrip("-").replace("-", "_")
    if not same or (not head.startswith("-") and not equals):
        return None
    return head + equals


def _exchange_option(argv: tuple[str, ...], place: int, value: str) -> Exchange:
    end = place + 1
    while end < len(argv) and not (argv[end].startswith("-") and not _NUMBER.match(argv[end])):
        end += 1
    values = argv[place + 1 : end]
    if not values:
        if value.lower() in _TRUE:
            return Exchange(argv, "given")
        if value.lower() in _FALSE:
            return Exchange((*argv[:place], *argv[place + 1 :]), "given")
        return Exchange((*argv[:place], f"{argv[place]}={value}", *argv[place + 1 :]), "given")
    new = shlex.split(value)
    if len(new) > 1 and len(values) > 1:  # an option of several values
        return Exchange((*argv[: place + 1], *new, *argv[end:]), shlex.join(values))
    return Exchange((*argv[: place + 1], value, *argv[place + 2 :]), values[0])
