"""Records as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.facets import Curve, Outputs, Status
from bis.model.record import State, missing_record
from bis.report.text.record_text import print_record, record_text
from tests.unit.report.values import record

if TYPE_CHECKING:
    import pytest

RECORD = """\
run 0123 (bold), FINISHED in MLflow
recorded by `bis run`, bis 0.1, started 2023-11-14 22:13:20 UTC, took 3.5 s

code         partial
  ! loaded late
  - script train.py --lr 0.1 (in .)
  - commit abc123def456 on main, with uncommitted changes
parameters   recorded
  - lr = 0.1
environment  recorded
  - CPython 3.11.7, 1 distributions
  - numpy 2.1
machine      missing
  ! not seen
data         missing
  ! not seen
randomness   recorded
  - entropy served from one recorded root, 0 requests
  - hash seed 0
  - seeds set by the program: numpy.random.seed(42) at train.py:3
  - seeds set by libraries: numpy.random.default_rng(7) by scipy
outputs      recorded
  - exit code 0

metric  last value  steps
mse            0.5      1
"""


def test_a_record_in_full() -> None:
    """Each facet with its status, its reasons and its facts, then the metrics."""
    assert record_text(record(code=Status.PARTIAL), run_id="0123", name="bold", status="FINISHED") == RECORD


def test_a_run_that_bis_never_saw() -> None:
    """Everything is missing, and that is all that is said."""
    text = record_text(missing_record("recorded without bis"), run_id="0123")
    assert text.count("missing\n  ! recorded without bis") == 7
    assert "never recorded by bis" in text


def test_a_killed_program() -> None:
    """What was seen until then is marked."""
    assert "the program was killed" in record_text(replace(record(), state=State.KILLED), width=160)


def test_long_lists_are_cut() -> None:
    """Thirty metrics: twenty are shown, all when asked for."""
    curves = tuple(Curve(f"m{i:02}", (0,), ((0.5).hex(),)) for i in range(30))
    long = replace(record(), outputs=Outputs(Status.RECORDED, metrics=curves))
    assert "and 10 more metrics" in record_text(long)
    assert "m29" in record_text(long, full=True)


def test_printing_is_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout."""
    print_record(record(code=Status.PARTIAL), run_id="0123", name="bold", status="FINISHED")
    assert capsys.readouterr().out == RECORD
