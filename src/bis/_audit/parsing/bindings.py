"""Which expressions the names of one file are bound to: by assignments, loops and classes."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Module, Scope, Value


class Bindings:
    """What is assigned to the names of one file; nothing of it changes after it was made.

    Parameters
    ----------
    module : Module

    Attributes
    ----------
    names : set of str
        All names that an assignment or a loop binds, in any scope.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.attributes: dict[tuple[str, str], Value] = {}
        self.loop_names: dict[tuple[int, str], Value] = {}
        self._assigned: dict[tuple[int, str], tuple[list[int], list[Value]]] = {}
        classes = {index for index, scope in enumerate(module.scopes) if scope.kind == "class"}
        for assign in module.assigns:
            head, _dot, attribute = assign.name.partition(".") if "." in assign.name else ("", "", "")
            if head in {"self", "cls"}:
                owner = self.class_of(assign.scope)
                if owner and "." not in attribute:
                    known = self.attributes.get((owner.name, attribute))
                    if known is None or known.is_none:  # self.model = None, at first
                        self.attributes[owner.name, attribute] = assign.value
                continue
            at, values = self._assigned.setdefault((assign.scope, assign.name), ([], []))
            at.append(assign.after)
            values.append(assign.value)
            if assign.scope in classes:
                self.attributes.setdefault((module.scopes[assign.scope].name, assign.name), assign.value)
        seen: tuple[tuple[int, ...], int] = ((), 0)  # calls of one loop follow each other
        for call in module.calls if module.loops else ():
            if not call.loops or (call.loops, call.scope) == seen:
                continue
            seen = (call.loops, call.scope)
            for loop in call.loops:
                one = module.loops[loop]
                if one.over is not None and one.targets and (call.scope, one.targets[-1]) not in self.loop_names:
                    self.loop_names[(call.scope, one.targets[-1])] = one.over
        self.names = {name for _scope, name in (*self._assigned, *self.loop_names)}

    def assigned(self, scope: int, name: str) -> tuple[list[int], list[Value]] | None:
        """What is assigned to a name in a scope: numbers of calls that come before, and values, both in order."""
        return self._assigned.get((scope, name))

    def value_of(self, name: str, scope: int, at: int) -> Value | None:
        """The expression that was last assigned to a plain name before call number `at`; None where none is seen.

        What a loop sets, or a function is given, is not seen.
        """
        for level in self.enclosing(scope):
            found = self._assigned.get((level, name))
            as_given = name in self.module.scopes[level].parameters and (not found or at < found[0][0])
            if as_given or (level, name) in self.loop_names:
                return None
            if found:
                position = bisect_right(found[0], at) - 1 if level == scope else len(found[0]) - 1
                return found[1][max(position, 0)]
        return None

    def class_of(self, scope: int) -> Scope | None:
        """The class that a scope is in; None where it is in none."""
        while scope > 0:
            one = self.module.scopes[scope]
            if one.kind == "class":
                return one
            scope = one.parent
        return None

    def enclosing(self, scope: int) -> list[int]:
        """A scope, the functions around it, and the module, in the order in which Python looks a name up."""
        levels = [scope]
        while scope > 0:
            scope = self.module.scopes[scope].parent
            if self.module.scopes[scope].kind != "class":
                levels.append(scope)
        return levels
