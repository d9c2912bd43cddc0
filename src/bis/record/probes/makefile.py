"""Makefiles, as far as they are plain: what `make` runs for a target."""

from __future__ import annotations

import re
from pathlib import Path

_VARIABLE = re.compile(r"^([A-Za-z_]\w*)\s*[:?]?=\s*(.*?)\s*$")
_RULE = re.compile(r"^([^\s:#=][^:#=]*):(?!=)([^=#]*)")
_USE = re.compile(r"\$[({](\w+)[)}]")
_NAMES = ("GNUmakefile", "makefile", "Makefile")
_OPTIONS = frozenset({"-s", "-k", "-B", "--silent"})
_MOST_BYTES = 1 << 16
_MOST_ROUNDS = 4

Rules = dict[str, tuple[list[str], list[str]]]


def recipe_lines(arguments: list[str], cwd: str) -> list[str] | None:
    """The lines that ``make`` runs for its targets; None where the makefile is not understood.

    Parameters
    ----------
    arguments : list of str
        Of ``make``.
    cwd : str
        Where it was started.
    """
    given = [a for a in arguments if a not in _OPTIONS and "=" not in a]
    text = next((t for n in _NAMES if (t := small_text(n, cwd)) is not None), None)
    if text is None or any(a.startswith("-") for a in given):  # other options name other files or folders
        return None
    variables: dict[str, str] = {"MAKE": "make"}
    rules = _parsed(text, variables)
    if rules is None:
        return None
    variables.update((name, value) for name, _, value in (a.partition("=") for a in arguments if "=" in a))
    wanted = given or [n for n in rules if not n.startswith(".")][:1]
    lines: list[str] = []
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in seen and name in rules:
            seen.add(name)
            needed, recipe = rules[name]
            wanted += needed
            lines += [_expanded(line, variables) for line in recipe]
    return lines


def small_text(name: str, cwd: str) -> str | None:
    """The text of a script; None where it cannot be read, or is no text of a reasonable size."""
    path = Path(cwd, name) if cwd else Path(name)
    try:
        if not path.is_absolute() or path.stat().st_size > _MOST_BYTES:
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _parsed(text: str, variables: dict[str, str]) -> Rules | None:
    """What each target needs, and its recipe; adds to `variables`. None for what is more than rules and variables."""
    rules: Rules = {}
    current: list[str] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("\t"):
            for name in current:
                rules[name][1].append(line.strip().lstrip("@-+"))
        elif match := _VARIABLE.match(line):
            variables.setdefault(match[1], match[2])
        elif match := _RULE.match(line):
            current = match[1].split()
            for name in current:
                rules.setdefault(name, ([], []))[0].extend(match[2].split())
        elif line.strip() and not line.lstrip().startswith("#"):
            return None
    return rules


def _expanded(line: str, variables: dict[str, str]) -> str:
    for _ in range(_MOST_ROUNDS):
        line = _USE.sub(lambda m: variables.get(m[1], m[0]), line)
    return line.replace("$$", "$")
