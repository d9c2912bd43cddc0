"""The intermediate representation of a file: calls and assignments, with names resolved. The syntax tree ends here.

All of it is immutable. The many small values are named tuples, which are made faster than frozen dataclasses.

Names are dotted and say where a thing comes from: ``mlflow.log_param``, ``sklearn.svm.SVC``. An object's methods
follow the name of what made it: ``sklearn.svm.SVC.fit``. ``@train`` and ``@Trainer.fit`` are functions of the file
itself; ``.fit`` is a method of an object of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bis.model.project_audit import Place

CONSTANT, NAME, CALL, DICT, LIST, BINARY, SUBSCRIPT, FORMATTED, OTHER = (
    "constant", "name", "call", "dict", "list", "binary", "subscript", "formatted", "other",
)  # fmt: skip


TEMPLATE = "*template"  # among a call's keywords, the literal text whose method `format` or `join` is called


class Value(NamedTuple):
    """An expression, as far as its text shows.

    `kind` says what `data` and `items` are: ``constant`` (data: the value), ``name`` (data: the path as written:
    ``args.lr``), ``call`` (data: index of the call in `Module.calls`), ``dict`` (items: key, value, key, value, ...),
    ``list`` (also tuples and sets; items: elements), ``binary`` (data: the operator's class, as ``Div``; items: left
    and right), ``subscript`` (items: object and index), ``formatted`` (data: the text, with ``{}`` for what is filled
    in; items: what is), ``other`` (items: the parts).
    """

    kind: str
    data: Any = None
    items: tuple[Value, ...] = ()
    line: int = 0
    column: int = 0

    @property
    def is_none(self) -> bool:
        """Whether it is ``None``, written out."""
        return self.kind == CONSTANT and self.data is None

    def names(self) -> set[str]:
        """Paths of all variables in it, in nested calls' arguments not included."""
        found = {self.data} if self.kind == NAME else set()
        for item in self.items:
            found |= item.names()
        return found

    def constants(self) -> list[Any]:
        """All constants in it."""
        found = [self.data] if self.kind == CONSTANT or (self.kind == FORMATTED and self.data) else []
        for item in self.items:
            found += item.constants()
        return found

    @property
    def is_literal(self) -> bool:
        """Whether it is a constant other than None, or a list of such."""
        if self.kind == LIST:
            return bool(self.items) and all(item.is_literal for item in self.items)
        return self.kind == CONSTANT and self.data is not None


LIST_OF_SOMETHING = "list[]"  # what an annotation says of a list, whatever is in it
LATER = -1  # the branch of what a lambda does


