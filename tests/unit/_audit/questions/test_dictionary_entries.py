"""The entries of dictionaries, wherever they come from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = "import mlflow\nfrom sklearn.ensemble import RandomForestClassifier as RF\n"
IN_LOOP = "from sklearn.model_selection import ParameterGrid, ParameterSampler\nfor p in {}:\n    RF(**p)"
SEARCH = "from hyperopt import fmin, hp\ndef fit(p):\n    return RF(**p)\nfmin(fit, {})"
FIELDS = (
    "from dataclasses import asdict, dataclass\nfrom pydantic import BaseModel\n"
    "@dataclass\nclass P{}:\n    depth: {}\ns = "
)
ZIPPED = (
    "from itertools import product\nG = {{'max_depth': [1, 2], {}}}\nkeys = {}\nKind = RF\n"
    "runs = [dict(zip(keys, row)) for row in product(*G.values())]\n"
    "for i, p in enumerate(runs):\n    Kind(**p)"
)
EVALUATED = "from hyperopt import space_eval\np = space_eval({}, best)\nRF(**p)"
OF_REST = "def fit(X, depth=1, **p):\n    return RF(max_depth=depth, **p)\n{}"


@pytest.mark.parametrize(
    ("code", "unseeded"),
    [
        (IN_LOOP.format("ParameterGrid({'max_depth': [1, 2]})"), "yes"),
        (IN_LOOP.format("ParameterGrid({'max_depth': [1, 2], 'random_state': [42]})"), "no"),
        (IN_LOOP.format("ParameterGrid({'max_depth': [1, 2], 'random_state': [None]})"), "yes"),
        (IN_LOOP.format("ParameterSampler({'max_depth': [1, 2]}, n_iter=1)"), "yes"),
        (IN_LOOP.format("list(ParameterGrid(read()))"), "unknown"),
        (IN_LOOP.format("[{'max_depth': 1}, {'max_depth': 2}]"), "yes"),
        (IN_LOOP.format("[{'max_depth': 1}, {'random_state': 2}]"), "no"),
        (IN_LOOP.format("[{'max_depth': 1}, read()]"), "unknown"),
        ("for i, p in enumerate([{'max_depth': 1}, {'max_depth': 2}]):\n    RF(**p)", "yes"),
        ("for name, p in {'a': {'max_depth': 1}, 'b': {}}.items():\n    RF(**p)", "unknown"),
        ("G = {'a': {'max_depth': 1}, 'b': {}}\nfor name, p in G.items():\n    RF(**p)", "yes"),
        ("for p in sorted(p):\n    RF(**p)", "unknown"),
        ("def fit(p):\n    return RF(**p)\nfit({'max_depth': 1})\nfit({'max_depth': 2})", "yes"),
        ("def fit(p):\n    return RF(**p)\nfit({'max_depth': 1})\nfit(read())", "unknown"),
        (OF_REST.format("fit(X, n_estimators=3)"), "yes"),
        (OF_REST.format("P = {'n_estimators': 3}\nfit(X, **P)\nfit(X, 5)"), "yes"),
        (OF_REST.format("fit(X, random_state=3)"), "no"),
        (OF_REST.format("fit(X, **read())"), "unknown"),
        (OF_REST.format("fit(*read())"), "unknown"),
        (OF_REST.format("def again(**q):\n    fit(X, **q)\nagain(random_state=3)"), "no"),
        (OF_REST.format(""), "unknown"),
        ("def fit(**p):\n    RF(**p)\n    fit(**p)", "unknown"),
        ("class T:\n    def __init__(self, **p):\n        self.m = RF(**p)\nT(max_depth=3)", "yes"),
        (SEARCH.format("{'max_depth': hp.choice('d', [1, 2])}"), "yes"),
        (SEARCH.format("{'max_depth': hp.choice('d', [1, 2]), 'random_state': 42}"), "no"),
        (SEARCH.format("hp.choice('m', [{'max_depth': 1}])"), "unknown"),
        (SEARCH.replace("    return", "    p['random_state'] = 42\n    return").format("{'max_depth': 3}"), "no"),
        (SEARCH.replace("    return", "    p['max_depth'] = int(p['d'])\n    return").format("{'d': 3}"), "yes"),
        (SEARCH.replace("fmin(fit", "fmin(other").format("{'max_depth': 3}"), "unknown"),
        (FIELDS.format("", "int = 3") + "P()\nRF(**asdict(s))", "yes"),
        (FIELDS.format("", "int = 3\n    random_state: int = 42") + "P()\nRF(**asdict(s))", "no"),
        (FIELDS.format("", "int = 3\n    random_state: int = None") + "P()\nRF(**vars(s))", "yes"),
        (FIELDS.format("", "int\n    random_state: int") + "P(depth=3, random_state=42)\nRF(**asdict(s))", "no"),
        (FIELDS.format("", "int = 3") + "P(3)\nRF(**asdict(s))", "unknown"),
        (FIELDS.format("", "int = 3") + "P()\ns.random_state = 42\nRF(**vars(s))", "no"),
        (FIELDS.format("(Base)", "int = 3") + "P()\nRF(**asdict(s))", "unknown"),
        (FIELDS.format("(BaseModel)", "int = 3") + "P()\nRF(**s.model_dump())", "yes"),
        ("RF(**vars(parser.parse_args()))", "unknown"),
        (ZIPPED.format("'n_estimators': [3]", "G.keys()"), "yes"),
        (ZIPPED.format("'n_estimators': [3]", "list(G)"), "yes"),
        (ZIPPED.format("'random_state': [3]", "list(G.keys())"), "no"),
        (ZIPPED.format("'random_state': [3]", "['max_depth', 'n_estimators']"), "yes"),
        (ZIPPED.format("'n_estimators': [3]", "read()"), "unknown"),
        (ZIPPED.format("'n_estimators': [3], **more", "G.keys()"), "unknown"),
        ("for p in [{'max_depth': n} for n in range(3)]:\n    RF(**p)", "yes"),
        ("for p in [make(n) for n in range(3)]:\n    RF(**p)", "unknown"),
        ("for p in {n: {} for n in range(3)}:\n    RF(**p)", "unknown"),
        (EVALUATED.format("{'max_depth': 3, 'random_state': 42}"), "no"),
        (EVALUATED.format("{'max_depth': 3}"), "yes"),
        (EVALUATED.format("read()"), "unknown"),
    ],
)
def test_dictionaries_that_differ_each_time(code: str, unseeded: str, tmp_path: Path) -> None:
    """What a loop goes through, a grid or a space is made of, the callers of a function give it, or fields are."""
    facts = audit_project(write(tmp_path / "p", {"a.py": f"{IMPORTS}{code}\n"}), "p").facts
    assert facts["unseeded_estimator"].value == unseeded


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
