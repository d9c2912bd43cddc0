"""Where a value is written that a name stands for, across assignments, classes, calls and files; and texts of such.

``mlflow.set_tracking_uri(settings.URI)`` with ``class Settings: URI = f"http://{HOST}:5000"`` in another file.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.bindings import Bindings
from bis._audit.parsing.ir import (
    BINARY,
    CALL,
    CONSTANT,
    DICT,
    FORMATTED,
    LIST,
    NAME,
    SUBSCRIPT,
    TEMPLATE,
    Call,
    Module,
    Value,
)
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.function_callers import given_by_callers

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from bis._audit.questions.analysis import Analysis

_DEEPEST = 8
_MOST_CHOICES = 50  # values of one name that are looked at
_FIELD = re.compile(r"\{(?P<name>\w*)[^{}]*\}")
_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[sdr]")
_JOINS = frozenset({"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PurePosixPath"})
# Of other bases it is not known whether they take attributes from the environment or a file before those written.
_PLAIN_BASES = frozenset({"object", "ABC", "abc.ABC", "NamedTuple", "BaseModel", "pydantic.BaseModel"})


class Written(NamedTuple):
    """An expression and where it stands: its names mean what they mean there, just before call number `at`."""

    module: Module
    value: Value
    scope: int
    at: int

    def call(self) -> Call | None:
        """The call that it is; None for others."""
        return self.module.calls[self.value.data] if self.value.kind == CALL else None


# A part of a text: the constants that it may be, of which it is one; none where it is not known.
Part = tuple[Written, ...]


def whole_text(analysis: Analysis, written: Written | None) -> str | None:
    """The text that an expression is, as far as all of it is written; None where a part is decided elsewhere.

    Of several that it may be, such as one for each call of the function around it, it is the first.
    """
    parts = text_parts(analysis, written) if written is not None else []
    if not parts or not all(parts):
        return None
    return "".join(str(choices[0].value.data) for choices in parts)


def text_parts(analysis: Analysis, written: Written, depth: int = 0) -> list[Part]:
    """A text in pieces: what is written, and what is put in between."""
    module, value, _scope, _at = written
    if depth > _DEEPEST:
        return [()]
    if value.kind == CONSTANT:
        return [(written,)] if isinstance(value.data, (str, int)) else [()]
    if value.kind in {NAME, SUBSCRIPT}:
        choices = values_of(analysis, written)
        if len(choices) == 1:
            return text_parts(analysis, choices[0], depth + 1)
        constants = all(one.value.kind == CONSTANT and isinstance(one.value.data, str) for one in choices)
        return [tuple(choices) if constants else ()]
    if value.kind == FORMATTED:
        pieces = _interleaved(written, value.data.split("{}"), list(value.items))
    elif value.kind == BINARY and value.data == "Add":
        pieces = [written._replace(value=item) for item in value.items]
    elif value.kind == BINARY and value.data == "Div":  # Path("a") / "b"
        pieces = _joined(written, value.items, "/")
    elif value.kind == BINARY and value.data == "Mod" and value.items[0].kind == CONSTANT:
        given = value.items[1].items if value.items[1].kind == LIST else (value.items[1],)
        texts = _PERCENT.sub("\0", str(value.items[0].data)).split("\0")
        pieces = _interleaved(written, texts, list(given))
    elif value.kind == CALL:
        pieces = _of_call(written, module.calls[value.data])
    else:
        return [()]
    return [part for one in pieces for part in (text_parts(analysis, one, depth + 1) if one is not None else [()])]


def _of_call(written: Written, call: Call) -> list[Written | None]:
    """The pieces of a text that a call puts together: ``"runs:/{}/model".format(name)``, ``os.path.join(a, b)``."""
    template = call.keywords.get(TEMPLATE)
    if template is not None and call.path == ".format":
        return _filled(written, call, str(template.data))
    if template is not None and len(call.args) == 1 and call.args[0].kind == LIST:
        return _joined(written, call.args[0].items, str(template.data))
    if call.api in _JOINS and not call.starred:
        return _joined(written, call.args, "/")
    return [written._replace(value=call.args[0])] if call.api == "str" and len(call.args) == 1 else [None]


def _filled(written: Written, call: Call, template: str) -> list[Written | None]:
    fields = [match["name"] for match in _FIELD.finditer(template)]
    given: list[Value | None] = []
    for position, name in enumerate(fields):
        at = int(name) if name.isdigit() else position
        named = call.keywords.get(name) if name and not name.isdigit() else None
        given.append(named or (call.args[at] if at < len(call.args) else None))
    return _interleaved(written, _FIELD.sub("\0", template).split("\0"), given)


def _joined(written: Written, values: tuple[Value, ...], between: str) -> list[Written | None]:
    texts = ["", *([between] * (len(values) - 1)), ""]
    return _interleaved(written, texts, list(values)) if values else [None]


def _interleaved(written: Written, texts: list[str], values: list[Value] | list[Value | None]) -> list[Written | None]:
    """Texts with a value after each but the last."""
    found: list[Written | None] = []
    for position, text in enumerate(texts):
        if text:
            found.append(written._replace(value=written.value._replace(kind=CONSTANT, data=text, items=())))
        if position < len(values):
            value = values[position]
            found.append(None if value is None else written._replace(value=value))
    return found


def values_of(analysis: Analysis, written: Written, depth: int = 0) -> list[Written]:
    """What a name or an entry of something named stands for, where it is written; none where that is not seen.

    There are several where the name is a loop's, or a parameter for which the calls of a function give several.
    """
    value = written.value
    if depth > _DEEPEST:
        return []
    if value.kind not in {NAME, SUBSCRIPT}:
        return [written]
    found = list(_named(analysis, written, depth) if value.kind == NAME else _entries(analysis, written, depth))
    choices: list[Written] = []
    for one in found[:_MOST_CHOICES]:
        followed = values_of(analysis, one, depth + 1) if one.value is not value else []
        if not followed:
            return []
        choices += followed
    return choices


def _entries(analysis: Analysis, written: Written, depth: int) -> Iterator[Written]:
    """The entry of a dictionary or a list that is written: ``config["tracking"]["uri"]``."""
    of, key = written.value.items[:2]
    if key.kind != CONSTANT or (of.kind == NAME and analysis.is_altered(written.module, of.data)):
        return
    for one in values_of(analysis, written._replace(value=of), depth + 1):
        items = one.value.items
        if one.value.kind == DICT:
            pairs = zip(items[::2], items[1::2], strict=True)
            yield from (one._replace(value=v) for k, v in pairs if k.kind == CONSTANT and k.data == key.data)
        elif one.value.kind == LIST and type(key.data) is int and -len(items) <= key.data < len(items):
            yield one._replace(value=items[key.data])


def _named(analysis: Analysis, written: Written, depth: int = 0) -> Iterator[Written]:
    """What a name stands for, one step on."""
    module, value, scope, at = written
    path = value.data
    bindings = _bindings(analysis, module)
    known = bindings.value_of(path, scope, at)
    if known is not None:
        if known is not value:
            yield written._replace(value=known)
        return
    head, _dot, rest = path.partition(".")
    if rest:
        yield from _member(analysis, written, head, rest)
    elif not (yield from _of_loop(analysis, written, depth)):
        yield from _of_parameter(analysis, written)
    if not bindings.assigned(0, path):
        yield from _imported(analysis, module, path)


def looped_over(analysis: Analysis, written: Written) -> Written | None:
    """What the loop goes through that sets a name, without ``enumerate`` and the like; None where none does."""
    module, value, scope, _at = written
    bindings = _bindings(analysis, module)
    level = next((one for one in bindings.enclosing(scope) if (one, value.data) in bindings.loop_names), -1)
    if level < 0:
        return None
    over = written._replace(value=bindings.loop_names[level, value.data], scope=level)
    call = over.call()
    return over._replace(value=call.args[0]) if call is not None and call.method in _PASS_ON and call.args else over


_PASS_ON = frozenset({"enumerate", "sorted", "list", "tqdm", "reversed"})


def _of_loop(analysis: Analysis, written: Written, depth: int) -> Generator[Written, None, bool]:
    """What a loop gives a name, one after the other; returns whether a loop does."""
    over = looped_over(analysis, written)
    if over is None:
        return False
    call = over.call()
    if call is not None and call.method in {"items", "values"} and call.owner:
        over = over._replace(value=Value(NAME, call.owner))
    for one in values_of(analysis, over, depth + 1):
        items = one.value.items[1::2] if one.value.kind == DICT else one.value.items
        if one.value.kind in {DICT, LIST}:
            yield from (one._replace(value=item) for item in items)
    return True


def _of_parameter(analysis: Analysis, written: Written) -> Iterator[Written]:
    """What all calls of a function give for one of its parameters, or leave to its default; none without any call."""
    module, value, scope, _at = written
    levels = _bindings(analysis, module).enclosing(scope)
    level = next((one for one in levels if value.data in module.scopes[one].parameters), -1)
    if level < 0 or value.data in {"self", "cls"}:
        return
    given = list(given_by_callers(analysis, module, level, value.data))
    if any(one is None for one in given):
        return
    for other, what, call in (one for one in given if one is not None):
        at_home = module.scopes[level].defaults.get(value.data) is what
        parent = module.scopes[level].parent
        yield (
            Written(module, what, parent, len(module.calls))
            if at_home
            else Written(other, what, call.scope, call.index)
        )


def _member(analysis: Analysis, written: Written, head: str, rest: str) -> Iterator[Written]:
    """An attribute of an object or a class of the file: ``self.uri``, ``Settings.URI``, ``settings.uri``."""
    module, _value, scope, at = written
    bindings = _bindings(analysis, module)
    owner = bindings.class_of(scope) if head in {"self", "cls"} else None
    if owner is not None:
        yield from _attribute(module, owner.name, rest, None, of_itself=True)
        return
    if any(one.name == head and one.kind == "class" for one in module.scopes):
        yield from _attribute(module, head, rest, None)
        return
    made = bindings.value_of(head, scope, at)
    if made is None or made.kind != CALL:
        return
    call = module.calls[made.data]
    file, _colon, name = call.api[1:].rpartition(":") if call.api[:1] == "@" else ("", "", "")
    of = next((one for one in analysis.project.modules if one.file == file), module)
    for one in _attribute(of, name, rest, call) if name else ():
        yield one if one.value is not call.keywords.get(rest) else written._replace(value=one.value)


def _attribute(
    module: Module, name: str, attribute: str, made: Call | None, *, of_itself: bool = False
) -> list[Written]:
    """The one value of an attribute of a class or its objects; none where it may have another one."""
    index = next((i for i, one in enumerate(module.scopes) if one.name == name and one.kind == "class"), 0)
    owner = module.scopes[index]
    if not index or "." in attribute:
        return []
    if made is not None and attribute in made.keywords:
        return [Written(module, made.keywords[attribute], 0, 0)]
    filled = any(one.endswith("dataclass") for one in owner.decorators) or any("Model" in one for one in owner.bases)
    if made is not None and (made.args or made.starred) and filled:
        return []
    set_ = [
        one
        for one in module.assigns
        if (one.scope == index and one.name == attribute)
        or (one.name == f"self.{attribute}" and _is_within(module, one.scope, index))
        or one.name == f"{name}.{attribute}"
    ]
    given = [one for one in set_ if not one.value.is_none] or set_[:1]
    if len(given) != 1:
        return []
    if given[0].scope == index and ((filled and of_itself) or not _PLAIN_BASES.issuperset(owner.bases)):
        return []
    return [Written(module, given[0].value, given[0].scope, given[0].after)]


def _is_within(module: Module, scope: int, outer: int) -> bool:
    while scope > outer:
        scope = module.scopes[scope].parent
    return scope == outer


def _imported(analysis: Analysis, module: Module, path: str) -> Iterator[Written]:
    """What a name of another file of the project is: ``config.URI``, and ``URI`` by ``from config import URI``."""
    links = analysis.project.links
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        for other, rest in links.imported(module, name):
            inner = ".".join([*([rest] if rest else []), *parts[length:]])
            if inner and other.file != module.file:
                yield Written(other, Value(NAME, inner), 0, len(other.calls))
                return
    for other, rest in links.imported(module, "*"):
        if not rest and _bindings(analysis, other).assigned(0, path.partition(".")[0]):
            yield Written(other, Value(NAME, path), 0, len(other.calls))
            return


@asked_once
def _bindings(analysis: Analysis, module: Module) -> Bindings:
    return analysis.project.links.bindings.get(module.file) or Bindings(module)


# One thing that an expression is, also through entries, copies and returns

_MOST_STEPS = 12  # names of names, entries of entries
_COPIES = frozenset(
    {"copy.copy", "copy.deepcopy", "dict", "omegaconf.OmegaConf.to_container", "omegaconf.OmegaConf.create"}
)


def followed(analysis: Analysis, one: Written) -> Written | None:
    """What an expression is, followed as far as it is seen; None where an entry is not seen or may be altered.

    A name is what was last assigned to it, also at the top of another file; ``c["split"]`` and ``c.get("split")`` are
    the entry of a dictionary; ``self.p``, ``Settings.P`` and ``settings.p`` are what their class sets; a copy is what
    is copied, and a call of a function with one ``return`` is what that returns. A dictionary that is altered by a
    further name is that name.
    """
    keys: list[str] = []
    for step in range(_MOST_STEPS):
        if one.value.kind == NAME:
            if (keys or step) and analysis.is_altered(one.module, one.value.data):
                return None if keys else one
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


def _assigned(analysis: Analysis, one: Written) -> Written | None:
    """What a name or an attribute stands for, one step on; None where that is not seen, or may be several things."""
    choices = list(islice(_named(analysis, one), 2))
    return choices[0] if len(choices) == 1 and choices[0].value is not one.value else None


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
    return Written(module, scope.returns[0], index, len(module.calls))
