"""What an expression is, as far as it is written in the project: names, attributes, entries, copies, returns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.bindings import Bindings
from bis._audit.parsing.ir import CALL, CONSTANT, DICT, NAME, SUBSCRIPT, Value
from bis._audit.questions.asked_once import asked_once

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_DEEPEST = 12  # names of names, entries of entries
_COPIES = frozenset(
    {"copy.copy", "copy.deepcopy", "dict", "omegaconf.OmegaConf.to_container", "omegaconf.OmegaConf.create"}
)
_SELF = frozenset({"self", "cls"})


class Written(NamedTuple):
    """An expression, and where it is written: in which file and scope, before which call."""

    module: Module
    value: Value
    scope: int
    at: float

    def call(self) -> Call | None:
        """The call that it is; None for others."""
        return self.module.calls[self.value.data] if self.value.kind == CALL else None


def written(analysis: Analysis, one: Written) -> Written | None:
    """What an expression is, followed as far as it is seen; None where an entry is not seen or may be altered.

    A name is what was last assigned to it, also at the top of another file; ``c["split"]`` and ``c.get("split")`` are
    the entry of a dictionary; ``self.p``, ``Settings.P`` and ``settings.p`` are what their class sets; a copy is what
    is copied, and a call of a function with one ``return`` is what that returns.
    """
    keys: list[str] = []
    for _step in range(_DEEPEST):
        if one.value.kind == NAME:
            if keys and analysis.is_altered(one.module, one.value.data):
                return None
            known = _assigned(analysis, one)
            if known is None:
                return None if keys else one
        elif (key := _key(one)) is not None:
            keys.append(key)
            known = _without_key(one)
        elif keys and (one.value.kind == DICT or _makes_dictionary(one)):
            known = _entry(one, keys.pop())
        else:
            known = _copied(one) or _returned(analysis, one)
            if known is None:
                return None if keys else one
        if known is None:
            return None
        one = known
    return one


@asked_once
def _bindings(analysis: Analysis, module: Module) -> Bindings:
    return analysis.project.links.bindings.get(module.file) or Bindings(module)


def _assigned(analysis: Analysis, one: Written) -> Written | None:
    """What a name or an attribute was last set to; None where that is not seen."""
    bindings = _bindings(analysis, one.module)
    name = one.value.data
    known = bindings.value_of(name, one.scope, int(min(one.at, len(one.module.calls))))
    if known is not None and known is not one.value:
        return one._replace(value=known)
    first, _dot, rest = name.partition(".")
    if not rest:
        return _of_another_file(analysis, one.module, name)
    return _of_object(analysis, one, first, rest) if "." not in rest else None


def _of_object(analysis: Analysis, one: Written, first: str, rest: str) -> Written | None:
    """The attribute of an object, a class or a module by its name."""
    bindings = _bindings(analysis, one.module)
    if first in _SELF:
        owner = bindings.class_of(one.scope)
        return _attribute(analysis, one.module, owner.name, rest) if owner is not None else None
    if any(scope.kind == "class" and scope.name == first for scope in one.module.scopes):
        return _attribute(analysis, one.module, first, rest)
    made = bindings.value_of(first, one.scope, int(min(one.at, len(one.module.calls))))
    if made is None:
        return _of_another_file(analysis, one.module, f"{first}.{rest}")
    return _of_instance(analysis, one, made, rest) if made.kind == CALL else None


def _of_instance(analysis: Analysis, one: Written, made: Value, attribute: str) -> Written | None:
    """An attribute of an object of a class of the project: as it is given, else as the class sets it."""
    call = one.module.calls[made.data]
    if attribute in call.keywords:
        return one._replace(value=call.keywords[attribute])
    if call.args or call.starred or not call.api.startswith("@"):
        return None
    file, _colon, name = call.api[1:].rpartition(":")
    module = next((m for m in analysis.project.modules if m.file == file), None) if file else one.module
    return _attribute(analysis, module, name, attribute) if module is not None else None


def _attribute(analysis: Analysis, module: Module, owner: str, name: str) -> Written | None:
    """What a class sets an attribute to, where it does so once."""
    bindings = _bindings(analysis, module)
    if (owner, name) not in bindings.attributes:
        return None
    named = {name, f"self.{name}", f"cls.{name}"}
    own = [a for a in module.assigns if a.name in named and _is_in(bindings, a.scope, owner)]
    return Written(module, own[0].value, own[0].scope, math.inf) if len(own) == 1 else None


def _is_in(bindings: Bindings, scope: int, owner: str) -> bool:
    one = bindings.class_of(scope)
    return one is not None and one.name == owner


def _of_another_file(analysis: Analysis, module: Module, name: str) -> Written | None:
    """What a file that is imported sets at its top, or a class in it: ``config.SEED``, ``Config.SEED``."""
    first, _dot, rest = name.partition(".")
    imported = next((one for one in module.imports if one.alias == first), None)
    if imported is None:
        return None
    last = imported.target.rpartition(".")[2]
    for file in sorted(analysis.project.links.used[module.file]):
        other = next(m for m in analysis.project.modules if m.file == file)
        if rest and (known := _attribute(analysis, other, last, rest)) is not None:
            return known
        stem = file.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
        wanted = rest if rest and stem == last else "" if rest else last
        value = _bindings(analysis, other).value_of(wanted, 0, len(other.calls)) if wanted else None
        if value is not None:
            return Written(other, value, 0, math.inf)
    return None


def _key(one: Written) -> str | None:
    """The text in ``c["split"]`` and ``c.get("split")``."""
    if one.value.kind == SUBSCRIPT:
        index = one.value.items[1]
        return index.data if index.kind == CONSTANT and isinstance(index.data, str) else None
    call = one.call()
    given = call.args[0] if call is not None and call.method == "get" and call.owner and call.args else None
    return given.data if given is not None and given.kind == CONSTANT and isinstance(given.data, str) else None


def _without_key(one: Written) -> Written:
    call = one.call()
    return one._replace(value=one.value.items[0] if call is None else Value(NAME, call.owner))


def _makes_dictionary(one: Written) -> bool:
    call = one.call()
    return call is not None and call.api == "dict" and not call.args


def _entry(one: Written, key: str) -> Written | None:
    call = one.call()
    if call is not None:
        value = call.keywords.get(key)
    else:
        pairs = zip(one.value.items[::2], one.value.items[1::2], strict=True)
        value = next((item for name, item in pairs if name.kind == CONSTANT and name.data == key), None)
    return None if value is None else one._replace(value=value)


def _copied(one: Written) -> Written | None:
    """What is copied by ``b.copy()``, ``deepcopy(b)`` and ``dict(b)``."""
    call = one.call()
    if call is None or call.keywords:
        return None
    if call.method == "copy" and call.owner and not call.args:
        return one._replace(value=Value(NAME, call.owner))
    return one._replace(value=call.args[0]) if call.api in _COPIES and len(call.args) == 1 else None


def _returned(analysis: Analysis, one: Written) -> Written | None:
    """What a function of the project returns which has one ``return``."""
    call = one.call()
    found = analysis.project.links.function(call.api, one.module) if call is not None else None
    if found is None:
        return None
    module, index = found
    scope = module.scopes[index]
    if scope.name.endswith("__init__") or len(scope.returns) != 1:
        return None
    return Written(module, scope.returns[0], index, math.inf)
