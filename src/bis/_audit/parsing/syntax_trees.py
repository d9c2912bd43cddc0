"""Syntax trees of untrusted text: a tree or a fault, in bounded time, without a warning."""

from __future__ import annotations

import ast
import re
import sys
import threading
import warnings
from dataclasses import dataclass

from bis._audit.parsing.newer_syntax import as_older

_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_MOST_CHARACTERS = 1024 * 1024  # a tree takes some hundred times the memory of its text; longer texts are data
# Up to Python 3.11 the time for a formatted string is quadratic in the number of its fields: 100,000 take a minute.
_MOST_FIELDS = 3000
# Python 3.11 counts the depth of a tree while making it; before, a chain of some 40,000 operators ends the process.
_COUNTS_DEPTH = sys.version_info >= (3, 11)
_READS_NEWER = sys.version_info >= (3, 12)
_MOST_OPERATORS = 2000
_MOST_BRACKETS = 250  # the tokenizer refuses more than 200
_TOO_DEEP = re.compile(r"nested too deeply|too many nested|too many levels of indentation|too complex")

_TOKEN = re.compile(
    r"""
      (?P<string>(?P<prefix>(?<!\w)[A-Za-z]{1,2})?(?:
          '''[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*(?:'''|\Z)
        | \"\"\"[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*(?:\"\"\"|\Z)
        | '[^\\'\n]*(?:\\.[^\\'\n]*)*'?
        | "[^\\"\n]*(?:\\.[^\\"\n]*)*"?))
    | (?P<skipped>\#[^\n]*|\\\n)
    | (?P<opened>[(\[{])
    | (?P<closed>[)\]}])
    | (?P<ended>[\n;])
    | (?P<comma>,)
    | (?P<operator>\*\*|//|<<|>>|[-+~*/%&|^@.]|\b(?:not|or|and|lambda|if|else|await)\b)
    """,
    re.VERBOSE | re.DOTALL,
)

# What is not Python 3, by the line at which the parser gave up.
_PYTHON_2 = (
    (re.compile(r"(?m)^[^#'\"\n]*\bprint\b(?:[ \t]*>>|[ \t]+[^\s=.,\[)]|[ \t]*['\"`])"), "a print statement"),
    (re.compile(r"(?m)^[ \t]*except\b[^:\n]*,[^:\n]*:"), "except X, e"),
    (re.compile(r"(?m)^[^#'\"\n]*\braise[ \t]+[\w.]+[ \t]*,"), "raise X, message"),
    (re.compile(r"(?m)^[^#'\"\n]*\bexec[ \t]+['\"\w]"), "an exec statement"),
    (re.compile(r"(?m)^[^#'\"\n]*`[^`\n]+`"), "backticks"),
    (re.compile(r"(?m)^[^#'\"\n]*[\w)\]][ \t]*<>[ \t]*[\w(\[]"), "the operator <>"),
    (re.compile(r"(?m)^[^#'\"\n]*(?<![\w.])0\d+[ \t]*[,)\]:\n]"), "an octal number without o"),
    (re.compile(r"(?m)^[^#'\"\n]*(?<![\w.])(?:\d+|0[xX][\da-fA-F]+)[lL]\b"), "a long number"),
    (re.compile(r"(?m)^[^#'\"\n]*\b[uU][rR]['\"]"), "a string marked ur"),
)
_CONFLICT = re.compile(r"(?m)^(?:<{7}|>{7}) ")

