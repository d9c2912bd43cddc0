"""Shell commands that a replay should not run: those that never end, and those that install packages."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

_FLAGS_WITH_VALUE = frozenset({"-n", "-p", "--name", "--prefix", "--env-file", "--with", "--python", "-W", "-X", "-u"})
_PREFIXES = frozenset({"sudo", "nohup", "time", "env", "exec", "command", "nice", "stdbuf"})
_RUNNERS = frozenset({"uv", "poetry", "pipenv", "conda", "mamba", "micromamba", "pdm", "hatch", "pixi"})
_SHELLS = frozenset({"bash", "sh", "zsh"})
_NEUTRAL = frozenset({"cd", "true", ":", "clear", "set", "export", "tail", "head", "grep", "cat", "yes", "tee"})
_ASKS_ONLY = frozenset({"--help", "-h", "--version", "-V", "--generate-config", "list", "stop"})

# The words after the command name of which one makes it an installation; an empty set means any use does.
_INSTALLS: dict[str, frozenset[str]] = {
    "pip": frozenset({"install", "uninstall"}),
    "pipx": frozenset({"install", "uninstall", "inject"}),
    "conda": frozenset({"install", "create", "update", "upgrade", "remove", "env"}),
    "apt": frozenset({"install", "update", "upgrade", "dist-upgrade", "remove", "purge"}),
    "brew": frozenset({"install", "upgrade"}),
    "yum": frozenset({"install", "update"}),
    "dnf": frozenset({"install", "update"}),
    "apk": frozenset({"add"}),
    "dpkg": frozenset({"-i", "--install"}),
    "npm": frozenset({"install", "i", "ci"}),
    "uv": frozenset({"add", "sync", "remove"}),
    "poetry": frozenset({"install", "add", "update"}),
    "pipenv": frozenset({"install", "sync"}),
    "pdm": frozenset({"install", "add", "sync"}),
    "pixi": frozenset({"install", "add"}),
    "easy_install": frozenset(),
    "setup.py": frozenset({"install", "develop"}),
}
_ALIASES = {"mamba": "conda", "micromamba": "conda", "apt-get": "apt", "aptitude": "apt"}

# The words after the command name of which one starts a server; an empty set means any use does.
_SERVERS: dict[str, frozenset[str]] = {
    "mlflow": frozenset({"ui", "server"}),
    "tensorboard": frozenset(),
    "tensorboard.main": frozenset(),
    "streamlit": frozenset({"run", "hello"}),
    "http.server": frozenset(),
    "SimpleHTTPServer": frozenset(),
    "jupyter": frozenset({"notebook", "lab", "server", "console", "qtconsole", "nbclassic", "voila"}),
    "jupyter-notebook": frozenset(),
    "jupyter-lab": frozenset(),
    "uvicorn": frozenset(),
    "gunicorn": frozenset(),
    "hypercorn": frozenset(),
    "waitress-serve": frozenset(),
    "flask": frozenset({"run"}),
    "fastapi": frozenset({"dev", "run"}),
    "gradio": frozenset(),
    "panel": frozenset({"serve"}),
    "bokeh": frozenset({"serve"}),
    "voila": frozenset(),
    "bentoml": frozenset({"serve"}),
    "optuna-dashboard": frozenset(),
    "aim": frozenset({"up", "server"}),
    "ngrok": frozenset({"http", "tcp", "start"}),
    "lt": frozenset({"--port", "-p"}),
    "localtunnel": frozenset(),
    "cloudflared": frozenset({"tunnel", "access"}),
    "redis-server": frozenset(),
    "airflow": frozenset({"webserver", "scheduler", "standalone"}),
    "tensorflow_model_server": frozenset(),
    "watch": frozenset(),
}


class Ground(str, Enum):
    """Why a command is not run."""

    BLOCKING = "blocking"
    INSTALL = "install"


@dataclass(frozen=True, slots=True)
class Objection:
    """What a command would do: `why` is a phrase for the user."""

    ground: Ground
    why: str


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """One command of a shell line, from character `start` up to `end`; `background` where ``&`` follows it."""

    start: int
    end: int
    words: tuple[str, ...]
    background: bool = False


def split_commands(line: str) -> tuple[SimpleCommand, ...]:
    """Split a shell line at ``;  &&  ||  |  &`` and newlines outside of quotes."""
    found: list[SimpleCommand] = []
    start = position = 0
    quote = ""
    while position < len(line):
        char = line[position]
        if char == "\\" and quote != "'":
            position += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char == "#" and (position == 0 or line[position - 1].isspace()):
            end_of_line = line.find("\n", position)
            position = len(line) if end_of_line < 0 else end_of_line
            continue
        elif char in ";|\n" or (char == "&" and not _is_redirection(line, position)):
            width = 2 if line[position : position + 2] in {"&&", "||", "|&", ";;"} else 1
            found.append(_simple(line, start, position, background=char == "&" and width == 1))
            position += width
            start = position
            continue
        position += 1
    found.append(_simple(line, start, len(line), background=False))
    return tuple(command for command in found if command.words)


def objection(words: tuple[str, ...] | list[str], *, background: bool = False) -> Objection | None:
    """What speaks against running a command, given as its words; None where nothing is known against it."""
    words = _without_prefixes(tuple(words))
    if not words:
        return None
    name, rest = _program(words[0]), words[1:]
    if _is_python(name):
        return _python_objection(rest, background=background)
    if name in _SHELLS and "-c" in rest[:-1]:
        return line_objection(rest[rest.index("-c") + 1])
    if name == "uvx":
        return objection(rest, background=background)
    if name in _RUNNERS and rest:
        inner = _run_by(name, rest)
        if inner is not None:
            return objection(inner, background=background)
    return _install_objection(name, rest) or _server_objection(name, rest, background=background)


def line_objection(line: str) -> Objection | None:
    """The first objection to any command of a shell line."""
    for command in split_commands(line):
        against = objection(command.words, background=command.background)
        if against is not None:
            return against
    return None


def without_objectionable(line: str, grounds: frozenset[Ground]) -> tuple[str, Objection | None]:
    """A shell line with the commands that are objected to replaced by ``true``.

    Returns
    -------
    tuple of str and Objection or None
        An empty line where nothing of weight remains; the line itself and None where nothing was objected to.
    """
    first: Objection | None = None
    rewritten, remains = line, False
    for command in reversed(split_commands(line)):
        against = objection(command.words, background=command.background)
        if against is not None and against.ground in grounds:
            first = against
            rewritten = rewritten[: command.start] + "true" + rewritten[command.end :]
        elif _program(command.words[0]) not in _NEUTRAL:
            remains = True
    if first is None:
        return line, None
    return (rewritten if remains else ""), first


def _simple(line: str, start: int, end: int, *, background: bool) -> SimpleCommand:
    text = line[start:end]
    # The span leaves the surrounding blanks to the line, so that a replacement reads well.
    inner_start = start + len(text) - len(text.lstrip())
    inner_end = end - (len(text) - len(text.rstrip()))
    try:
        words = shlex.split(text, comments=True)
    except ValueError:  # an unbalanced quote: the shell would complain too, but the command can be recognised
        words = text.split()
    return SimpleCommand(inner_start, max(inner_start, inner_end), tuple(words), background)


def _is_redirection(line: str, position: int) -> bool:
    return line[position - 1 : position] in {">", "<"} or line[position + 1 : position + 2] == ">"


def _without_prefixes(words: tuple[str, ...]) -> tuple[str, ...]:
    index, prefixed = 0, False
    while index < len(words):
        word = words[index]
        if re.match(r"\w+=", word):
            index += 1
        elif word in _PREFIXES:
            prefixed = True
            index += 1
        elif word == "timeout" and index + 1 < len(words):
            index += 2
        elif prefixed and word.startswith("-"):
            index += 1
        else:
            break
    return words[index:]


def _program(word: str) -> str:
    return PurePosixPath(word.strip("({")).name if "/" in word else word.strip("()")


def _is_python(name: str) -> bool:
    return bool(re.fullmatch(r"(python|pypy)[\d.]*(\.exe)?", name)) or name in {
        "{sys.executable}",
        "$sys.executable",
        "sys.executable",
        "{python}",
        "$(which python)",
    }


def _python_objection(rest: tuple[str, ...], *, background: bool) -> Objection | None:
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        if rest[index] == "-m" and index + 1 < len(rest):
            return objection(rest[index + 1 :], background=background)
        if rest[index] == "-c":
            return None
        index += 2 if rest[index] in {"-W", "-X"} else 1
    if index < len(rest) and _program(rest[index]) == "setup.py":
        return _install_objection("setup.py", rest[index + 1 :])
    return None


def _run_by(name: str, rest: tuple[str, ...]) -> tuple[str, ...] | None:
    """The command that ``uv run`` and the like start; ``pip ...`` for ``uv pip``."""
    if name == "uv" and rest[0] in {"pip", "tool"}:
        return ("pip", *(("install",) if rest[1:2] == ("sync",) else rest[1:]))
    return tuple(_arguments(rest[1:])) if rest[0] == "run" else None


def _arguments(words: tuple[str, ...]) -> list[str]:
    """Words from the first that is neither an option nor the value of a known one."""
    index = 0
    while index < len(words) and words[index].startswith("-"):
        index += 2 if words[index] in _FLAGS_WITH_VALUE else 1
    return list(words[index:])


def _install_objection(name: str, rest: tuple[str, ...]) -> Objection | None:
    if re.fullmatch(r"pip[\d.]+", name):
        name = "pip"
    name = _ALIASES.get(name, name)
    triggers = _INSTALLS.get(name)
    if triggers is None:
        return None
    verb = next(iter(_arguments(rest)), "")
    if name == "dpkg":
        verb = next((word for word in rest if word in triggers), "")
    if name == "conda" and verb == "env" and not {"create", "update", "remove"} & set(rest):
        return None
    if triggers and verb not in triggers:
        return None
    return Objection(Ground.INSTALL, f"changes the environment: {name}{' ' * bool(verb)}{verb}")


def _server_objection(name: str, rest: tuple[str, ...], *, background: bool) -> Objection | None:
    if name == "tail" and {"-f", "-F", "--follow"} & set(rest):
        return Objection(Ground.BLOCKING, "never ends: tail -f")
    if name == "sleep" and rest[:1] == ("infinity",):
        return Objection(Ground.BLOCKING, "never ends: sleep infinity")
    if name == "npx":
        return objection(_arguments(rest), background=background)
    triggers = _SERVERS.get(name)
    if triggers is None or _ASKS_ONLY & set(rest):
        return None
    arguments = _arguments(rest)
    verb = next(iter(arguments), "")
    if name == "lt":
        verb = next((word for word in rest if word in triggers), "")
    serves_model = name == "mlflow" and tuple(arguments[:2]) in {
        ("models", "serve"),
        ("gateway", "start"),
        ("deployments", "start-server"),
    }
    if serves_model:
        verb = " ".join(arguments[:2])
    elif (triggers and verb not in triggers) or (name == "tensorboard" and verb == "dev"):
        return None
    shown = f"{name} {verb}" if triggers and verb else name
    where = "starts a server in the background" if background else "starts a server and does not return"
    return Objection(Ground.BLOCKING, f"{where}: {shown}")
