"""What notebooks show of values."""

from __future__ import annotations

import pytest

from bis.api import show  # noqa: F401 - the verbs, once they are asked for, give the values their displays
from bis.model.facets import Status
from bis.model.record_difference import Change, FacetDifference, Likeness, MetricDifference, RecordDifference
from bis.report.html.displays import difference_display
from tests.unit.report.attributions import explained
from tests.unit.report.audits import HOSTILE, audit, finding
from tests.unit.report.outlines import PageOutline
from tests.unit.report.values import record, statistical

OK = Status.RECORDED


def difference(text: str = "x") -> RecordDifference:
    """Two runs that differ in a package and in a metric."""
    facet = FacetDifference("environment", Likeness.DIFFERS, OK, OK, (Change(text, "1", "2"),), (text,))
    metric = MetricDifference(text, Likeness.DIFFERS, "0.5", None, first_step=3)
    return RecordDifference("aa", "bb", (facet,), (metric,))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (statistical(), ("statistical", "consistent with 5 fresh replays", "accuracy")),
        (explained(), ("split explains 57 %", "train.py:7")),
        (audit(finding()), ("Findings", "logs_params")),
        (record(), ("train.py --lr 0.1", "missing")),
        (difference(), ("differs", "environment", "0.5")),
    ],
)
def test_values_have_a_display(value: object, words: tuple[str, ...]) -> None:
    """As Jupyter looks for it; a part of a page that needs nothing else, and changes nothing around it."""
    text = value._repr_html_()  # type: ignore[attr-defined]
    outline = PageOutline(text)
    assert outline.open == []
    assert not {"script", "html", "body", "link", "img"} & set(outline.tags)
    for word in words:
        assert word in outline.text
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert all(".bis-display" in rule for rule in style.split("}")[:-1])


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_strangers_are_text(text: str) -> None:
    """Markup is shown, not obeyed."""
    assert PageOutline(difference_display(difference(text))).tags == PageOutline(difference_display(difference())).tags
