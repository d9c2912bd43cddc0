"""Models as libraries print them, ``Ridge(alpha=0.5)``: which of their settings are others now."""

from __future__ import annotations

import ast
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RELATIVE = 1e-9
# Of the machine and of what is shown, not of the model.
_NOT_OF_THE_MODEL = frozenset({"n_jobs", "nthread", "thread_count", "verbose", "verbosity", "device"})
# What stands for a default whose name is another one from version to version.
_DEFAULTS = frozenset({None, "warn", "auto", "deprecated"})


def _nested(depth: int) -> str:
    return r"[^()]*" if depth == 0 else rf"(?:[^()]|\({_nested(depth - 1)}\))*"


# A model or a step of one. Which of its parameters are told differs from version to version.
MODEL = re.compile(
    r"\b(?=[A-Z])\w*?(?:Classifier|Regressor|Regression|CV|Pipeline|Net|Lasso|Ridge|SV[CR]|Scaler|Encoder|Transformer|Means|PCA"
    r"|Vectorizer|NB|Forest|Imputer|Selector|Union|Sequential|Functional|Booster|BayesSearch|Discriminant\w+)"
    rf"\({_nested(5)}\)"
)


def names_model(text: str) -> bool:
    """Whether a model is printed in a text."""
    return MODEL.search(text) is not None


def other_settings(saved: str, now: str) -> Iterator[tuple[str, str, str]]:
    """The settings of printed models that differ: the name, empty for the model itself, and both values.

    Models are paired by their order. Only what both sides print is compared (what is not printed has its default),
    and nothing where one side prints more models.
    """
    before, after = ([match[0] for match in MODEL.finditer(text)] for text in (saved, now))
    if len(before) != len(after):
        return
    for a, b in zip(before, after, strict=True):
        try:
            sides = [ast.parse(text.replace("\n", " "), mode="eval").body for text in (a, b)]
        except (SyntaxError, ValueError, MemoryError, RecursionError):  # shortened, or with objects in it
            continue
        yield from _others(*sides, name="")


def _others(a: ast.expr, b: ast.expr, *, name: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(a, ast.Call) and isinstance(b, ast.Call):
        if ast.dump(a.func) != ast.dump(b.func):
            yield name, ast.unparse(a), ast.unparse(b)
            return
        theirs = {k.arg: k.value for k in b.keywords}
        for keyword in a.keywords:
            own = keyword.arg
            if own is not None and own in theirs and own not in _NOT_OF_THE_MODEL:
                yield from _others(keyword.value, theirs[own], name=own)
    elif isinstance(a, (ast.List, ast.Tuple)) and isinstance(b, (ast.List, ast.Tuple)):
        if len(a.elts) != len(b.elts):
            yield name, ast.unparse(a), ast.unparse(b)
            return
        for x, y in zip(a.elts, b.elts, strict=True):
            yield from _others(x, y, name=name)
    elif _differ(a, b):
        yield name, ast.unparse(a), ast.unparse(b)


def _differ(a: ast.expr, b: ast.expr) -> bool:
    """Whether both are values, and others; what is no value cannot be compared."""
    try:
        x, y = ast.literal_eval(a), ast.literal_eval(b)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    if any(isinstance(v, (str, type(None))) and v in _DEFAULTS for v in (x, y)):
        return False
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        return not math.isclose(x, y, rel_tol=_RELATIVE)
    return type(x) is type(y) and bool(x != y)