class Call(NamedTuple):
    """A call, in the order in which they are evaluated in the text. Lines and columns count from 1.

    `path` is the callee as written (``self.client.log_param``, ``.fit`` where the object is not a name), `api` the
    resolved name. `targets` are the names that its result is assigned to. `loops` and `withs` are indices into the
    module's lists of the statements around it, outermost first, within the same function. `branches` are numbers of
    what runs under a condition around it, likewise; `LATER` is one that runs when it is called. `scope` is an index
    into `Module.scopes`.
    """

    index: int  # type: ignore[assignment]  # a field in place of the method of tuples, which is not used
    path: str
    api: str
    args: tuple[Value, ...]
    keywords: Mapping[str, Value]
    starred: bool
    scope: int
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0
    cell: int = -1
    targets: tuple[str, ...] = ()
    loops: tuple[int, ...] = ()
    withs: tuple[int, ...] = ()
    branches: tuple[int, ...] = ()
    receiver: int = -1  # the call whose result this is a method of: A().b()

    @property
    def conditional(self) -> bool:
        """Whether it runs under a condition of its function, or later."""
        return bool(self.branches)

    @property
    def method(self) -> str:
        """The last part of the name."""
        return self.api.rpartition(".")[2].lstrip("@") or self.path.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The object as written, without the method: ``self.client``."""
        return self.path.rpartition(".")[0]

    def argument(self, position: int, name: str) -> Value | None:
        """The argument at a position or of a name; a negative position is by name only."""
        if name in self.keywords:
            return self.keywords[name]
        return self.args[position] if 0 <= position < len(self.args) else None


class Assign(NamedTuple):
    """``name = value``; `name` may be a path (``self.client``). `after` calls are evaluated before it has ended."""

    name: str
    value: Value
    scope: int
    line: int
    column: int
    after: int
    cell: int = -1
    key: str = ""  # the text within the brackets of `name[...] = value`; its name is then ``name[]``


class Loop(NamedTuple):
    """A ``for`` or ``while``, or a comprehension; `targets` are the names that a ``for`` sets."""

    targets: tuple[str, ...]
    over: Value | None
    line: int
    cell: int = -1


class With(NamedTuple):
    """One item of a ``with``: the index of the call that it enters, or -1, and the name after ``as``."""

    call: int
    name: str
    line: int
    end: int = 0  # number of calls evaluated before the body has ended
    cell: int = -1


class Scope(NamedTuple):
    """A function or class, or at index 0 the module; `bases` are names as written.

    `parameters` are the names in order, `annotations` by parameter the names of classes as written, ``list[]`` for a
    list of anything, `defaults` by parameter. `parent` is an index. `first` and `last` bound the calls in it: they are
    ``calls[i] for i in range(first, last)``, those of nested functions among them. `rest` is the parameter for all
    further keywords: ``**kwargs``.
    """

    name: str
    kind: str  # module, function, class
    parent: int = -1
    line: int = 0
    end_line: int = 0
    cell: int = -1
    parameters: tuple[str, ...] = ()
    annotations: Mapping[str, str] = {}
    defaults: Mapping[str, Value] = {}
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    returns: tuple[Value, ...] = ()
    first: int = 0
    last: int = 0
    yields: tuple[Value, ...] = ()
    rest: str = ""


class Import(NamedTuple):
    """``import module as alias`` or ``from module import name``; `target` is the whole name, dots in front kept."""

    alias: str
    target: str
    line: int
    cell: int = -1
    guarded: bool = False  # in a try or an if: under a condition, or for type checkers only


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A code cell of a notebook; `index` counts all cells from 0, `count` is the saved execution count or None.

    `blocking` are (line, what) of lines that never return; `parsed` is False where the cell is not Python. A saved
    number 0, which no kernel gives, is no count but `is_number_zero`.
    """

    index: int
    count: int | None
    lines: int
    has_outputs: bool
    parsed: bool = True
    blocking: tuple[tuple[int, str], ...] = ()
    empty: bool = False
    is_number_zero: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """One file, a script or a notebook. `file` is its name in a project, empty before; the rest follows from the text.

    `objects` are, by the number of a call, what it is made of that is neither a call nor a name nor an argument: the
    expression that it is a method of, as in ``(a - b).mean()``, and what is unpacked, as in ``f(*pair)``. `ignores`
    maps (cell, line) to the codes that a comment there suppresses (empty: all) and its reason. `blocking` are
    lines of a script that never return. `mentions` are (cell, line) of the study's substrings, comments and outputs
    included.
    """

    is_notebook: bool = False
    file: str = ""
    calls: tuple[Call, ...] = ()
    assigns: tuple[Assign, ...] = ()
    loops: tuple[Loop, ...] = ()
    withs: tuple[With, ...] = ()
    scopes: tuple[Scope, ...] = ()
    imports: tuple[Import, ...] = ()
    cells: tuple[CodeCell, ...] = ()
    ignores: Mapping[tuple[int, int], tuple[tuple[str, ...], str]] = field(default_factory=dict)
    blocking: tuple[tuple[int, str], ...] = ()
    mentions: tuple[tuple[int, int], ...] = ()
    installs: tuple[tuple[int, int, str], ...] = ()
    unread: tuple[tuple[int, int], ...] = ()  # (cell, line) of imports of MLflow in code that could not be read
    unread_calls: tuple[
        tuple[str, int, int], ...
    ] = ()  # name, cell, line: what code that could not be read may call; ``%run``, ``import src.tracking``
    problems: tuple[tuple[str, str, int, int], ...] = ()  # kind, detail, cell, line
    code_lines: int = 0
    has_main_guard: bool = False
    of_databricks: bool = False  # a notebook of Databricks, as it is or saved as a script
    hosts: frozenset[str] = frozenset()  # services whose notebook it is, by its metadata: colab, kaggle
    runs_on: frozenset[str] = frozenset()  # those of them to which it is bound by a badge or by their data
    roots: frozenset[str] = frozenset()  # first parts of all imported modules
    reads: frozenset[str] = frozenset()  # names and attributes that are read anywhere
    objects: Mapping[int, tuple[Value, ...]] = field(default_factory=dict)

    @property
    def is_test(self) -> bool:
        """Whether the file tests others, by its name or folder: what it draws and trains is not an experiment."""
        *folders, name = self.file.split("/")
        begins, ends = name.startswith(("test_", "smoke_")), name.endswith(("_test.py", "_smoke.py"))
        named = begins or ends or name in {"conftest.py", "smoke.py"}
        return named or bool({"tests", "test"} & set(folders))

    @property
    def has_tests(self) -> bool:
        """Whether it is a test by more than its name, by which some call a script that tries a model out."""
        if self.is_notebook or not self.is_test:
            return False
        tests = any(scope.name.lower().startswith("test") for scope in self.scopes)
        return tests or self.file.rpartition("/")[2] == "conftest.py"

    def place_of(self, call: Call) -> Place:
        """Where a call is in the project."""
        return Place(self.file, call.cell, call.line, call.column, call.end_line, call.end_column)
