"""A function or a class while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from bis._audit.parsing.ir import Scope, Value


@dataclass(slots=True)
class OpenScope:
    """A function or class as far as it has been read; see `Scope`."""

    name: str
    kind: str
    parent: int = -1
    line: int = 0
    end_line: int = 0
    cell: int = -1
    parameters: tuple[str, ...] = ()
    annotations: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, Value] = field(default_factory=dict)
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    returns: tuple[Value, ...] = ()
    first: int = 0
    last: int = 0
    yields: tuple[Value, ...] = ()
    rest: str = ""

    def closed(self) -> Scope:
        """The scope, once all of it has been read."""
        return Scope(
            self.name, self.kind, self.parent, self.line, self.end_line, self.cell, self.parameters, self.annotations,
            self.defaults, self.bases, self.decorators, self.returns, self.first, self.last, self.yields, self.rest,
        )  # fmt: skip
