"""Estimators that are parts of others."""

from __future__ import annotations

import pytest

from bis._audit.questions.nested_estimators import Searched, nested_estimators, searched, with_parts
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


@pytest.mark.parametrize(
    ("grid", "names", "whole"),
    [
        ("{'c__max_depth': [1]}", {"max_depth"}, True),
        ("[{'max_depth': [1]}, {'eta': [1]}]", {"max_depth", "eta"}, True),
        ("{name: [1]}", set(), False),
        ("grid", set(), False),
        ("[]", set(), False),
    ],
)
def test_what_a_search_tries(grid: str, names: set[str], whole: bool) -> None:
    """By the keys of the grid, where all of them are written."""
    analysis = analysed({"a.py": HEAD + f"GridSearchCV(make_pipeline(s, XGBClassifier()), {grid})\n"})
    (module,) = analysis.project.modules
    maker = next(call.index for call in module.calls if call.api == "xgboost.XGBClassifier")
    assert searched(analysis, module)[maker] == Searched(frozenset(names), whole)


def test_an_estimator_has_the_parts_of_its_parts() -> None:
    """The whole, and what it is made of at any depth; not what is made beside it."""
    code = "m = XGBClassifier()\np = make_pipeline(m)\ng = GridSearchCV(p, {})\nXGBClassifier()\n"
    analysis = analysed({"a.py": HEAD + code})
    (module,) = analysis.project.modules
    whole = next(call.index for call in module.calls if call.method == "GridSearchCV")
    parts = with_parts(analysis, module, frozenset({whole}))
    assert [module.calls[index].method for index in sorted(parts)] == [
        "XGBClassifier",
        "make_pipeline",
        "GridSearchCV",
    ]
