"""What may be called without being seen makes a "no" unknown, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.project_audit import Fact

M = "import mlflow\n"


def facts(folder: Path, files: dict[str, str]) -> dict[str, Fact]:
    """The facts of a project on disk."""
    return audit_project(write(folder, files), "p").facts


@pytest.mark.parametrize(
    "code",
    [
        M + "class T:\n  def __init__(self):\n    self.m = mlflow\n  def go(self):\n    self.m.log_params({})\n",
        M + "class T:\n    m = mlflow\nt = T()\nt.m.log_param('a', 1)\n",
        M + "lp = mlflow.log_param\nlp('a', 1)\n",
        "from mlflow import log_params as lp\nother = lp\nother({})\n",
        M + "from functools import partial\nlp = partial(mlflow.log_param, 'a')\nlp(1)\n",
        M + "import functools\nfunctools.partial(mlflow.log_params, {})()\n",
        "import importlib\nm = importlib.import_module('mlflow')\nm.log_param('a', 1)\n",
        "m = __import__('mlflow')\nm.log_params({})\n",
        M + "getattr(mlflow, 'log_param')('a', 1)\n",
        M + "f = getattr(mlflow, 'log_params')\nf({})\n",
        M + "def train(tracker):\n    tracker.log_params({})\ntrain(mlflow)\n",
        M + "class T:\n    log = staticmethod(mlflow.log_param)\n    def go(self):\n        self.log('a', 1)\n",
        (
            "class T:\n  @property\n  def m(self):\n    import mlflow\n    return mlflow\n"
            "  def go(self):\n    self.m.log_params({})\n"
        ),
        M + "class T:\n  c: mlflow.MlflowClient\n  def go(self):\n    self.c.log_param('r', 'a', 1)\n",
        M + "class T:\n  def __init__(self, c):\n    self.c: mlflow.MlflowClient = c\n"
        "  def go(self):\n    self.c.log_param(1, 2, 3)\n",
        M + "from dataclasses import dataclass, field\n@dataclass\nclass T:\n"
        "  c: mlflow.MlflowClient = field(default=None)\n"
        "  def go(self):\n    self.c.log_param('r', 'a', 1)\n",
        "from mlflow import MlflowClient\nc: MlflowClient = None\ndef go():\n    c.log_param('r', 'a', 1)\n",
    ],
)
def test_simple_aliases_are_followed(code: str, tmp_path: Path) -> None:
    """Attributes, names, partial functions, modules that are imported by their name, members by theirs."""
    found = facts(tmp_path, {"a.py": code})
    assert (found["logs_params"].value, found["uses_mlflow"].value) == ("yes", "yes")
    assert found["logs_metrics"].value == "no"


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        (M + "def go(kind):\n    getattr(mlflow, 'log_' + kind)('a', 1)\n", "logs_params"),
        (M + "def go(kind):\n    getattr(mlflow, f'log_{kind}')('a', 1)\n", "logs_model"),
        (M + "LOG = {'p': mlflow.log_param}\nLOG[k]('a', 1)\n", "logs_params"),
        (M + "run(on_end=mlflow.log_params)\n", "logs_params"),
        ("from mlflow import log_metric\ndef choose():\n    return log_metric\n", "logs_metrics"),
        (M + "def go(tracker):\n    tracker.log_params({})\n", "logs_params"),
        (M + "client.log_batch(run_id, metrics, params, tags)\n", "logs_params"),
        (M + "def go(c):\n    c.log_batch(run_id, metrics, params)\n", "logs_params"),
        (M + "def go(c):\n    c.log_batch(run_id, metrics)\n", "logs_metrics"),
        ("import importlib\nm = importlib.import_module(NAME)\nm.log_param('a', 1)\n", "logs_params"),
    ],
)
def test_what_is_decided_elsewhere_is_unknown(code: str, fact: str, tmp_path: Path) -> None:
    """With the place and the reason; never a "no"."""
    found = facts(tmp_path, {"a.py": code})[fact]
    assert (found.value, bool(found.reason), len(found.places)) == ("unknown", True, 1)


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        (M + "def go(kind):\n    getattr(mlflow, 'log_metric')('a', 1)\n", "logs_params"),
        (M + "getattr(config, name)('a', 1)\n", "logs_params"),
        (M + "run(on_end=mlflow.log_metrics)\n", "logs_params"),
        ("import importlib\nm = importlib.import_module(NAME)\nm.go('a', 1)\n", "logs_params"),
        (M + "lp = mlflow.log_metric\nlp('a', 1)\n", "logs_params"),
        (M + "trainer.log_metrics('train', {})\n", "logs_metrics"),
    ],
)
def test_what_is_something_else_stays_no(code: str, fact: str, tmp_path: Path) -> None:
    """Another function, another object, another module."""
    assert facts(tmp_path, {"a.py": code})[fact].value == "no"


def test_a_cell_that_cannot_be_read_says_what_it_may_call(tmp_path: Path) -> None:
    """Only what its text names is unknown; comments in it say nothing."""
    broken = "mlflow.log_param('a', 1\nmodel.fit(X\n# mlflow.log_metric('b', 1)\n"
    found = facts(tmp_path, {"n.ipynb": notebook(M, broken, "mlflow.set_tag('a', 1)")})
    values = {name: fact.value for name, fact in found.items()}
    assert values["logs_params"] == values["trains_model"] == values["params_not_logged_at_all"] == "unknown"
    assert values["logs_metrics"] == values["autolog"] == values["logs_model"] == values["registers_model"] == "no"
    assert values["sets_tags"] == "yes"
    assert [(place.cell, place.line) for place in found["logs_params"].places] == [(1, 1)]
    assert [(place.cell, place.line) for place in found["trains_model"].places] == [(1, 2)]


@pytest.mark.parametrize(
    ("broken", "fact", "value"),
    [
        ("mlflow.sklearn.log_model(m, registered_model_name='a'", "registers_model", "unknown"),
        ("mlflow.sklearn.autolog(", "autolog", "unknown"),
        ("TrainingArguments('o', report_to='mlflow'", "logs_metrics", "unknown"),
        ("np.random.seed(1", "seeds_set", "unknown"),
        ("x = (1", "seeds_set", "no"),
        ("train_test_split(X", "unseeded_split", "unknown"),
        ("plot(X", "unseeded_split", "no"),
        ("for i in range(3): print 'mlflow.log_param'", "logs_params", "no"),
    ],
)
def test_each_fact_looks_for_its_own_names(broken: str, fact: str, value: str, tmp_path: Path) -> None:
    """Keywords that trace are among them."""
    assert facts(tmp_path, {"n.ipynb": notebook(M, broken)})[fact].value == value


def test_a_split_beside_a_seed_that_could_not_be_read_is_unknown(tmp_path: Path) -> None:
    """It may fall back to what is seeded there; no finding says otherwise."""
    split = "from sklearn.model_selection import train_test_split as t\nt(X)\n"
    audited = audit_project(write(tmp_path, {"n.ipynb": notebook("np.random.seed(1\n", split)}), "p")
    assert audited.facts["unseeded_split"].value == "unknown"
    assert "BIS301" not in [finding.code for finding in audited.findings]
    assert facts(tmp_path / "b", {"n.ipynb": notebook("x = (1\n", split)})["unseeded_split"].value == "yes"


def test_a_notebook_that_is_no_json_is_searched_as_text(tmp_path: Path) -> None:
    """As far as it names calls."""
    found = facts(tmp_path, {"a.py": M, "n.ipynb": '{"cells": [{"source": ["mlflow.log_param(1, 2)\\n"'})
    assert (found["logs_params"].value, found["logs_model"].value) == ("unknown", "no")


def test_a_statement_that_a_magic_runs_is_read(tmp_path: Path) -> None:
    """With its place; an option of the magic is none of the statement's."""
    cell = "%time mlflow.log_params({})\n%timeit -n 3 mlflow.log_metric('a', 1)\n%time half("
    found = facts(tmp_path, {"n.ipynb": notebook(M, cell)})
    assert [(p.cell, p.line, p.column) for p in found["logs_params"].places] == [(1, 1, 7)]
    assert [(p.cell, p.line, p.column) for p in found["logs_metrics"].places] == [(1, 2, 14)]
