"""Cells that only look around: at files, packages, the machine. What they show is about where the notebook ran."""

from __future__ import annotations

import ast

from bis.notebooks.cell_syntax import LineMagic, cell_magic, parse_cell, parse_python
from bis.notebooks.shell_commands import SimpleCommand, split_commands

_COMMANDS = frozenset({
    "ls", "pwd", "cd", "dir", "tree", "du", "df", "stat", "file", "nvidia-smi", "lscpu", "lsblk", "free", "uname",
    "hostname", "whoami", "id", "date", "uptime", "which", "whereis", "env", "printenv", "ps", "top", "mkdir", "cp",
    "mv", "rm", "touch", "chmod", "wget", "curl", "git", "unzip", "zip", "tar", "gdown", "kaggle", "nproc", "echo",
    "true", "sleep",
})  # fmt: skip
_LINE_MAGICS = frozenset({
    "ls", "pwd", "cd", "ll", "env", "set_env", "who", "whos", "lsmagic", "matplotlib", "config", "load_ext",
    "reload_ext", "autoreload", "mkdir", "rm", "cp", "mv",
})  # fmt: skip
# Of programs that do more, those verbs that only tell.
_TELLING = {
    "pip": {"list", "freeze", "show", "check", "--version", "-V", "config", "cache"},
    "pip3": {"list", "freeze", "show", "check", "--version", "-V"},
    "conda": {"list", "info", "env", "--version"},
    "python": {"--version", "-V"},
    "python3": {"--version", "-V"},
    "mlflow": {"--version", "doctor"},
    "cat": {"/proc/cpuinfo", "/proc/meminfo", "/etc/os-release"},
}


def only_explores(source: str) -> bool:
    """Whether a cell only lists, fetches or moves files, or tells about packages and the machine, by its commands."""
    if cell_magic(source) is not None:
        return False
    syntax = parse_cell(source)
    tree = parse_python(syntax.python)
    if not syntax.magics or tree is None or not all(isinstance(node, ast.Pass) for node in tree.body):
        return False
    return all(_explores(magic) for magic in syntax.magics)


def _explores(magic: LineMagic) -> bool:
    words = magic.text.split()
    if magic.mark == "%" and words and words[0] in _LINE_MAGICS:
        return True
    return all(map(_tells, split_commands(magic.text)))


def _tells(command: SimpleCommand) -> bool:
    program, rest = command.words[0], command.words[1:]
    return program in _COMMANDS or (bool(rest) and rest[0] in _TELLING.get(program, set()))
