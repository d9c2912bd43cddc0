"""Work that several processes share: the same results, whatever becomes of these processes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from bis._audit import auditor
from bis._audit.audit_options import Options
from bis._audit.auditor import audit_project
from bis._audit.rules import unseeded_numpy, unseeded_split
from bis._audit.shared_work import shared
from bis.report.json.audit_json import to_line

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("forkable")

SCRIPT = """import mlflow
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

X = np.random.rand(100, 3)
train, test = train_test_split(X)
mlflow.log_metric("score", SVC(C=3).fit(train, test).score(test, test))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project that counts as a large one, with findings that need facts and findings that need none."""
    monkeypatch.setattr(auditor, "MANY_CALLS", 1)
    for number in range(5):
        (tmp_path / f"train{number}.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("mlflow\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("processes", [1, 2, 3, 100])
def test_several_processes_make_what_one_makes(processes: int) -> None:
    """Each number once."""
    assert shared(range(-1, 50), lambda number: number**2, processes=processes) == {n: n * n for n in range(-1, 50)}


@pytest.mark.parametrize("way", ["killed", "raises", "unpicklable"])
def test_what_a_process_owes_is_made_here(way: str) -> None:
    """A fork that ends early, however it does, costs its time and nothing else."""
    here = os.getpid()

    def do(number: int) -> object:
        if os.getpid() != here and way == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if os.getpid() != here and way == "raises":
            raise ZeroDivisionError
        return number if os.getpid() == here else (lambda: number)

    assert shared(range(20), do, processes=3) == {number: number for number in range(20)}


def lines(project: Path) -> set[str]:
    """The audits by one process and by several."""
    return {to_line(audit_project(project, "p", Options(processes=n))) for n in (1, 2, 5)}


def test_an_audit_is_the_same_whoever_asks_the_rules(project: Path) -> None:
    """Byte for byte, with rules that ask for facts and rules that do not."""
    assert len(lines(project)) == 1
    codes = {finding.code for finding in audit_project(project, "p", Options(processes=3)).findings}
    assert {"BIS301", "BIS303", "BIS502"} <= codes


@pytest.mark.parametrize("rule", [unseeded_split, unseeded_numpy])
def test_a_rule_that_fails_in_a_fork_is_a_finding_all_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch, rule: object
) -> None:
    """With what it had found before."""
    check = rule.check  # type: ignore[attr-defined]

    def failing(analysis: object) -> object:
        yield from check(analysis)
        raise ZeroDivisionError

    monkeypatch.setattr(rule, "check", failing)
    (line,) = lines(project)
    assert "ZeroDivisionError" in line
    code = rule.RULE.code  # type: ignore[attr-defined]
    assert {code, "BIS000"} <= {f.code for f in audit_project(project, "p", Options(processes=2)).findings}
