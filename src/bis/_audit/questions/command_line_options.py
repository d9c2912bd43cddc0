"""What options of the command line are where a program is started without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.files.entry_points import parameters_of_programs
from bis._audit.parsing.ir import CALL, CONSTANT, NAME, SUBSCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bis._audit.parsing.ir import Module, Value


def is_none_by_default(texts: Mapping[str, str], module: Module, value: Value) -> bool:
    """Whether a value is an argument of the command line without a default: ``args.random_state``.

    The command of an MLproject's entry point gives what it is given.

    Parameters
    ----------
    texts : mapping of str to str
        The project's files that are read by name.
    module : Module
    value : Value
    """
    if value.kind == SUBSCRIPT and _is_of_vars(module, value.items[0]):
        dest = str(value.items[1].data)
    elif value.kind == NAME and "." in value.data:
        owner, _dot, dest = value.data.rpartition(".")
        if not _may_be_parsed(module, owner):
            return False
    else:
        return False
    for call in module.calls:
        if call.method != "add_argument":
            continue
        names = [str(given.data).lstrip("-").replace("-", "_") for given in call.args if given.kind == CONSTANT]
        named = call.keywords.get("dest")
        if dest != (named.data if named is not None else None) and dest not in names:
            continue
        default, required = call.keywords.get("default"), call.keywords.get("required")
        optional = any(str(given.data).startswith("-") for given in call.args if given.kind == CONSTANT)
        demanded = required is not None and not (required.kind == CONSTANT and not required.data)
        none = default is None or default.is_none
        if not optional or not none or demanded or call.starred:
            return False
        return dest not in parameters_of_programs(texts).get(module.file, ())
    return False


def options_given(modules: Iterable[Module], texts: Mapping[str, str]) -> frozenset[str]:
    """The options that commands give which a project writes: ``["python", "train.py", f"--seed={seed}"]``.

    Parameters
    ----------
    modules : iterable of Module
    texts : mapping of str to str
        The project's files that are read by name.

    Returns
    -------
    frozenset of str
        With ``_`` in the place of ``-``.
    """
    written = [text for one in texts.values() for text in _OPTION.findall(one)]
    for module in modules:
        given = [
            v for call in module.calls if call.method not in _DECLARES for v in (*call.args, *call.keywords.values())
        ]
        for value in (*given, *(assign.value for assign in module.assigns)):
            written += [text for one in value.constants() if isinstance(one, str) for text in _OPTION.findall(one)]
    return frozenset(text.replace("-", "_") for text in written)


_OPTION = re.compile(r"(?<![\w-])--(\w[\w-]*)")
_DECLARES = frozenset({"add_argument", "option", "Option", "add_option"})


def _may_be_parsed(module: Module, owner: str) -> bool:
    """Whether an object may be what the command line says: it is parsed, or nothing says what it is."""
    values = [assign.value for assign in module.assigns if assign.name == owner]
    made = {call for value in values for call in (value, *value.items) if call.kind == CALL}  # args, rest = ...
    return not values or any(module.calls[call.data].method.startswith("parse_") for call in made)


def _is_of_vars(module: Module, value: Value) -> bool:
    """Whether a dictionary is that of the command line: ``args = vars(parser.parse_args())``."""
    return value.kind == NAME and any(
        assign.name == value.data and assign.value.kind == CALL and module.calls[assign.value.data].api == "vars"
        for assign in module.assigns
    )
