"""Audits in the terminal: what is told, in which width, and what a stranger's names cannot do to it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from bis.model.project_audit import Fact, Place, Problem, ProjectAudit, Severity
from bis.report.text.audit_text import audit_text, findings_text, print_audit, print_findings, printable
from bis.report.text.terminal import UNBROKEN
from tests.unit.report.audits import AUDITS, CELL, HOSTILE, audit, finding, insertion

if TYPE_CHECKING:
    from collections.abc import Iterator

SNAPSHOTS = Path(__file__).parent / "audit_snapshots"
TEXT = """\
shop: 2 Python files, 1 notebook, 1,234 lines of code
It uses MLflow (through api, client), and trains a model.
Other trackers: wandb.

What is traced
  ✓  logs_params               yes      train.py:4:5 and 1 more
  ?  logs_metrics              unknown  not looked at
  ·  autolog                   no       no call switches autologging on
  ?  logs_model                unknown  not looked at
  ?  logs_artifact             unknown  not looked at
  ?  logs_dataset              unknown  not looked at
  ?  sets_tags                 unknown  not looked at
  ?  registers_model           unknown  not looked at

What goes wrong
  ?  autolog_too_late          unknown  not looked at
  ?  params_not_logged_at_all  unknown  not looked at

What varies
  ?  seeds_set                 unknown  not looked at
  ✗  unseeded_split            yes      random_state= is not given; train.py:3
  ?  unseeded_estimator        unknown  not looked at

Can it be run elsewhere
  ?  deps_declared             unknown  not looked at
  ✗  deps_pinned               some
  ?  mlproject                 unknown  not looked at
  ?  hardcoded_run_id          unknown  not looked at
  ?  absolute_local_path       unknown  not looked at

Is it documented
  ?  readme_tracking           unknown  not looked at

train.py:6:9: BIS103 the metric is logged without step= [fixable]

explore.ipynb:cell 3:2:1: BIS103 the metric is logged without step=

README.md: BIS801 it explains nothing

Not read, or not wholly
  - old.py:2: print is a statement

Left out, since it is not the project's own: 1 virtual environment, with 57
Python files and notebooks.

3 findings: 2 warnings, 1 note. 1 can be fixed: --diff shows how. `bis rule
BIS103` explains one. 1 is silenced by comments.
"""


@pytest.fixture
def three() -> Iterator[ProjectAudit]:
    """An audit with a finding in a script, one in a notebook, and one of a file as a whole."""
    silent = finding(Place("README.md"), "BIS801", "it explains nothing", severity=Severity.NOTE)
    yield audit(finding(edits=(insertion(),)), finding(CELL), silent)  # noqa: PT022 (a generator as the others are)


def test_an_audit_in_full(three: ProjectAudit) -> None:
    """Headline, profile with marks, reasons and first places, findings by file, what was not read, and the counts."""
    assert audit_text(three, 80, False) == TEXT


def test_printing_is_the_text(three: ProjectAudit, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, without colour where it is no terminal, and with each line in one piece."""
    print_audit(three)
    assert capsys.readouterr().out == audit_text(three, UNBROKEN, False)
    print_findings(three)
    assert capsys.readouterr().out == findings_text(three)


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_names_with_blanks_stay_whole_wherever_they_are_told(width: int) -> None:
    """In places, in messages and in reasons: a path that is broken can be neither searched for nor clicked."""
    path = "a folder with blanks/its program of a long name.py"
    told = replace(finding(Place(path, -1, 3, 1), "BIS106", f"{path} trains, and no tracker sees it"), related=())
    fact = Fact("no", f"parameters are logged, but none of the runs of {path} and 1 more", (Place(path, -1, 9, 1),))
    problem = Problem("a folder with blanks/other one.py", "syntax", "see its program of a long name.py")
    one = replace(audit(told), facts={"params_not_logged_at_all": fact}, problems=(problem,))
    text = audit_text(one, width, False)
    assert text.count(path) == 4
    assert text.count("its program of a long name.py") == 5
    assert "a folder with blanks/other one.py:" in text


def test_findings_one_a_line(three: ProjectAudit) -> None:
    """`file:line:column: CODE message`, as editors and other linters know it; a notebook's with the cell."""
    assert findings_text(three) == (
        "train.py:6:9: BIS103 the metric is logged without step=\n"
        "explore.ipynb:cell 3:2:1: BIS103 the metric is logged without step=\n"
        "README.md: BIS801 it explains nothing\n"
    )
    assert findings_text(audit(finding(Place("")))).startswith(".: BIS103 ")


def test_colour_adds_colour_only(three: ProjectAudit) -> None:
    """Without its escape sequences the coloured text is the plain one."""
    coloured = audit_text(three, 80, True)
    assert "\x1b[" in coloured
    # A coloured cell ends in padding of its own colour: only blanks at the ends of lines may differ.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.split("\n")] == TEXT.split("\n")


@pytest.mark.parametrize("width", [30, 40, 63, 64, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int, three: ProjectAudit) -> None:
    """Each fact and finding keeps its words, whatever the width; on narrow terminals reasons stand below."""
    text = audit_text(three, width, False)
    assert all(cell_len(line) <= max(width, 38) for line in text.split("\n"))
    words = re.sub(r"\s+", " ", text)
    assert "✗ unseeded_split yes random_state= is not given; train.py:3" in words
    assert "train.py:6:9: BIS103 the metric is logged without step= [fixable]" in words


DEEP = "projects/customer churn/src/training/gradient_boosting/train_with_cross_validation_and_early_stopping.py"


@pytest.fixture
def deep() -> Iterator[ProjectAudit]:
    """An audit with places whose paths are longer than a narrow terminal, and have blanks."""
    place = Place(DEEP, line=207, column=5)
    cell = Place("notebooks/a-very-long-name-of-a-notebook-that-explores-many-things.ipynb", cell=31, line=2, column=14)
    facts = {"logs_params": Fact("yes", places=(place, cell)), "unseeded_split": Fact("yes", "it draws", (cell,))}
    found = replace(audit(finding(place), finding(cell)), problems=(Problem(DEEP, "syntax", "invalid syntax", place),))
    yield replace(found, facts=found.facts | facts)  # noqa: PT022 (a generator as the others are)


@pytest.mark.parametrize("width", [60, 80, 200, UNBROKEN])
def test_no_path_is_broken(width: int, deep: ProjectAudit) -> None:
    """`path:line:column` is in one piece in any terminal and in a pipe, so that it can be clicked and searched for."""
    text = audit_text(deep, width, False)
    place = f"{DEEP}:207:5"
    cell = "notebooks/a-very-long-name-of-a-notebook-that-explores-many-things.ipynb:cell 31:2:14"
    lines = text.split("\n")
    assert any(line.startswith(f"{place}: BIS103" if width >= 200 else f"{place}:") for line in lines)
    assert sum(place in line for line in lines) == 3
    assert sum(cell in line for line in lines) == 2
    snapshot = SNAPSHOTS / f"deep_{'piped' if width == UNBROKEN else width}.txt"
    assert text == snapshot.read_text(encoding="utf-8")


def test_a_finding_is_one_line_in_a_pipe(deep: ProjectAudit, capsys: pytest.CaptureFixture[str]) -> None:
    """With its place, code and message, as `grep` wants it."""
    print_audit(deep)
    out = capsys.readouterr().out
    assert f"\n{DEEP}:207:5: BIS103 the metric is logged without step=\n" in out
    assert f"yes      {DEEP}:207:5 and 1 more\n" in out


@pytest.mark.parametrize(
    ("fact", "mark"),
    [
        (Fact("no", "no split that draws was seen"), "·"),
        (Fact("no", "each split that draws is seeded", (Place("a.py", line=3),)), "✓"),
        (Fact("yes", "", (Place("a.py", line=3),)), "✗"),
    ],
)
def test_nothing_to_seed_is_told_from_seeded(fact: Fact, mark: str) -> None:
    """A "no" without a place has nothing that could be done well."""
    text = audit_text(audit(unseeded_split=fact), 80, False)
    assert f"  {mark}  unseeded_split            {fact.value}" in text
    assert fact.reason in text


def test_only_the_first_findings_of_a_rule() -> None:
    """Ten of a rule are told and how many more there are; all of them if asked."""
    many = audit(*(finding(Place("a.py", line=i), message=f"number {i}.") for i in range(1, 26)))
    text = audit_text(many, 80, False)
    assert "number 10." in text
    assert "number 11." not in text
    assert "and 15 more of BIS103: --full shows all" in text
    assert "25 findings: 25 warnings." in text
    full = audit_text(many, 80, False, full=True)
    assert "number 25." in full
    assert "--full" not in full


def test_only_the_first_problems() -> None:
    """Eight problems are told, then their number; all of them, and what was left out, if asked."""
    many = replace(audit(), problems=tuple(Problem(f"f{i}.py", "huge", "too large") for i in range(10)))
    text = audit_text(many, 80, False)
    assert "and 2 more: --full shows all" in text
    full = audit_text(many, 80, False, full=True)
    assert "- f9.py: too large" in full
    assert "- .venv: virtual environment" in full


def test_autologging_excuses_calls() -> None:
    """Where autologging logs parameters and metrics, a call for them is not missed; else it is."""
    missing = Fact("no", "no call logs a parameter")
    assert "✗  logs_params" in audit_text(audit(logs_params=missing), 80, False)
    assert "·  logs_params" in audit_text(audit(logs_params=missing, autolog=Fact("yes")), 80, False)


def test_a_project_without_mlflow_and_findings() -> None:
    """It says why it is not counted, and that nothing was found."""
    text = audit_text(audit(uses_mlflow=Fact("no", "nothing imports it")), 80, False)
    assert "It does not appear to use MLflow: nothing imports it." in text
    assert "No findings. 1 is silenced by comments." in text


def test_a_project_that_could_not_be_audited() -> None:
    """Without facts there is no profile, and the problem is told."""
    failed = ProjectAudit("x", {}, problems=(Problem("", "timeout", "it took more than 60 s"),))
    assert audit_text(failed, 80, False) == (
        "x: 0 Python files, 0 notebooks, 0 lines of code\n\n"
        "Not read, or not wholly\n  - the project: it took more than 60 s\n\nNo findings.\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_messages_are_only_text(text: str) -> None:
    """Escape sequences, markup, emoji codes and reversed writing are shown, not obeyed."""
    place = Place(text, line=1, column=1)
    hostile = replace(
        audit(finding(place, text, text), project=text, via=Fact((text,)), sets_tags=Fact(text, text, (place,))),
        problems=(Problem(text, text, text, place),),
        left_out={text: text},
        trackers={text: ("param",)},
    )
    for shown in (audit_text(hostile, 300, False, full=True), findings_text(hostile)):
        assert all(line.isprintable() for line in shown.split("\n"))
        assert printable(text) in shown
        assert shown.encode("utf-8")


def test_what_is_printable() -> None:
    """Letters of all scripts stay; what steers becomes a mark that something was there."""
    assert printable("é\U0001f600 [bold]") == "é\U0001f600 [bold]"
    assert printable("\x1b[2J\n\u202e\udc80") == "�[2J���"


@settings(max_examples=40, deadline=None)
@given(AUDITS)
def test_any_audit_can_be_told(any_audit: ProjectAudit) -> None:
    """Whatever an audit holds, wide and narrow, its text is printable."""
    for width in (20, 100):
        text = audit_text(any_audit, width, False, full=True)
        assert all(line.isprintable() for line in text.split("\n"))
