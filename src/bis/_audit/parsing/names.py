"""What names mean: imports, and the objects that variables and attributes hold, as far as one file shows."""

from __future__ import annotations

import builtins
from bisect import bisect_right
from typing import TYPE_CHECKING

from bis._audit.parsing.bindings import Bindings
from bis._audit.parsing.ir import (
    CALL,
    CONSTANT,
    DICT,
    LIST,
    LIST_OF_SOMETHING,
    NAME,
    OTHER,
    SUBSCRIPT,
    Call,
    Module,
    Scope,
    Value,
)

if TYPE_CHECKING:
    from typing import Protocol

    class Elsewhere(Protocol):
        """What the other files of the project say."""

        def imported(self, target: str) -> str:
            """The resolved name of an imported name."""

        def member(self, of: str, rest: str) -> str:
            """The resolved name of a member of another file's class."""

        def returned(self, api: str) -> str:
            """What made the object that another file's function returns."""

        def starred(self, module: str, name: str) -> str | None:
            """What a name is that ``from module import *`` brings; None where the module is not the project's own."""


_DEEP = 12  # longer chains of names than this are not ordinary code
_LONGEST = 300  # characters of a name: `df = df.a()`, a thousand times
_MOST_STEPS = 1000  # for one name: code can be written so that every way branches
_BUILTINS = frozenset(dir(builtins))
# Methods that return the object itself: `model = Net().to(device)`.
_FLUENT = frozenset(
    {"to", "cuda", "cpu", "float", "double", "half", "eval", "requires_grad_", "set_params", "set_output"}
)
_VIEWS = frozenset({"items", "values", "keys", "copy"})
# Functions of Python that return what they are given, or a part of it.
_PASSING_ELEMENTS = frozenset({"sum", "next", "max", "min", "eval", "input", "abs", "pow", "copy.deepcopy"})
_IMPORTING = frozenset({"importlib.import_module", "__import__"})
# Functions whose result is what they are given, under another name or in part.
_HANDING = _IMPORTING | {"functools.partial", "staticmethod", "getattr"}
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})
_PASSING_ON = frozenset({"enumerate", "zip", "list", "sorted", "reversed", "tqdm", "dict"})
_WITHIN = ".mlflow."  # modules of MLflow import MLflow: `mlflow.tensorflow.mlflow.log_param`


