"""From a file's syntax trees to the intermediate representation: one pass over each tree; names are resolved later.

Every expression is visited once, in the order in which Python evaluates it, so that the index of a call is its place
in time within its function.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, ClassVar

from bis._audit.parsing.expressions import (
    LONG_TEXT,
    annotation_of,
    characters,
    folded,
    pairs_of,
    parameter_annotation,
    path_of,
    target_names,
)
from bis._audit.parsing.ir import (
    BINARY,
    CALL,
    CONSTANT,
    DICT,
    FORMATTED,
    LATER,
    LIST,
    NAME,
    OTHER,
    SUBSCRIPT,
    TEMPLATE,
    Assign,
    Call,
    Import,
    Loop,
    Module,
    Value,
    With,
)  # fmt: skip
from bis._audit.parsing.open_scope import OpenScope
from bis._audit.parsing.syntax_trees import awaited, is_main_guard

if TYPE_CHECKING:
    from collections.abc import Callable

_new = tuple.__new__  # of the many values, each is made in half the time that calling its class takes
_NOTHING = Value(OTHER)
_MANY_ITEMS = 400
_OF_TEXTS = frozenset({"format", "join"})  # methods of a literal text that make a longer one of it
_IMPORTERS = frozenset({"importlib.import_module", "import_module", "__import__"})


class Lowering:
    """Takes in the trees of one file; all cells of a notebook share its outermost scope."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.assigns: list[Assign] = []
        self.loops: list[Loop] = []
        self.withs: list[With] = []
        self.imports: list[Import] = []
        self.scopes: list[OpenScope] = [OpenScope("", "module")]
        self.has_main_guard = False
        self.objects: dict[int, tuple[Value, ...]] = {}
        self.cell = -1
        self._scope = 0
        self._loops: tuple[int, ...] = ()
        self._withs: tuple[int, ...] = ()
        self._branches: tuple[int, ...] = ()
        self._branch = 0  # how many there have been
        self._guarded = 0
        self._reads: set[str] = set()
        self._wide: dict[int, bytes] = {}  # lines in which bytes, which the parser counts, are not characters
        self._bound: ast.Call | None = None  # the call whose result the statement at hand assigns to `_bound_to`
        self._bound_to: tuple[str, ...] = ()

    def read(self, tree: ast.Module, cell: int = -1, text: str = "") -> None:
        """Take in one file or cell.

        Parameters
        ----------
        tree : ast.Module
        cell : int
            Index of the cell, -1 for a script.
        text : str
            What the tree was made from: where it is not ASCII, columns are counted with it.
        """
        self.cell = cell
        self._wide = {}
        if not text.isascii():
            lines = enumerate(text.split("\n"), 1)
            self._wide = {number: line.encode("utf-8") for number, line in lines if not line.isascii()}
        self._body(tree.body)
        self.scopes[0].last = len(self.calls)

    def module(self, **others: Any) -> Module:
        """What was taken in, with `others` of the fields of `Module`; the names of calls are as written."""
        return Module(
            calls=tuple(self.calls),
            assigns=tuple(self.assigns),
            loops=tuple(self.loops),
            withs=tuple(self.withs),
            imports=tuple(self.imports),
            scopes=tuple(scope.closed() for scope in self.scopes),
            has_main_guard=self.has_main_guard,
            reads=frozenset(self._reads),
            objects=self.objects,
            roots=frozenset(i.target.partition(".")[0] for i in self.imports if not i.target.startswith(".")),
            **others,
        )

    def _column(self, node: ast.expr | ast.stmt) -> int:
        """The column of a node in characters, from 1."""
        line = self._wide.get(node.lineno) if self._wide else None
        return (node.col_offset if line is None else characters(line, node.col_offset)) + 1

    def _end_column(self, node: ast.expr) -> int:
        end = node.end_col_offset or 0
        line = self._wide.get(node.end_lineno or 0) if self._wide else None
        return (end if line is None else characters(line, end)) + 1

    # Statements

    def _body(self, statements: list[ast.stmt]) -> None:
        before = self._loops
        if before and statements:  # what ends with leaving the loop runs once
            left = type(statements[-1])
            self._loops = before[:-1] if left is ast.Break else () if left in (ast.Return, ast.Raise) else before
        for statement in statements:
            self._STATEMENTS.get(type(statement), Lowering._other_statement)(self, statement)
        self._loops = before

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else name
            self._add_import(name, target, node)
            if not alias.asname and "." in alias.name:  # `import mlflow.sklearn` is used as it is written
                self._add_import(alias.name, alias.name, node)

    def _import_from(self, node: ast.ImportFrom) -> None:
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            target = base if alias.name == "*" else f"{base}{'' if base.endswith('.') else '.'}{alias.name}"
            self._add_import("*" if alias.name == "*" else alias.asname or alias.name, target, node)

    def _add_import(self, alias: str, target: str, node: ast.stmt | ast.expr) -> None:
        self.imports.append(_new(Import, (alias, target, node.lineno, self.cell, self._guarded > 0)))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        args = node.args
        positional = [*args.posonlyargs, *args.args] if args.posonlyargs else args.args
        every = [*positional, *args.kwonlyargs] if args.kwonlyargs else positional
        names = [a.arg for a in positional]
        defaults: dict[str, Value] = {}
        if args.defaults:
            defaults |= zip(reversed(names), [self._expr(d) for d in reversed(args.defaults)], strict=False)
        if args.kwonlyargs:
            defaults |= {a.arg: self._expr(d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d}
        scope = self._open(node, "function")
        scope.parameters = tuple([a.arg for a in every])
        scope.annotations = {
            a.arg: path for a in every if a.annotation is not None and (path := parameter_annotation(a.annotation))
        }
        scope.defaults = defaults
        scope.rest = args.kwarg.arg if args.kwarg is not None else ""
        self._inside(node, scope)

    def _class(self, node: ast.ClassDef) -> None:
        scope = self._open(node, "class")
        scope.bases = tuple(path_of(b) for b in node.bases)
        self._inside(node, scope)

    def _open(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, kind: str) -> OpenScope:
        for decorator in node.decorator_list:
            self._expr(decorator)
        outer = self.scopes[self._scope]
        name = f"{outer.name}.{node.name}" if outer.name else node.name
        scope = OpenScope(name, kind, self._scope, node.lineno, node.end_lineno or node.lineno, self.cell)
        scope.decorators = tuple([path_of(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list])
        scope.first = len(self.calls)
        self.scopes.append(scope)
        return scope

    def _inside(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: OpenScope) -> None:
        before = (self._scope, self._loops, self._withs, self._branches)
        self._scope = len(self.scopes) - 1
        self._loops, self._withs, self._branches = (), (), ()
        self._body(node.body)
        scope.last = len(self.calls)
        self._scope, self._loops, self._withs, self._branches = before

    def _assign(self, node: ast.Assign) -> None:
        self._bind(node.targets, node.value, node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        path, said = path_of(node.target), annotation_of(node.annotation)
        if path and said:
            scope, name = self.scopes[self._scope], path
            if path.startswith("self.") and scope.parent >= 0:
                scope, name = self.scopes[scope.parent], path[len("self.") :]
            scope.annotations.setdefault(name, said)
        if node.value is not None:
            self._bind([node.target], node.value, node)

    def _augmented(self, node: ast.AugAssign) -> None:
        left = self._expr(node.target)
        value = self._value(BINARY, type(node.op).__name__, (left, self._expr(node.value)), node)
        self._store(node.target, value, node)

    def _bind(self, targets: list[ast.expr], given: ast.expr, node: ast.stmt) -> None:
        inner = awaited(given)
        if type(inner) is ast.Call:
            self._bound, self._bound_to = inner, tuple([name for t in targets for name in target_names(t)])
        value = self._expr(given)
        for target in targets:
            self._store(target, value, node)

    def _store(self, target: ast.expr, value: Value, node: ast.stmt) -> None:
        kind, key = type(target), ""
        if kind is ast.Tuple or kind is ast.List:
            parts = target.elts  # type: ignore[attr-defined]
            same = value.kind == LIST and len(value.items) == len(parts)
            for position, part in enumerate(parts):
                item = value.items[position] if same else Value(OTHER, position, (value,), value.line, value.column)
                self._store(part, item, node)
            return
        if kind is ast.Starred:
            self._store(target.value, value, node)  # type: ignore[attr-defined]
            return
        if kind is ast.Subscript:
            self._expr(target.value)  # type: ignore[attr-defined]
            index = self._expr(target.slice)  # type: ignore[attr-defined]
            key = index.data if index.kind == CONSTANT and isinstance(index.data, str) else ""
            name = path_of(target.value)  # type: ignore[attr-defined]
            name = f"{name}[]" if name else ""
        else:
            name = path_of(target)
        if name:
            column = self._column(node) if self._wide else node.col_offset + 1
            made = (name, value, self._scope, node.lineno, column, len(self.calls), self.cell, key)
            self.assigns.append(_new(Assign, made))

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            value = self._expr(node.value)
            scope = self.scopes[self._scope]
            scope.returns = (*scope.returns, value)

    def _expression(self, node: ast.Expr) -> None:
        if type(node.value) is not ast.Constant:  # a docstring, or a comment in quotes
            self._expr(node.value)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        over = self._expr(node.iter)
        self._loop(tuple(target_names(node.target)), over, node)

    def _while(self, node: ast.While) -> None:
        self._loop((), None, node)

    def _loop(self, targets: tuple[str, ...], over: Value | None, node: ast.For | ast.AsyncFor | ast.While) -> None:
        self.loops.append(Loop(targets, over, node.lineno, self.cell))
        before = self._loops
        self._loops = (*before, len(self.loops) - 1)
        if isinstance(node, ast.While):
            self._expr(node.test)
        self._body(node.body)
        self._loops = before
        self._body(node.orelse)

    def _if(self, node: ast.If) -> None:
        if is_main_guard(node.test):
            self.has_main_guard = True
            self._body(node.body)
            return
        self._expr(node.test)
        typing = path_of(node.test).rpartition(".")[2] == "TYPE_CHECKING"  # what is under `else` always runs
        self._guarded += 1
        self._only_if(node.body)
        self._guarded -= typing
        self._only_if(node.orelse)
        self._guarded -= not typing

    def _only_if(self, statements: list[ast.stmt]) -> None:
        """Statements that run under a condition."""
        before = self._enter_branch()
        self._body(statements)
        self._branches = before

    def _enter_branch(self) -> tuple[int, ...]:
        """Begin what runs under a condition; returns the branches around it."""
        before = self._branches
        self._branch += 1
        self._branches = (*before, self._branch)
        return before

    def _try(self, node: ast.Try) -> None:
        self._guarded += 1
        self._body(node.body)
        for handler in node.handlers:
            self._only_if(handler.body)
        self._guarded -= 1
        self._body(node.orelse)
        self._body(node.finalbody)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        before = self._withs
        opened = len(self.withs)
        for item in node.items:
            value = self._expr(item.context_expr)
            name = path_of(item.optional_vars) if item.optional_vars is not None else ""
            call = value.data if value.kind == CALL else -1
            self.withs.append(With(call, name, node.lineno, 0, self.cell))
            self._withs = (*self._withs, len(self.withs) - 1)
            if name:
                self.assigns.append(
                    Assign(name, value, self._scope, node.lineno, self._column(node), len(self.calls), self.cell)
                )
        self._body(node.body)
        for position in range(opened, opened + len(node.items)):
            self.withs[position] = self.withs[position]._replace(end=len(self.calls))
        self._withs = before

    def _match(self, node: ast.Match) -> None:
        self._expr(node.subject)
        for case in node.cases:
            self._only_if(case.body)

    def _other_statement(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expr(child)

    # Expressions

    def _expr(self, node: ast.expr) -> Value:
        kind = type(node)
        if kind is ast.Name:  # these two are most of all nodes: they are spared the calls that make other values
            self._reads.add(node.id)  # type: ignore[attr-defined]
            column = self._column(node) if self._wide else node.col_offset + 1
            return _new(Value, (NAME, node.id, (), node.lineno, column))  # type: ignore[attr-defined]
        if kind is ast.Constant:
            data = node.value  # type: ignore[attr-defined]
            if type(data) is str:
                if len(data) > LONG_TEXT:
                    data = data[:LONG_TEXT]
            elif type(data) is bytes or data is Ellipsis:
                data = None
            column = self._column(node) if self._wide else node.col_offset + 1
            return _new(Value, (CONSTANT, data, (), node.lineno, column))
        handler = self._EXPRESSIONS.get(kind)
        return handler(self, node) if handler is not None else self._other(node)

    def _value(self, kind: str, data: Any, items: tuple[Value, ...], node: ast.expr | ast.stmt) -> Value:
        column = self._column(node) if self._wide else node.col_offset + 1
        return _new(Value, (kind, data, items, node.lineno, column))

    def _attribute(self, node: ast.Attribute) -> Value:
        path = path_of(node)
        self._reads.add(node.attr)
        if path:
            self._reads.add(path.partition(".")[0])
            return self._value(NAME, path, (), node)
        return self._value(OTHER, node.attr, (self._expr(node.value),), node)

    def _call(self, node: ast.Call) -> Value:
        function = node.func
        targets = self._bound_to if node is self._bound else ()
        receiver, path, template = -1, path_of(function), None
        others: tuple[Value, ...] = ()
        if type(function) is ast.Name:
            self._reads.add(path)
        elif path:
            self._reads.update(path.split("."))
        elif type(function) is ast.Attribute:
            of = self._expr(function.value)
            receiver = of.data if of.kind == CALL else -1
            base = of.items[0].data if of.kind == SUBSCRIPT and of.items[0].kind == NAME else ""
            path = f"{base}[].{function.attr}" if base else f".{function.attr}"
            others = () if receiver >= 0 else (of,)
            template = of if of.kind == CONSTANT and function.attr in _OF_TEXTS else None
        else:  # getattr(mlflow, "log_param")("lr", 0.1)
            of = self._expr(function)
            receiver = of.data if of.kind == CALL else -1
        args = [self._expr(argument.value if type(argument) is ast.Starred else argument) for argument in node.args]
        unpacked = [value for value, one in zip(args, node.args, strict=True) if type(one) is ast.Starred]
        if unpacked:
            args = [value for value, one in zip(args, node.args, strict=True) if type(one) is not ast.Starred]
        keywords: dict[str, Value] = {} if template is None else {TEMPLATE: template}
        starred = bool(unpacked)
        for keyword in node.keywords:
            value = self._expr(keyword.value)
            if keyword.arg is None:
                starred = self._spread(value, keywords) or starred
            else:
                keywords[keyword.arg] = value
        if path in _IMPORTERS and args and args[0].kind == CONSTANT and type(args[0].data) is str and args[0].data:
            self._add_import("", args[0].data, node)  # under no name: what it is assigned to is looked up
        if others or unpacked:
            self.objects[len(self.calls)] = (*others, *unpacked)
        return self._add_call(node, path, receiver, (tuple(args), keywords, starred), targets)

    @staticmethod
    def _spread(value: Value, keywords: dict[str, Value]) -> bool:
        """Add what ``**value`` gives to the keywords of a call; returns whether some of it is not known."""
        if value.kind == DICT:  # f(**{"a": 1}), f(**{**others, "a": 1})
            known = {k.data: v for k, v in pairs_of(value) if k.kind == CONSTANT and isinstance(k.data, str)}
            keywords |= known
            if len(known) == len(value.items) // 2:
                return False
        keywords[f"**{value.data if value.kind == NAME else len(keywords)}"] = value
        return True

    def _add_call(
        self,
        node: ast.Call | ast.Compare,
        path: str,
        receiver: int,
        given: tuple[tuple[Value, ...], dict[str, Value], bool],
        targets: tuple[str, ...],
    ) -> Value:
        index, line = len(self.calls), node.lineno
        if self._wide:
            column, end_column = self._column(node), self._end_column(node)
        else:
            column, end_column = node.col_offset + 1, (node.end_col_offset or 0) + 1
        call = (
            index, path, path, *given, self._scope, line, column, node.end_lineno or line, end_column, self.cell,
            targets, self._loops, self._withs, self._branches, receiver,
        )  # fmt: skip
        self.calls.append(_new(Call, call))
        return _new(Value, (CALL, index, (), line, column))

    def _dict(self, node: ast.Dict) -> Value:
        items: list[Value] = []
        for position, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            pair = (self._expr(key) if key is not None else _NOTHING, self._expr(value))
            if position < _MANY_ITEMS:
                items += pair
        return self._value(DICT, None, tuple(items), node)

    def _list(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        items = [self._expr(e) for e in node.elts]
        return self._value(LIST, None, tuple(items[:_MANY_ITEMS]), node)

    def _binary(self, node: ast.BinOp) -> Value:
        left, right = self._expr(node.left), self._expr(node.right)
        if left.kind == CONSTANT and right.kind == CONSTANT:  # 1024 * 8 is a literal too
            constant = folded(type(node.op), left.data, right.data)
            if constant is not None:
                return self._value(CONSTANT, constant, (), node)
        return self._value(BINARY, type(node.op).__name__, (left, right), node)

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self._expr(node.operand)
        if value.kind == CONSTANT and type(node.op) is ast.USub and type(value.data) in (int, float):
            return self._value(CONSTANT, -value.data, (), node)
        return self._value(OTHER, type(node.op).__name__, (value,), node)

    def _subscript(self, node: ast.Subscript) -> Value:
        items = (self._expr(node.value), self._expr(node.slice))
        return self._value(SUBSCRIPT, None, items, node)

    def _joined(self, node: ast.JoinedStr) -> Value:
        text, items = "", []
        for part in node.values:
            if type(part) is ast.FormattedValue:
                items.append(self._expr(part.value))
                text += "{}"
            elif type(part) is ast.Constant:
                text += str(part.value)
        return self._value(FORMATTED, text[:LONG_TEXT], tuple(items), node)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        before = self._loops
        items = []
        for generator in node.generators:
            over = self._expr(generator.iter)
            self.loops.append(Loop(tuple(target_names(generator.target)), over, node.lineno, self.cell))
            self._loops = (*self._loops, len(self.loops) - 1)
            for condition in generator.ifs:
                self._expr(condition)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        items = [self._expr(part) for part in parts]
        self._loops = before
        return self._value(OTHER, "comprehension", tuple(items), node)

    def _choice(self, node: ast.IfExp) -> Value:
        self._expr(node.test)
        before = self._enter_branch()
        items = (self._expr(node.body), self._expr(node.orelse))
        self._branches = before
        return self._value(OTHER, "choice", items, node)

    def _lambda(self, node: ast.Lambda) -> Value:
        before, self._branches = self._branches, (*self._branches, LATER)
        value = self._expr(node.body)
        self._branches = before
        return self._value(OTHER, "lambda", (value,), node)

    def _await(self, node: ast.Await) -> Value:
        return self._expr(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        if node.value is not None:
            scope = self.scopes[self._scope]
            scope.yields = (*scope.yields, self._expr(node.value))
        return self._value(OTHER, None, (), node)

    def _named(self, node: ast.NamedExpr) -> Value:
        inner = awaited(node.value)
        if type(inner) is ast.Call and inner is not self._bound:  # of x = (y := f()), x counts
            self._bound, self._bound_to = inner, (node.target.id,)
        value = self._expr(node.value)
        self.assigns.append(
            Assign(node.target.id, value, self._scope, node.lineno, self._column(node), len(self.calls), self.cell)
        )
        return value

    def _compare(self, node: ast.Compare) -> Value:
        asked = path_of(node.comparators[0]) if type(node.ops[0]) in (ast.In, ast.NotIn) else ""
        if asked.endswith("environ"):  # "MLFLOW_TRACKING_URI" in os.environ: Python makes a call of it, too
            given = (self._expr(node.left),)
            self._expr(node.comparators[0])
            return self._add_call(node, f"{asked}.__contains__", -1, (given, {}, False), ())
        return self._value(OTHER, None, tuple([self._expr(e) for e in (node.left, *node.comparators)]), node)

    def _boolean(self, node: ast.BoolOp) -> Value:
        return self._value(OTHER, "choice", tuple([self._expr(e) for e in node.values]), node)

    def _slice(self, node: ast.Slice) -> Value:
        parts = (node.lower, node.upper, node.step)
        return self._value(OTHER, None, tuple([self._expr(e) for e in parts if e is not None]), node)

    def _other(self, node: ast.expr) -> Value:
        items = [self._expr(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return self._value(OTHER, None, tuple(items), node)

    # Which method reads which kind of node.

    _STATEMENTS: ClassVar[dict[type, Callable[[Lowering, Any], None]]] = {
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Return: _return,
        ast.Expr: _expression,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.If: _if,
        ast.Try: _try,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Match: _match,
    }
    if hasattr(ast, "TryStar"):  # Python 3.11
        _STATEMENTS[ast.TryStar] = _try
    _EXPRESSIONS: ClassVar[dict[type, Callable[[Lowering, Any], Value]]] = {
        ast.Attribute: _attribute,
        ast.Call: _call,
        ast.Dict: _dict,
        ast.List: _list,
        ast.Tuple: _list,
        ast.Set: _list,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.Subscript: _subscript,
        ast.JoinedStr: _joined,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.IfExp: _choice,
        ast.Lambda: _lambda,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield,
        ast.NamedExpr: _named,
        ast.Compare: _compare,
        ast.BoolOp: _boolean,
        ast.Slice: _slice,
    }
