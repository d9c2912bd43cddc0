"""What calls are given by dictionaries."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = "import mlflow\nfrom sklearn.ensemble import RandomForestClassifier as RF\n"


@pytest.mark.parametrize(
    ("code", "unseeded"),
    [
        ("p = {'max_depth': 5, 'random_state': 42}\nRF(**p)", "no"),
        ("p = dict(max_depth=5, random_state=42)\nRF(**p)", "no"),
        ("q = {'random_state': 42}\np = {'max_depth': 5, **q}\nRF(**p)", "no"),
        ("p = {**study.best_params, 'random_state': 42}\nRF(**p)", "no"),
        ("p = {'max_depth': 5}\np['random_state'] = 42\nRF(**p)", "no"),
        ("RF(**{'random_state': 42})", "no"),
        ("def f():\n    p = {'random_state': 42}\n    return RF(**p)", "no"),
        ("p = {'max_depth': 5}\nRF(**p)", "yes"),
        ("p = {'max_depth': 5, 'random_state': None}\nRF(**p)", "yes"),
        ("RF(**{'max_depth': 5})", "yes"),
        ("p = {'max_depth': 5}\nRF(**p, random_state=42)", "no"),
        ("p = {'max_depth': 5}\np.update(more())\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5}\np[key()] = 42\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5, key(): 42}\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5, **other()}\nRF(**p)", "unknown"),
        ("p = dict(other(), max_depth=5)\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5}\ndef f(p):\n    return RF(**p)", "unknown"),
        ("p = {'max_depth': 5}\nfor p in grid():\n    RF(**p)", "unknown"),
        ("p = {**p}\nRF(**p)", "unknown"),
        ("RF(**load())", "unknown"),
    ],
)
def test_whether_a_seed_is_among_them(code: str, unseeded: str, tmp_path: Path) -> None:
    """As far as dictionaries are written out; what is altered, given or looped over is not known."""
    facts = audit_project(write(tmp_path / "p", {"a.py": f"{IMPORTS}{code}\n"}), "p").facts
    assert facts["unseeded_estimator"].value == unseeded
    assert facts["seeds_set"].value == ("yes" if unseeded == "no" else "no")


@pytest.mark.parametrize("logged", [True, False])
def test_hyperparameters_among_them(logged: bool, tmp_path: Path) -> None:
    """They are hyperparameters like any others, and logged where the dictionary is."""
    log = "mlflow.log_params(p)" if logged else "mlflow.log_param('epochs', 3)"
    code = f"p = {{'max_depth': 5, 'random_state': 42}}\nwith mlflow.start_run():\n    {log}\n    RF(**p)\n"
    findings = audit_project(write(tmp_path / "p", {"a.py": IMPORTS + code}), "p").findings
    told = [f.message for f in findings if f.code == "BIS102"]
    assert told == ([] if logged else ["RandomForestClassifier is given max_depth, which no call logs"])


def test_dictionaries_of_dictionaries_end(tmp_path: Path) -> None:
    """Ten levels of a hundred each are not all looked at."""
    lines = [
        "p0 = {'max_depth': 5}",
        *(f"p{i + 1} = {{{', '.join([f'**p{i}'] * 100)}}}" for i in range(10)),
        "RF(**p10)",
    ]
    start = time.process_time()
    facts = audit_project(write(tmp_path / "p", {"a.py": IMPORTS + "\n".join(lines)}), "p").facts
    assert facts["unseeded_estimator"].value == "unknown"
    assert time.process_time() - start < 10
