"""Defaults of the version of scikit-learn that is pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from sklearn.svm import LinearSVC\nfrom sklearn.manifold import TSNE\n"


@pytest.mark.parametrize(
    ("code", "pinned", "unseeded"),
    [
        ("LinearSVC()", "scikit-learn==0.19.1\n", "yes"),
        ("LinearSVC(C=3)", "scikit-learn==1.4.2\n", "yes"),
        ("LinearSVC()", "scikit-learn==1.5.0\n", "no"),
        ("LinearSVC()", "scikit-learn>=1.0\n", "no"),
        ("LinearSVC()", "numpy==1.26.4\n", "no"),
        ("LinearSVC(dual=False)", "scikit-learn==0.19.1\n", "no"),
        ("LinearSVC(random_state=0)", "scikit-learn==0.19.1\n", "no"),
        ("TSNE(n_components=2)", "scikit-learn==1.1.3\n", "no"),
    ],
)
def test_what_an_old_version_draws(code: str, pinned: str, unseeded: str, tmp_path: Path) -> None:
    """Only where each list pins an older one than that in which the default has changed."""
    made = audit_project(write(tmp_path, {"a.py": HEAD + code + "\n", "requirements.txt": pinned}), "p")
    assert made.facts["unseeded_estimator"].value == unseeded
    assert any(one.code == "BIS302" for one in made.findings) is (unseeded == "yes")