_SILENT = [("ignore", None, Warning, None, 0)]  # the first filter, where none of them is shown
_quiet = threading.Lock()  # the filters of warnings are one for all threads


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no tree: `kind` is ``python-2``, ``syntax``, ``too-deep`` or ``large``; `line` counts from 1."""

    kind: str
    detail: str
    line: int = 0


def syntax_tree(text: str) -> ast.Module | Fault:
    """Parse a script or cell, with ``await`` allowed at the top.

    Parameters
    ----------
    text : str
        Python, with ``\\n`` between its lines; also what only a newer Python reads than the one at hand, up to 3.12.

    Returns
    -------
    ast.Module or Fault
        Never raises on account of the text.
    """
    refused = _refusal(text)
    if refused is not None:
        return refused
    tree = _parsed(text)
    if _READS_NEWER or not isinstance(tree, Fault) or tree.kind != "syntax":
        return tree
    older = as_older(text)
    again = _parsed(older) if older != text else tree
    return tree if isinstance(again, Fault) else again


def _parsed(text: str) -> ast.Module | Fault:
    try:
        if warnings.filters[:1] == _SILENT:  # as in the processes of a corpus
            tree = compile(text, "<source>", "exec", _FLAGS, dont_inherit=True)
        else:
            with _quiet, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = compile(text, "<source>", "exec", _FLAGS, dont_inherit=True)
    except SyntaxError as error:
        return _fault(text, error)
    except (RecursionError, MemoryError):
        return Fault("too-deep", "nested too deeply for the parser")
    except (ValueError, OverflowError, SystemError) as error:
        return Fault("syntax", str(error) or type(error).__name__)
    assert isinstance(tree, ast.Module)
    return tree


def longest_chain(text: str) -> int:
    """The largest number of operators, calls and brackets that may lie within each other in one statement."""
    most, counts = 0, [0]
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in {"operator", "opened"}:
            counts[-1] += 1
            most = max(most, counts[-1] if len(counts) == 1 else sum(counts))
            if kind == "opened" and len(counts) < _MOST_BRACKETS:
                counts.append(0)
        elif kind == "closed":
            if len(counts) > 1:
                counts.pop()
        elif kind == "comma" or (kind == "ended" and len(counts) == 1):
            counts[-1] = 0
    return most


def most_fields(text: str) -> int:
    """The largest number of opening braces in one formatted string."""
    most = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "string" and "f" in (token["prefix"] or "").lower():
            most = max(most, token[0].count("{"))
    return most


def _refusal(text: str) -> Fault | None:
    """Why the parser must not see this text; None for all that a person writes."""
    if len(text) > _MOST_CHARACTERS:
        return Fault("large", f"more than {_MOST_CHARACTERS // 1024:,} thousand characters of code")
    if text.count("{") > _MOST_FIELDS and most_fields(text) > _MOST_FIELDS:
        return Fault("too-deep", f"a string with more than {_MOST_FIELDS:,} fields")
    if _COUNTS_DEPTH or len(text) < _MOST_OPERATORS or longest_chain(text) <= _MOST_OPERATORS:
        return None
    return Fault("too-deep", f"a statement with more than {_MOST_OPERATORS:,} operators")


def _fault(text: str, error: SyntaxError) -> Fault:
    message, line = error.msg or "not Python", error.lineno or 0
    if _TOO_DEEP.search(message):
        return Fault("too-deep", message, line)
    if _CONFLICT.search(text):
        return Fault("syntax", "an unresolved merge conflict", line)
    # Python 2 allowed tabs and blanks side by side: there, the line at which the parser stopped says nothing.
    shown = text if isinstance(error, TabError) else _line(text, line)
    for pattern, what in _PYTHON_2:
        if pattern.search(shown):
            return Fault("python-2", f"Python 2: {what}", line)
    return Fault("syntax", f"{message}, says Python {sys.version_info[0]}.{sys.version_info[1]}", line)


def _line(text: str, number: int) -> str:
    """One line of a text, with its end."""
    lines = text.split("\n", number) if number > 0 else [text]
    return lines[min(number, len(lines)) - 1][:2000] + "\n" if number > 0 else text[:2000]


def awaited(node: ast.expr) -> ast.expr:
    """What an expression gives, without ``await`` and ``name :=`` around it."""
    while isinstance(node, (ast.Await, ast.NamedExpr)):
        node = node.value
    return node


def is_main_guard(test: ast.expr) -> bool:
    """Whether a condition is ``__name__ == "__main__"``."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )
