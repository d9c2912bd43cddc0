"""Standard error in exact replays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.judgement import judge
from bis._verify.tolerances import Tolerances
from bis.model.facets import CellOutput, Outputs
from bis.model.verdict import Level, Verdict
from tests.unit._verify.runs import exact, fresh, outputs

PLAIN = Tolerances()


def said(text: str, stdout: str | None = "") -> Outputs:
    """Outputs of a program that logged this."""
    return replace(outputs(stdout=stdout), stderr=text)


def judged(a: str, b: str, stdout: str = "") -> Verdict:
    """The verdict on one exact replay."""
    return judge(said(a, stdout), exact(said(b, stdout)), PLAIN)


def test_a_number_that_was_logged_is_a_result() -> None:
    """The same one is evidence, another one another result, whatever stands on stdout."""
    assert judged("INFO:root:acc 0.5\n", "INFO:root:acc 0.5\n").level is Level.BITWISE
    for stdout in ("", "done\n", "f1 1.0\n"):
        assert judged("INFO:root:acc 0.5\n", "INFO:root:acc 0.75\n", stdout).groups[0].level is Level.DIVERGENT


@pytest.mark.parametrize("text", ["", "ready\n", "x.py:3: UserWarning: 5 columns\n  f(1)\n", "took 3 s\n"])
def test_words_and_warnings_are_no_evidence(text: str) -> None:
    """A program that only warned has not been compared."""
    assert judged(text, text).exit_code == 4


def test_other_words_do_not_count() -> None:
    """Beside numbers on stdout; where the words around a number of the log differ, it is open."""
    assert judged("worker a ready\n", "worker b ready\n", "f1 1.0\n").level is Level.BITWISE
    assert judged("loss 0.5\nfirst\n", "loss 0.5\nthird\n").level is Level.BITWISE
    assert judged("cat: 0.5\n", "dog: 0.5\n").level is Level.INCONCLUSIVE


def test_beside_metrics_it_is_shown() -> None:
    """As all printed text."""
    a, b = (replace(outputs({"m": 0.5}), stderr=f"acc {v}\n") for v in (0.5, 0.75))
    assert judge(a, exact(b), PLAIN).level is Level.BITWISE


def test_stderr_of_a_cell_is_a_log_too() -> None:
    """Words pass, numbers do not."""

    def cell(text: str) -> Outputs:
        return replace(outputs(), cells=(CellOutput(1, "stdout", "f1 1.0\n"), CellOutput(1, "stderr", text)))

    assert judge(cell("ready a\n"), exact(cell("ready b\n")), PLAIN).level is Level.BITWISE
    assert judge(cell("acc 0.5\n"), exact(cell("acc 0.75\n")), PLAIN).groups[0].level is Level.DIVERGENT


def test_records_from_before_it_was_kept() -> None:
    """What an original's record lacks is not compared."""
    old = outputs(stdout="f1 1.0\n")
    assert judge(old, exact(said("acc 0.5\n", "f1 1.0\n")), PLAIN).level is Level.BITWISE


def test_fresh_replays_test_its_numbers() -> None:
    """Like those on stdout."""
    verdict = judge(said("acc 0.5\n"), fresh(*(said(f"acc 0.{i}\n") for i in range(4, 9))), PLAIN)
    assert "printed: acc" in {i.name for i in verdict.groups[0].items}
