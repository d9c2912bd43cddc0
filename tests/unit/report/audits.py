"""Audits for the tests of this folder: one with everything in it, and any at all."""

from __future__ import annotations

from hypothesis import strategies as st

from bis.model.audit_facts import FACTS
from bis.model.project_audit import (
    KINDS,
    Confidence,
    Edit,
    Fact,
    Finding,
    Place,
    Problem,
    ProjectAudit,
    Revision,
    Severity,
    Size,
    Substrings,
    TrackingCall,
)

# What a stranger's project may hold: it steers terminals, ends lines, quotes, links, and is no UTF-8.
HOSTILE = (
    "\x1b[31mred\x1b]8;;http://example.org\x07",
    "a\r\nb\nc\rd",
    "[bold]x[/bold] :smile:",
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "\u202egnp.exe\x00\x9b2J",
    "\udc80",
    "a,b;c:d%0Ae\"f'g",
    "\U0001f600 é",
)

STEP = Place("train.py", line=6, column=9, end_line=6, end_column=33)
CELL = Place("explore.ipynb", cell=3, line=2, column=1, end_line=2, end_column=20)


def finding(
    place: Place = STEP,
    code: str = "BIS103",
    message: str = "the metric is logged without step=",
    *,
    severity: Severity = Severity.WARNING,
    edits: tuple[Edit, ...] = (),
    related: tuple[Place, ...] = (),
) -> Finding:
    """A finding, at a line of a script if nothing else is said."""
    return Finding(code, "metric-without-step", message, place, severity, Confidence.HIGH, edits, related)


def insertion(text: str = ", step=i", file: str = "train.py") -> Edit:
    """An edit that inserts a text and removes nothing."""
    return Edit(Place(file, line=6, column=32, end_line=6, end_column=32), text)


def audit(*findings: Finding, project: str = "shop", **facts: Fact) -> ProjectAudit:
    """An audit of a project that logs parameters by hand; all other facts are unknown if nothing else is said."""
    known = {name: Fact("unknown", "not looked at") for name in FACTS}
    known |= {
        "uses_mlflow": Fact("yes", "", (Place("train.py", line=1),)),
        "via": Fact(("api", "client")),
        "logs_params": Fact("yes", "", (Place("train.py", line=4, column=5), CELL)),
        "autolog": Fact("no", "no call switches autologging on"),
        "unseeded_split": Fact("yes", "random_state= is not given", (Place("train.py", line=3),)),
        "deps_pinned": Fact("some"),
        "trains_model": Fact("yes"),
    }
    return ProjectAudit(
        project,
        known | facts,
        calls=(
            TrackingCall(Place("train.py", line=4, column=5, end_line=4, end_column=30), "mlflow.log_param", "param"),
            TrackingCall(CELL, "wandb.log", "metric", "wandb", "report"),
        ),
        findings=findings,
        suppressed=(finding(Place("train.py", line=40)),),
        problems=(Problem("old.py", "python2", "print is a statement", Place("old.py", line=2)),),
        left_out={".venv": "virtual environment"},
        trackers={"mlflow": ("param",), "wandb": ("metric",)},
        size=Size(2, 1, 1234, 57),
        revision=Revision("0" * 40, 2021, 2024),
        substrings=Substrings(True, (Place("train.py", line=4),), ""),
        digest="ab" * 32,
        sketch=("01", "02"),
    )


TEXTS = st.text(max_size=12) | st.sampled_from(HOSTILE)
_NUMBERS = st.integers(0, 9)
PLACES = st.builds(Place, TEXTS, st.integers(-1, 3), _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS)


def _tuples(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


_EDITS = st.builds(Edit, PLACES, TEXTS)
FINDINGS = st.builds(
    Finding,
    TEXTS,
    TEXTS,
    TEXTS,
    PLACES,
    st.sampled_from(Severity),
    st.sampled_from(Confidence),
    _tuples(_EDITS),
    _tuples(PLACES),
)
_FACTS = st.builds(Fact, TEXTS | _tuples(TEXTS), TEXTS, _tuples(PLACES))
AUDITS = st.builds(
    ProjectAudit,
    TEXTS,
    st.dictionaries(TEXTS | st.sampled_from(sorted(FACTS)), _FACTS, max_size=3),
    _tuples(st.builds(TrackingCall, PLACES, TEXTS, st.sampled_from(KINDS), TEXTS, TEXTS)),
    _tuples(FINDINGS),
    _tuples(FINDINGS),
    _tuples(st.builds(Problem, TEXTS, TEXTS, TEXTS, st.none() | PLACES)),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
    st.dictionaries(TEXTS, _tuples(TEXTS), max_size=2),
    st.builds(Size, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS),
    st.builds(Revision, TEXTS, _NUMBERS, _NUMBERS),
    st.builds(Substrings, st.booleans(), _tuples(PLACES), TEXTS),
    TEXTS,
    _tuples(TEXTS),
)
