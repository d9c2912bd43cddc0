"""What a cell tells of where and when it runs: readings of the clock, ids of objects and processes, versions, paths.

Text alone does not say that ``1705310000.1`` is a time and ``140231231231232`` the id of an object. The source of the
cell does: it is taken for such only where an expression is made of nothing but calls and names that are known to tell
of the surroundings.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from bis.notebooks.cell_syntax import cell_magic, parse_cell, parse_python

TOLD = "<surroundings>"

_CALLS = frozenset({
    "id", "os.getpid", "os.getppid", "os.cpu_count", "os.getcwd", "os.getlogin", "os.uname", "pathlib.Path.cwd",
    "time.time", "time.time_ns", "time.perf_counter", "time.perf_counter_ns", "time.monotonic", "time.process_time",
    "time.ctime", "time.asctime", "time.localtime", "time.gmtime", "timeit.default_timer",
    "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today",
    "pandas.Timestamp.now", "pandas.Timestamp.today",
    "uuid.uuid1", "uuid.uuid4", "secrets.token_hex", "tempfile.mkdtemp", "tempfile.gettempdir",
    "socket.gethostname", "socket.getfqdn", "getpass.getuser", "multiprocessing.cpu_count",
    "threading.get_ident", "threading.get_native_id", "mlflow.get_tracking_uri", "mlflow.get_artifact_uri",
    "mlflow.get_registry_uri", "sys.getsizeof",
})  # fmt: skip
_WHOLE_MODULES = ("platform.", "psutil.", "resource.")
_ATTRIBUTES = frozenset({
    "sys.version", "sys.version_info", "sys.executable", "sys.platform", "sys.prefix", "sys.path", "os.name",
    "os.environ",
})  # fmt: skip
_VERSIONS = frozenset({"__version__", "__file__", "__path__", "VERSION"})
# Given nothing but what tells of the surroundings, these tell of nothing else.
_TRANSPARENT = frozenset({
    "str", "repr", "int", "float", "round", "hex", "abs", "format", "len", "max", "min", "list", "tuple", "dict",
    "datetime.timedelta", "datetime.datetime.fromtimestamp", "time.strftime", "time.localtime", "os.path.join",
    "os.path.abspath", "os.path.basename", "pathlib.Path",
})  # fmt: skip
_FORMATTED = re.compile(r"%(?:\(\w+\))?[-+ #0]*[\d*]*(?:\.[\d*]+)?[a-zA-Z%]")
_ANCHOR = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class ToldSurroundings:
    """What of a cell's outputs tells of its surroundings.

    `value` says that all of the value that it shows does, `printed` that all that it prints does. `lines` match printed
    lines of which a part does: the groups.
    """

    value: bool = False
    printed: bool = False
    lines: tuple[re.Pattern[str], ...] = ()

    def without(self, text: str) -> str:
        """What was printed, with a placeholder for what tells of the surroundings."""
        for pattern in self.lines:
            text = pattern.sub(_masked, text)
        if not self.printed:
            return text
        return "\n".join(TOLD if line.strip() and TOLD not in line else line for line in text.split("\n"))


@dataclass(slots=True)
class SurroundingsReader:
    """Reads cell after cell; it remembers imports, and names that hold what tells of the surroundings."""

    _imports: dict[str, str] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def read(self, source: str) -> ToldSurroundings:
        """What the next cell of a notebook tells of its surroundings."""
        if (governing := cell_magic(source)) is not None and governing.name not in {"time", "capture"}:
            return ToldSurroundings()
        syntax = parse_cell(source)
        tree = parse_python(syntax.python)
        if tree is None:
            return ToldSurroundings()
        prints: list[ast.Call] = []
        for node in ast.walk(tree):
            self._learn(node)
            if isinstance(node, ast.Call) and _prints(node):
                prints.append(node)
        last = tree.body[-1] if tree.body else None
        return ToldSurroundings(
            value=isinstance(last, ast.Expr) and self._tells(last.value),
            printed=bool(prints) and not syntax.magics and all(self._is_alone(tree, node) for node in prints),
            lines=tuple(found for node in prints if (found := self._pattern(node)) is not None),
        )

    def _is_alone(self, tree: ast.Module, node: ast.Call) -> bool:
        """Whether a print stands on its own and tells of nothing else, and nothing beside prints can print."""
        told = any(self._tells(a) for a in node.args)
        return told and all(map(self._adds_nothing, node.args)) and all(map(self._is_silent, tree.body))

    def _is_silent(self, statement: ast.stmt) -> bool:
        """Whether nothing in a statement can print but a call of `print` that stands alone."""
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Pass():
                return True
            case ast.Assign(value=value) | ast.Expr(value=value):
                calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
                return _prints(value) or self._tells(value) or not calls
        return False

    def _learn(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    top = alias.name.partition(".")[0]
                    self._imports[alias.asname or top] = alias.name if alias.asname else top
            case ast.ImportFrom(module=str(module), names=aliases):
                for alias in aliases:
                    self._imports[alias.asname or alias.name] = f"{module}.{alias.name}"
            case ast.Assign(targets=targets, value=value):
                names = {t.id for t in targets if isinstance(t, ast.Name)}
                self._names = self._names | names if self._tells(value) else self._names - names
            case ast.For(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)):
                self._names.discard(name)
            case ast.AugAssign(target=ast.Name(id=name), value=value) if not self._tells(value):
                self._names.discard(name)

    def _tells(self, node: ast.expr) -> bool:  # noqa: PLR0911, C901 - one branch for each kind of expression
        """Whether an expression tells of the surroundings and of nothing else."""
        match node:
            case ast.Name(id=name):
                return name in self._names
            case ast.Call(func=func, args=args, keywords=keywords):
                name = self._dotted(func)
                if name in _CALLS or name.startswith(_WHOLE_MODULES):
                    return True
                given = [*args, *(k.value for k in keywords)]
                if isinstance(func, ast.Attribute) and self._tells(func.value):
                    return all(self._adds_nothing(a) for a in given)  # datetime.now().strftime("%H:%M"), uuid4().hex
                return name in _TRANSPARENT and self._only(given)
            case ast.Attribute(value=value, attr=attr):
                name = self._dotted(node)
                return name in _ATTRIBUTES or attr in _VERSIONS or name.startswith(_WHOLE_MODULES) or self._tells(value)
            case ast.Subscript(value=value):
                return self._tells(value)
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=right):
                return self._only([right])
            case ast.BinOp(left=left, right=right):
                return self._only([left, right])
            case ast.JoinedStr(values=values):
                return self._only([v.value for v in values if isinstance(v, ast.FormattedValue)])
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return self._only(items)
            case ast.Dict(values=items):
                return self._only(items)
        return False

    def _only(self, nodes: list[ast.expr]) -> bool:
        return any(self._tells(n) for n in nodes) and all(self._adds_nothing(n) for n in nodes)

    def _adds_nothing(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) or self._tells(node)

    def _dotted(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return self._imports.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                owner = self._dotted(value)
                return f"{owner}.{attr}" if owner else ""
        return ""

    def _pattern(self, call: ast.Call) -> re.Pattern[str] | None:
        """Of the lines that a print prints, with a group for what tells of the surroundings; None without an anchor."""
        if any(k.arg in {"sep", "end", "file"} for k in call.keywords):
            return None
        parts = [part for i, node in enumerate(call.args) for part in [*([" "] if i else []), *self._parts(node)]]
        text = "".join(part for part in parts if isinstance(part, str))
        if "\n" in text or not _ANCHOR.search(text) or True not in parts:
            return None
        forms = (re.escape(p) if isinstance(p, str) else r"(\S.*?)" if p else r".*?" for p in parts)
        return re.compile(rf"^{''.join(forms)}$", re.MULTILINE)

    def _parts(self, node: ast.expr) -> list[str | bool]:
        """The text of an expression as it is printed: words, True for what tells of the surroundings, else False."""
        match node:
            case ast.Constant(value=value):
                return [str(value)]
            case ast.JoinedStr(values=values):
                return [part for v in values for part in self._parts(v)]
            case ast.FormattedValue(value=value):
                return [self._tells(value)]
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
                given = iter(right.elts if isinstance(right, ast.Tuple) else [right])
                words = _FORMATTED.split(text)
                tells = [m == "%%" or self._tells(next(given, right)) for m in _FORMATTED.findall(text)]
                return [part for pair in zip(words, tells, strict=False) for part in pair] + words[-1:]
            case ast.BinOp(left=left, op=ast.Add(), right=right) if _is_text(left) or _is_text(right):
                return [*self._parts(left), *self._parts(right)]
        return [self._tells(node)]


def _is_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_text(left) or _is_text(right)
    return False


def _prints(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _masked(match: re.Match[str]) -> str:
    text, start = match[0], match.start()
    for number in range(match.re.groups, 0, -1):
        a, b = match.start(number) - start, match.end(number) - start
        text = f"{text[:a]}{TOLD}{text[b:]}"
    return text
