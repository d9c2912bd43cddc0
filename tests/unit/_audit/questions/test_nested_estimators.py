"""Estimators that are parts of others."""

from __future__ import annotations

import pytest

from bis._audit.questions.nested_estimators import nested_estimators
from tests.unit._audit.small_projects import analysed

HEAD = (
    "import mlflow\nfrom sklearn.pipeline import Pipeline, make_pipeline\nfrom xgboost import XGBClassifier\n"
    "from sklearn.model_selection import GridSearchCV\n"
)


@pytest.mark.parametrize(
    ("code", "nested"),
    [
        ("Pipeline([('s', s), ('c', XGBClassifier())])\n", True),
        ("m = XGBClassifier()\nmake_pipeline(s, m)\n", True),
        ("m = XGBClassifier()\nsteps = [('c', m)]\nPipeline(steps)\n", True),
        ("GridSearchCV(estimator=XGBClassifier(), param_grid=g)\n", True),
        ("XGBClassifier()\nmake_pipeline(s)\n", False),
        ("print(XGBClassifier())\n", False),
    ],
)
def test_steps_and_base_estimators_are_parts(code: str, nested: bool) -> None:
    """Directly, by a name, in a list of steps; not what another function is given."""
    analysis = analysed({"a.py": HEAD + code})
    (module,) = analysis.project.modules
    maker = next(call.index for call in module.calls if call.api == "xgboost.XGBClassifier")
    assert (maker in nested_estimators(analysis, module)) is nested
