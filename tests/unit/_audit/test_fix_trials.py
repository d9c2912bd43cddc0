"""Fixes are tried before they are offered, many of them at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis._audit import fix_trials, fixable_files
from bis._audit.auditor import Options, audit_project
from bis._audit.fixes import repairs

if TYPE_CHECKING:
    import ast
    from pathlib import Path

MANY = "from sklearn.model_selection import train_test_split as t\nSEED = 1\n"
LATE_EACH = "def f{0}(d):\n    m = SVC()\n    m.fit(d)\n    mlflow.autolog()\n"
KINDS = {
    "statements": MANY + "".join(f"a = t(X{i})\n" for i in range(400)),
    "one statement": MANY + "r = [\n" + "".join(f"    t(X{i}),\n" for i in range(400)) + "]\n",
    "half of them": MANY + "".join(f"a = t(X{i}{'  # x' if i % 2 else ''}\n)\n" for i in range(400)),
    "texts": MANY + "".join(f"print(f'{{t(X{i})}}')\n" for i in range(400)),
    "moves": "import mlflow\nfrom sklearn.svm import SVC\n" + "".join(LATE_EACH.format(i) for i in range(200)),
}


@pytest.mark.parametrize("notebook", [False, True], ids=["script", "cell"])
@pytest.mark.parametrize("kind", KINDS)
def test_many_fixes_are_tried_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, notebook: bool
) -> None:
    """The whole file is parsed a few times, not once for each of its findings; each fix can be made by itself."""
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": KINDS[kind]}
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    name, text = ("a.ipynb", json.dumps(document)) if notebook else ("a.py", KINDS[kind])
    (tmp_path / name).write_text(text)
    sizes = []
    parsed = fixable_files.tree_of

    def counted(given: str, *, notebook: bool) -> ast.Module | None:
        sizes.append(len(given))
        return parsed(given, notebook=notebook)

    monkeypatch.setattr(fix_trials, "tree_of", counted)
    monkeypatch.setattr(fixable_files, "tree_of", counted)
    audited = audit_project(tmp_path, "project", Options(select=("BIS201", "BIS301")))
    fixable = [one for one in audited.findings if one.edits]
    assert len(audited.findings) == (200 if kind == "moves" else 400)
    assert len(fixable) == (200 if kind in {"moves", "half of them"} else 400)
    assert sum(sizes) < 12 * len(KINDS[kind])
    (one,) = repairs(tmp_path, fixable[:1])
    assert one.findings == 1