class Names:
    """Resolves the paths of one file.

    Parameters
    ----------
    module : Module
    elsewhere : Elsewhere, optional
        Asked for what the other files of the project define.
    bindings : Bindings, optional
        Those of the module, where they are known already.
    """

    def __init__(self, module: Module, elsewhere: Elsewhere | None = None, bindings: Bindings | None = None) -> None:
        self.bindings = bindings or Bindings(module)
        self._module = module
        self._elsewhere = elsewhere
        self._imports: dict[str, str] = {}
        self._stars: list[str] = []
        for one in module.imports:
            if one.alias == "*":
                self._stars.append(one.target)
            elif one.alias not in self._imports or not one.guarded:
                self._imports[one.alias] = one.target
        self._definitions = {s.name: i for i, s in enumerate(module.scopes) if i}
        # A name that the file itself binds nowhere means the same all over it: what is imported, or something built in.
        self._bound = self.bindings.names | {"self", "cls"} | {name.rpartition(".")[2] for name in self._definitions}
        self._bound.update(*(scope.parameters for scope in module.scopes))
        self._everywhere: dict[str, str] = {}
        self._argument_types: dict[tuple[int, str], str] = {}
        self._by_method: dict[str, dict[str, list[Call]]] | None = None  # by the last part of the path, and by the path
        self._apis = [call.api for call in module.calls]
        self._busy: set[tuple[str, int, int]] = set()
        self._resolved: set[int] = set()
        self._pending: set[int] = set()
        self._steps = 0

    def resolve_calls(self, changed: set[str] | None = None) -> None:
        """Find out the resolved name of each call; see `resolved_calls`.

        Parameters
        ----------
        changed : set of str, optional
            Names of which more is known than when the calls were resolved first; calls that are known without them are
            left as they are.
        """
        if changed is not None:
            changed = changed | {self._imports[name].partition(".")[0] for name in changed if name in self._imports}
            changed |= {star.partition(".")[0] for star in self._stars}
        everywhere, resolved = self._everywhere, self._resolved
        for call in self._module.calls:
            if changed is not None and not self._depends(call, changed):
                resolved.add(call.index)
                continue
            if call.receiver < 0 and call.path in everywhere:  # as most calls of libraries
                self._apis[call.index] = everywhere[call.path]
                resolved.add(call.index)
                continue
            try:
                self.api_of(call)
            except RecursionError:  # thousands of calls, each on what the next one returns
                continue

    def resolved_calls(self) -> tuple[Call, ...]:
        """The calls of the file with the names that were found out so far."""
        calls = self._module.calls
        if self._apis == [call.api for call in calls]:
            return calls
        # Faster than `_replace`: there is one for each call that is audited.
        return tuple(
            [
                call if call.api == api else tuple.__new__(Call, (*call[:2], api, *call[3:]))
                for call, api in zip(calls, self._apis, strict=True)
            ]
        )

    def _depends(self, call: Call, changed: set[str]) -> bool:
        """Whether a call's name may be another one with more known: its first name is changed, or was not found."""
        api, path = call.api, call.path
        head = path.partition(".")[0]
        bound = head in self._bound or not head.isidentifier() or self._stars  # else nothing but an import can say more
        if bound and (api == path or api.startswith((".", "@"))):
            return True
        return head in changed or api.partition(".")[0] in changed

    def api_of(self, call: Call) -> str:
        """The resolved name of what a call calls."""
        if call.index not in self._resolved:
            if not self._pending:
                self._steps = 0
            self._resolved.add(call.index)
            self._pending.add(call.index)  # while it is being found out, nothing is known of what it returns
            self._apis[call.index] = call.path
            try:
                self._apis[call.index] = self._resolved_api(call)
            finally:
                self._pending.discard(call.index)
        return self._apis[call.index]

    def _resolved_api(self, call: Call) -> str:
        path = call.path
        if call.receiver >= 0 and not path:
            return self._called(self._module.calls[call.receiver])
        if call.receiver >= 0:
            of = self._instance(self._module.calls[call.receiver])
            return self._member(of, path.lstrip("."), 0) if of else f".{path.rpartition('.')[2]}"
        if "[]." in path:
            base, _mark, method = path.partition("[].")
            of = self._element(Value(NAME, base), call.scope, call.index, 0)
            return self._member(of, method, 0) if of else f".{method}"
        if not path or path.startswith("."):
            return path
        known = self._everywhere.get(path)
        return known if known is not None else self.resolve(path, call.scope, call.index)

    def resolve(self, path: str, scope: int, at: int, depth: int = 0) -> str:
        """The resolved name of a path as it is written in `scope` just before call number `at`.

        Unknown single names are returned as they are, members of unknown objects as ``.member``.
        """
        head, _dot, rest = path.partition(".")
        if rest and path in self._imports:
            return self._imported(self._imports[path], "")
        while rest and (longest := path.rpartition(".")[0]) and longest != head and longest in self._imports:
            return self._imported(self._imports[longest], path[len(longest) + 1 :])
        if head in {"self", "cls"} and (owner := self.bindings.class_of(scope)) is not None:
            return self._own_member(owner, rest, depth) if rest else f"@{owner.name}"
        everywhere = head not in self._bound
        found = self._brought(head) if everywhere else self._head(head, scope, at, depth)
        if found:
            api = self._member(found, rest, depth) if rest else found
        else:
            api = f".{rest.rpartition('.')[2]}" if rest else head
        if everywhere and self._elsewhere is None:  # what other files say may be only a part, while they are asked
            self._everywhere[path] = api
        return api

    def type_of(self, value: Value | None, scope: int, at: int, depth: int = 0) -> str:
        """The resolved name of what made the object that an expression evaluates to; empty where that is unknown."""
        if value is None or self._too_far(depth):
            return ""
        if value.kind == CALL:
            return self._instance(self._module.calls[value.data], depth)
        if value.kind == NAME:
            found = self.resolve(value.data, scope, at, depth + 1)
            known = found != value.data or value.data.partition(".")[0] in self._imports  # `self.m = mlflow`
            return found if known and not found.startswith(".") else ""
        if value.kind == OTHER and value.data == "choice":
            return next((t for v in value.items if (t := self.type_of(v, scope, at, depth + 1))), "")
        if value.kind == SUBSCRIPT:
            return self._element(value.items[0], scope, at, depth + 1)
        return ""

    def at_the_end(self, path: str) -> str:
        """The resolved name of a path as other files see it."""
        self._steps = 0
        return self.resolve(path, 0, len(self._module.calls))

    def member_of(self, of: str, rest: str) -> str:
        """The resolved name of a member of something that is resolved already."""
        self._steps = 0
        return self._member(of, rest, 0)

    def returned_by(self, api: str) -> str:
        """What made the object that an own function returns; empty where that is unknown."""
        self._steps = 0
        return self._returned(api, 0)

    def _too_far(self, depth: int) -> bool:
        """Whether enough was looked at for one name."""
        if depth == 0 and not self._pending and not self._busy:
            self._steps = 0
        self._steps += 1
        return depth > _DEEP or self._steps > _MOST_STEPS

    # One name

    def _head(self, head: str, scope: int, at: int, depth: int) -> str:
        key = (head, scope, at)
        if key in self._busy or len(self._busy) > 2 * _DEEP or self._too_far(depth):
            return ""
        self._busy.add(key)
        try:
            return self._found(head, scope, at, depth)
        finally:
            self._busy.discard(key)

    def _found(self, head: str, scope: int, at: int, depth: int) -> str:
        for level in self.bindings.enclosing(scope):
            one = self._module.scopes[level]
            nested = f"{one.name}.{head}" if one.name else head
            bound = self.bindings.assigned(level, head)
            if bound is not None and level == scope and at < bound[0][0]:
                bound = None if self._is_there_before(one, level, head, nested) else bound
            looped = self.bindings.loop_names.get((level, head))
            if looped is not None and (bound is None or level == scope):
                found = self._element(looped, level, at, depth + 1)
                if found:
                    return found
            if bound is not None:
                position = bisect_right(bound[0], at) - 1 if level == scope else len(bound[0]) - 1
                value = bound[1][max(position, 0)]
                found = self.type_of(value, level, bound[0][max(position, 0)], depth + 1)
                found = found or self._annotated(one, head, depth)
                if found or level or head not in self._imports:
                    return found
            if head in one.parameters:
                return self._parameter(level, head, depth)
            if nested in self._definitions and one.kind != "class":
                return f"@{nested}"
        return self._brought(head)

    def _annotated(self, one: Scope, name: str, depth: int) -> str:
        """What an annotation says of a variable, or of an attribute of a class; empty where it says nothing."""
        annotation = one.annotations.get(name)
        if not annotation or annotation == LIST_OF_SOMETHING:
            return ""
        found = self.resolve(annotation, max(one.parent, 0), len(self._module.calls), depth + 1)
        return found if "." in found.lstrip("@.") or found.startswith("@") else ""

    def _brought(self, head: str) -> str:
        """What a name means that is imported, or that ``from module import *`` may have brought."""
        target = self._imports.get(head)
        return self._imported(target, "") if target else self._from_star(head)

    def _is_there_before(self, one: Scope, level: int, head: str, nested: str) -> bool:
        """Whether a name means something before its first assignment in a scope: ``svm = svm.SVC()``."""
        return head in one.parameters or nested in self._definitions or (level == 0 and head in self._imports)

    def _from_star(self, head: str) -> str:
        """A name that ``from module import *`` may have brought; empty where several libraries could have."""
        if not self._stars or head in _BUILTINS or any(name == head for _scope, name in self.bindings.loop_names):
            return ""
        libraries = []
        for star in self._stars:
            found = self._elsewhere.starred(star, head) if self._elsewhere is not None else None
            if found:
                return found
            if found is None:
                libraries.append(star)
        return f"{libraries[0]}.{head}" if len(libraries) == 1 and not libraries[0].startswith(".") else ""

    def _parameter(self, scope: int, name: str, depth: int) -> str:
        one = self._module.scopes[scope]
        if found := self._annotated(one, name, depth):
            return found
        default = one.defaults.get(name)
        if default is not None and (found := self.type_of(default, one.parent, len(self._module.calls), depth + 1)):
            return found
        key = (scope, name)
        if key not in self._argument_types:
            self._argument_types[key] = ""  # while it is being found out
            self._argument_types[key] = self._argument_type(one, name, depth)
        return self._argument_types[key]

    def _argument_type(self, function: Scope, name: str, depth: int) -> str:
        """What the file's own calls of a function give for one of its parameters."""
        short = function.name.rpartition(".")[2]
        method = self._module.scopes[function.parent].kind == "class"
        if short == "__init__":
            short = self._module.scopes[function.parent].name.rpartition(".")[2]
        position = function.parameters.index(name) - method
        if self._by_method is None:
            self._by_method = {}
            for call in self._module.calls:
                last = call.path.rpartition(".")[2]
                self._by_method.setdefault(last, {}).setdefault(call.path, []).append(call)
        for calls in self._by_method.get(short, {}).values():
            for call in calls[:5]:
                given = call.argument(position, name)
                found = self.type_of(given, call.scope, call.index, depth + 1)
                if found:
                    return found
        return ""

    # Members

    def _member(self, of: str, rest: str, depth: int) -> str:
        if of.startswith("@"):
            if ":" in of and self._elsewhere is not None:
                return self._elsewhere.member(of, rest)
            scope = self._definitions.get(of[1:])
            if scope is not None and self._module.scopes[scope].kind == "class":
                return self._own_member(self._module.scopes[scope], rest, depth)
            return f"{of}.{rest}"
        return self._imported(of, rest)  # of an own module, a member that it defines

    def _own_member(self, owner: Scope, rest: str, depth: int) -> str:
        """A member of a class of this file: its own, an attribute's, or one of a base that is made elsewhere."""
        name, _dot, more = rest.partition(".")
        unknown = f".{rest.rpartition('.')[2]}"
        if self._too_far(depth):
            return unknown
        if (index := self._definitions.get(f"{owner.name}.{name}")) is not None:
            property_ = more and not _PROPERTIES.isdisjoint(self._module.scopes[index].decorators)
            found = self._returned(f"@{owner.name}.{name}", depth + 1) if property_ else f"@{owner.name}.{name}"
        else:
            found = self._attribute(owner, name, depth)
            if not found and (owner.name, name) not in self.bindings.attributes:
                return self._inherited(owner, rest, depth) or (unknown if more else f"@{owner.name}.{rest}")
        if not more:
            return found or f"@{owner.name}.{rest}"
        if found == f"@{owner.name}.{name}":
            return f"@{owner.name}.{rest}"
        return self._member(found, more, depth + 1) if found else unknown

    def _attribute(self, owner: Scope, name: str, depth: int) -> str:
        """What an attribute of a class holds, by what it is given or what is said of it; empty where unknown."""
        value = self.bindings.attributes.get((owner.name, name))
        found = self._attribute_type(owner, value, depth) if value is not None else ""
        if not found or found.startswith("dataclasses.field"):
            found = self._annotated(owner, name, depth)
        return found

    def _inherited(self, owner: Scope, rest: str, depth: int) -> str:
        """A member of a class's bases; empty where none is known to have it."""
        for base in owner.bases:
            found = self.resolve(base, owner.parent, len(self._module.calls), depth + 1)
            if found.startswith("@") and found != f"@{owner.name}":
                inherited = self._member(found, rest, depth + 1)
                if not inherited.startswith("."):
                    return inherited
            elif "." in found.lstrip("."):
                return f"{found}.{rest}"
        return ""

    def _attribute_type(self, owner: Scope, value: Value, depth: int) -> str:
        init = self._definitions.get(f"{owner.name}.__init__", 0)
        return self.type_of(value, init, len(self._module.calls), depth + 1)

    def _element(self, value: Value, scope: int, at: int, depth: int) -> str:
        """The type of the elements of a collection: of the first of which it is known."""
        if self._too_far(depth):
            return ""
        if value.kind in {DICT, LIST}:
            elements = value.items[1::2] if value.kind == DICT else value.items
            return next((t for v in elements if (t := self._inner(v, scope, at, depth))), "")
        if value.kind == CALL:
            call = self._module.calls[value.data]
            if call.path in _PASSING_ON and call.args:
                return self._element(call.args[-1 if call.path == "zip" else 0], scope, at, depth + 1)
            if call.path.rpartition(".")[2] in _VIEWS and call.owner:
                return self._element(Value(NAME, call.owner), scope, at, depth + 1)
        if value.kind != NAME:
            return ""
        assigned = self.bindings.value_of(value.data, scope, at)
        found = self._element(assigned, scope, at, depth + 1) if assigned is not None else ""
        return found or self.type_of(self.bindings.value_of(f"{value.data}[]", scope, at), scope, at, depth + 1)

    def _inner(self, value: Value, scope: int, at: int, depth: int) -> str:
        """An element, or the last that is known of an element that is a tuple: ``("rf", RandomForestClassifier())``."""
        if value.kind in {LIST, DICT}:
            return self._element(value, scope, at, depth + 1)
        return self.type_of(value, scope, at, depth + 1)

    def _instance(self, call: Call, depth: int = 0) -> str:
        """The name under which the methods of a call's result are found; empty where nothing is known of it."""
        if call.index in self._pending or self._too_far(depth):
            return ""
        api = self.api_of(call)
        if api in _HANDING:
            return self._handed(call, api, depth)
        head, _dot, method = api.rpartition(".")
        if (method in _FLUENT and head) or (method == "fit" and head.startswith("sklearn.")):
            return head
        if api.startswith("@"):
            return self._returned(api, depth)
        unknown = api.startswith(".") or api in _PASSING_ELEMENTS or len(api) > _LONGEST
        return "" if unknown else api

    def _called(self, call: Call) -> str:
        """What is called where the result of a call is: ``partial(f, 1)(2)`` calls f; empty where nothing is known."""
        return self._handed(call, api, 0) if (api := self.api_of(call)) in _HANDING else ""

    def _handed(self, call: Call, api: str, depth: int) -> str:
        """What a call hands over of what it is given: a function, a member of an object, a module by its name."""
        if not call.args or self._too_far(depth):
            return ""
        first = call.args[0]
        if api in _IMPORTING:
            return self._imported(first.data, "") if first.kind == CONSTANT and isinstance(first.data, str) else ""
        of = self.type_of(first, call.scope, call.index, depth + 1)
        if api != "getattr":
            return of
        name = call.args[1] if len(call.args) > 1 else None
        known = name is not None and name.kind == CONSTANT and isinstance(name.data, str) and name.data
        return self._member(of, str(known), depth) if of and known else ""

    def _returned(self, api: str, depth: int) -> str:
        """What a function of the file returns; a class's call returns an object of it."""
        if ":" in api and self._elsewhere is not None:
            return self._elsewhere.returned(api)
        index = self._definitions.get(api[1:])
        if index is None:
            return ""
        scope = self._module.scopes[index]
        if scope.kind == "class":
            return api
        return next((t for v in scope.returns if (t := self.type_of(v, index, scope.last, depth + 1))), "")

    # Around

    def _imported(self, target: str, rest: str) -> str:
        whole = f"{target}.{rest}" if rest else target
        if _WITHIN in whole and whole.startswith("mlflow."):
            whole = f"mlflow.{whole.rpartition(_WITHIN)[2]}"
        return self._elsewhere.imported(whole) if self._elsewhere is not None else whole
