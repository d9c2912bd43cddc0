"""Python calls and IPython magics that start a server or install packages."""

from __future__ import annotations

import ast
import shlex

from bis.notebooks.shell_commands import Ground, Objection, line_objection, objection

_SHELL_LINES = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"})
_PROCESSES = frozenset(
    {f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")},
)
_SERVER_CALLS = frozenset(
    {
        "uvicorn.run",
        "waitress.serve",
        "werkzeug.serving.run_simple",
        "bottle.run",
        "aiohttp.web.run_app",
        "tensorboard.notebook.start",
        "optuna_dashboard.run_server",
        "http.server.test",
        "mlflow.server._run_server",
    }
)
_SERVER_CLASSES = frozenset({"flask.Flask", "quart.Quart", "bottle.Bottle", "dash.Dash", "sanic.Sanic"})
_PIP_CALLS = frozenset({"pip.main", "pip._internal.main", "pip._internal.cli.main.main"})
_BY_CLASS = {name.rpartition(".")[2]: name for name in _SERVER_CLASSES}


class CallNames:
    """What names mean: imports, values assigned to plain names, and web applications among them."""

    __slots__ = ("imports", "servers", "values")

    def __init__(self) -> None:
        self.imports: dict[str, str] = {}
        self.values: dict[str, ast.expr] = {}
        self.servers: set[str] = set()

    def learn(self, tree: ast.Module) -> None:
        """Take in the imports and assignments of a cell or file."""
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=aliases):
                    for alias in aliases:
                        self.imports[alias.asname or alias.name.partition(".")[0]] = (
                            alias.name if alias.asname else alias.name.partition(".")[0]
                        )
                case ast.ImportFrom(module=str(module), names=aliases):
                    for alias in aliases:
                        self.imports[alias.asname or alias.name] = f"{module}.{alias.name}"
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.values[name] = value
                    is_server = isinstance(value, ast.Call) and self._is_server_class(value)
                    self.servers = self.servers | {name} if is_server else self.servers - {name}

    def dotted(self, node: ast.expr) -> str:
        """The full name of ``a.b.c`` with imports resolved; empty for any other expression."""
        match node:
            case ast.Name(id=name):
                return self.imports.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                owner = self.dotted(value)
                return f"{owner}.{attr}" if owner else ""
        return ""

    def is_server(self, node: ast.expr) -> bool:
        """Whether an expression is a web application."""
        if isinstance(node, ast.Name):
            return node.id in self.servers
        return isinstance(node, ast.Call) and self._is_server_class(node)

    def _is_server_class(self, call: ast.Call) -> bool:
        name = self.dotted(call.func)
        return name in _SERVER_CLASSES or name in _BY_CLASS


def call_objection(call: ast.Call, names: CallNames) -> Objection | None:  # noqa: PLR0911 - one return for each kind of call
    """What speaks against a Python call; None where nothing is known against it."""
    name = names.dotted(call.func)
    first = call.args[0] if call.args else _keyword(call, "args")
    if name in _SHELL_LINES and first is not None:
        return line_objection(_text(first, names))
    if name in _PROCESSES and first is not None:
        background = name.endswith("Popen")
        words = _words(first, names)
        if words is not None:
            return objection(words, background=background)
        return _in_background(line_objection(_text(first, names)), background=background)
    if name in _PIP_CALLS and first is not None:
        return objection(["pip", *(_words(first, names) or [])])
    if name in _SERVER_CALLS:
        return Objection(Ground.BLOCKING, f"starts a server and does not return: {name}")
    if not isinstance(call.func, ast.Attribute):
        return None
    owner, method = call.func.value, call.func.attr
    if method == "serve_forever" or (method in {"run", "run_server"} and names.is_server(owner)):
        return Objection(Ground.BLOCKING, f"starts a server and does not return: {ast.unparse(call.func)}")
    if isinstance(owner, ast.Call) and names.dotted(owner.func).rpartition(".")[2] == "get_ipython":
        return _ipython_objection(method, [_text(argument, names) for argument in call.args])
    return None


def magic_objection(text: str) -> Objection | None:
    """What speaks against a line magic, given without its percent sign."""
    name, _, rest = text.strip().replace("\\\n", " ").partition(" ")
    if name in {"pip", "conda", "mamba", "micromamba", "uv"}:
        return line_objection(f"{name} {rest}")
    if name == "tensorboard":
        return Objection(Ground.BLOCKING, "starts a server in the background: tensorboard")
    if name in {"sx", "system"}:
        return line_objection(rest)
    return None


def _ipython_objection(method: str, arguments: list[str]) -> Objection | None:
    if not arguments:
        return None
    if method in {"system", "getoutput", "system_raw", "system_piped"}:
        return line_objection(arguments[0])
    if method in {"run_line_magic", "magic"}:
        return magic_objection(" ".join(arguments[:2]))
    if method == "run_cell_magic" and arguments[0] in {"bash", "sh", "!", "sx", "system"}:
        return line_objection(arguments[-1])
    return None


def _in_background(against: Objection | None, *, background: bool) -> Objection | None:
    if against is None or not background or against.ground is not Ground.BLOCKING:
        return against
    return Objection(against.ground, against.why.replace("and does not return", "in the background"))


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _text(node: ast.expr, names: CallNames, *, depth: int = 0) -> str:  # noqa: PLR0911 - one for each form of expression
    """The text of an expression, with ``{}`` for what is only known at run time."""
    if depth > 5:
        return "{}"
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=values):
            return "".join(_text(value, names, depth=depth + 1) for value in values)
        case ast.FormattedValue(value=value):
            return _text(value, names, depth=depth + 1)
        case ast.Name(id=name) if name in names.values:
            return _text(names.values[name], names, depth=depth + 1)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, names, depth=depth + 1) + _text(right, names, depth=depth + 1)
        case ast.BinOp(left=left, op=ast.Mod()) | ast.Call(func=ast.Attribute(value=left, attr="format")):
            return _text(left, names, depth=depth + 1)
        case ast.Attribute() if names.dotted(node) == "sys.executable":
            return "{sys.executable}"
    return "{}"


def _words(node: ast.expr, names: CallNames, *, depth: int = 0) -> list[str] | None:  # noqa: PLR0911 - as above
    """The words of a list of arguments; None where the expression is not such a list."""
    if depth > 5:
        return None
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_text(element, names) for element in elements]
        case ast.Name(id=name) if name in names.values:
            return _words(names.values[name], names, depth=depth + 1)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            head, tail = _words(left, names, depth=depth + 1), _words(right, names, depth=depth + 1)
            return None if head is None else [*head, *(tail or ["{}"])]
        case ast.Call(func=ast.Attribute(value=value, attr="split"), args=[]):
            return _text(value, names).split()
        case ast.Call(func=func, args=[argument, *_]) if names.dotted(func) == "shlex.split":
            try:
                return shlex.split(_text(argument, names))
            except ValueError:
                return None
    return None
