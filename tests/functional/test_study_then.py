"""The experiment of 2024 as it was published, with the packages of then: it builds an environment."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis._study.result_reading import study_from_text
from bis.model.verdict import Level

if TYPE_CHECKING:
    from tests.functional.scene import Project

pytestmark = pytest.mark.long

STUDY = Path(__file__).parents[2] / "study"
THEN = """
[[experiment]]
name = "basic"
program = "basic.ipynb"
exact = 0
published = ["published/basic_test.csv"]

[experiment.earlier]
as-of = 2024-01-31
python = "3.10"
requirements = ["scikit-learn==1.2.2", "mlflow==2.10.0", "setuptools<80"]
"""


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("python3.10"), reason="MLflow 2.10 was used with Python 3.10")
def test_packages_of_then(project: Project) -> None:
    """Its published figures are reproduced with them, and beside today's run the distance is given, bit by bit."""
    shutil.copy(STUDY / "basic.ipynb", project.folder)
    shutil.copytree(STUDY / "published", project.folder / "published")
    project.add("study.toml", THEN)
    done = project.bis("study", "study.toml", "--out", "report", timeout=900)
    assert done.code == 0, done.out + done.err
    (basic,) = study_from_text((project.folder / "report" / "study.json").read_bytes()).experiments
    then = basic.earlier
    assert then is not None
    assert then.curves.failure == ""
    assert (then.packages["scikit-learn"], then.packages["mlflow"]) == ("1.2.2", "2.10.0")
    (published,) = then.published
    assert published.verdict.level in {Level.BITWISE, Level.NUMERICAL}
    assert then.against_today is not None
    assert then.against_today.level in {Level.BITWISE, Level.NUMERICAL}
    items = {i.name: i.evidence.ulps for group in published.verdict.groups for i in group.items}
    assert all(ulps is not None and ulps <= 64 for ulps in items.values())
    text = (project.folder / "report" / "report.md").read_text(encoding="utf-8")
    assert "As it was then, beside today" in text
