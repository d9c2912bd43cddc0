"""Models as libraries print them: only what both sides say of the same setting is compared."""

from __future__ import annotations

import pytest

from bis._verify.published.printed_models import other_settings


@pytest.mark.parametrize(
    ("saved", "now", "name", "values"),
    [
        ("best: Ridge(alpha=0.5)", "best: Ridge(alpha=0.6)", "alpha", ("0.5", "0.6")),
        ("SVC(kernel='rbf')", "SVC(kernel='linear')", "kernel", ("'rbf'", "'linear'")),
        ("LinearRegression()", "Ridge()", "", ("LinearRegression()", "Ridge()")),
        (
            "Pipeline(steps=[('s', StandardScaler()),\n                ('m', Ridge(alpha=0.5))])",
            "Pipeline(steps=[('s', StandardScaler()), ('m', Ridge(alpha=5))])",
            "alpha",
            ("0.5", "5"),
        ),
        (
            "Pipeline(steps=[('m', Ridge())])",
            "Pipeline(steps=[('s', StandardScaler()), ('m', Ridge())])",
            "steps",
            None,
        ),
        ("RFCV(estimator=SVC(C=1.0))", "RFCV(estimator=SVC(C=2.0))", "C", ("1.0", "2.0")),
        (
            "MLPClassifier(early_stopping=True)",
            "MLPClassifier(early_stopping=False)",
            "early_stopping",
            ("True", "False"),
        ),
    ],
)
def test_other_settings_are_found(saved: str, now: str, name: str, values: tuple[str, str] | None) -> None:
    """With their name and both values, within the steps of a pipeline too."""
    ((label, *sides),) = other_settings(saved, now)
    assert label == name
    assert values is None or tuple(sides) == values


@pytest.mark.parametrize(
    ("saved", "now"),
    [
        ("Ridge(alpha=0.5)", "Ridge(alpha=0.50000000000000001)"),
        ("Ridge(alpha=1.0, copy_X=True, fit_intercept=True)", "Ridge()"),  # of a version that told all
        ("LogisticRegression(solver='warn')", "LogisticRegression(solver='lbfgs')"),
        ("XGBClassifier(base_score=0.5, missing=nan)", "XGBClassifier(base_score=None, missing=nan)"),
        ("RandomForestClassifier(n_jobs=8, verbose=1)", "RandomForestClassifier(n_jobs=2, verbose=0)"),
        ("Ridge(random_state=RandomState(MT19937) at 0x7F01)", "Ridge(random_state=RandomState(MT19937) at 0x7F02)"),
        ("ColumnTransformer(transformers=[('a', ...", "ColumnTransformer(transformers=[('b', ..."),
        ("GridSearchCV(estimator=SVC(C=1, ...))", "GridSearchCV(estimator=SVC(C=2, ...))"),
        ("Ridge(alpha=0.5) Ridge(alpha=0.5)", "Ridge(alpha=0.6)"),
        ("StandardScaler(copy=True)", "nothing"),
    ],
)
def test_the_same_settings_in_other_words(saved: str, now: str) -> None:
    """Defaults, settings of the machine, shortened prints and models without a counterpart say nothing."""
    assert list(other_settings(saved, now)) == []
