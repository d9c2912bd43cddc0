"""The page of a run."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from bis.model.facets import Failure, Outputs, Status
from bis.model.record import Mode, State, missing_record
from bis.model.verdict import Level, ReplayKind
from bis.report.html.run_page import RunPageValues, recorded_text, run_page
from bis.report.languages.language import ENGLISH, language
from tests.unit.report.audits import HOSTILE
from tests.unit.report.outlines import PageOutline
from tests.unit.report.run_pages import curve, everything
from tests.unit.report.values import bitwise, record


def test_the_page_has_all_parts() -> None:
    """Verdict, replays beside the original, explanation with its code, provenance, versions, evidence."""
    outline = PageOutline(run_page(everything()))
    assert outline.open == []
    for words in (
        "statistical",
        "1 of 1 metric of the original consistent with 5 fresh replays",
        "inside the 95 % prediction interval",
        "split explains 57 %",
        "train.py:7",
        "machine: missing",
        "not seen",
        "CPython 3.11.7",
        "bis/verdict.json",
        "uncommitted changes",
        "K (a secret)",
    ):
        assert words in outline.text, words
    assert outline.tags.count("figure") == 5  # two strips, a curve, and the shares of two targets


def test_links_lead_to_places_of_the_page() -> None:
    """Every claim leads to its evidence, and no name is given to two places."""
    outline = PageOutline(run_page(everything()))
    assert len(outline.anchors) == len(set(outline.anchors))
    assert {link.removeprefix("#") for link in outline.links} <= set(outline.anchors)
    assert {"#verdict", "#evidence", "#strip-acc", "#facet-data"} <= set(outline.links)


def test_headings_are_in_order() -> None:
    """No level is left out on the way down."""
    levels = PageOutline(run_page(everything())).headings
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    """No script, picture, font or address."""
    text = run_page(everything())
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(PageOutline(text).tags)
    assert not re.search(r"(?i)url\(|@import|https?:", text)
    assert len(text) < 1_000_000


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize(
    "text", [*HOSTILE, "' onmouseover='x", '"><script>x</script>', "{{ 7 * 7 }}", "a\u202eb", "\x00"]
)
def test_texts_of_strangers_are_text(text: str, code: str) -> None:
    """Markup is shown, not obeyed, wherever a text of a program stands; invisible characters are replaced."""
    plain, page = (run_page(everything(t), language(code)) for t in ("plain", text))
    hostile, usual = PageOutline(page), PageOutline(plain)
    shapes = {"path", "g", "text", "line"}  # a drawing has another axis for labels of another length
    assert sorted(t for t in hostile.tags if t not in shapes) == sorted(t for t in usual.tags if t not in shapes)
    assert {name for name, _value in hostile.attributes} == {name for name, _value in usual.attributes}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", page)
    assert "{{ 7 * 7 }}" in page or "{{" not in text
    page.encode()


def test_what_is_the_same_is_not_drawn() -> None:
    """Where all replays have the bits of the original there is nothing to see, and nothing is loaded to draw it."""
    values = everything()
    same = [replace(o, outputs=values.record.outputs) for o in values.outcomes]
    page = run_page(replace(values, outcomes=same, attribution=None))
    assert "<figure" not in page
    assert "there is nothing to draw" in page
    assert "5/5" in page


def test_what_is_not_known_is_not_called_the_same() -> None:
    """Replays that failed before they logged, whose results were lost, or of which there are only the child runs."""
    values = everything()
    same = [replace(o, outputs=values.record.outputs) for o in values.outcomes]
    failed = replace(same[0], outputs=None, failure=Failure("timeout", "too long"))
    lost = replace(same[0], outputs=None)
    for outcomes, count in (([failed, *same[1:]], "4/5"), ([failed], "0/1"), ([lost], ""), ([], "")):
        page = run_page(replace(values, outcomes=outcomes, attribution=None, verdict=None))
        assert "nothing to draw" not in page
        assert count in page
        assert "<figure" not in page
    assert "4/4" in run_page(replace(values, outcomes=[lost, *same[1:]], attribution=None))


def test_a_run_without_a_verdict() -> None:
    """Says how to get one; nothing that was not recorded is claimed."""
    outline = PageOutline(run_page(RunPageValues(missing_record("gone"), "ab" * 16)))
    for words in ("There is no verdict yet", "Never recorded by bis", "gone", "code: missing"):
        assert words in outline.text
    assert "statistical" not in outline.text


def test_failed_replays_are_told() -> None:
    """With the reason, in one line."""
    values = everything()
    failed = replace(values.outcomes[0], outputs=None, failure=None)
    page = run_page(replace(values, outcomes=[failed, *values.outcomes[1:]]))
    assert "2.5" in page
    assert PageOutline(page).open == []


def test_replays_that_are_not_in_the_verdict() -> None:
    """Of these the child runs are listed."""
    assert "cdcdcdcd" in run_page(replace(everything(), outcomes=(), verdict=None, attribution=None))


def test_the_first_different_step() -> None:
    """As the verdict has it; else as the bits of exact replays show."""
    assert "The first different step is 11." in run_page(everything())
    values = everything()
    exact = [replace(o, kind=ReplayKind.EXACT) for o in values.outcomes]
    seen = run_page(replace(values, verdict=None, outcomes=exact))
    assert "The first different step is 11." in seen
    fresh = run_page(replace(values, verdict=None))
    assert "first different step is" not in fresh


def test_curves_that_end_early_or_are_not_finite() -> None:
    """They are drawn as far as they go."""
    values = everything()
    odd = Outputs(Status.RECORDED, metrics=(curve("acc", float("nan")), curve("loss acc", 1.0, float("inf"))))
    page = run_page(replace(values, outcomes=[replace(values.outcomes[0], outputs=odd)]))
    assert "NaN" in page
    assert "∞" in page


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_level_has_a_badge(code: str) -> None:
    """In words, not by colour alone."""
    for level in Level:
        verdict = replace(everything().verdict, verdict=replace(bitwise(), level=level))  # type: ignore[type-var]
        assert f">{language(code).text(level.value)}</span>" in run_page(
            replace(everything(), verdict=verdict), language(code)
        )


def test_the_page_in_french() -> None:
    """All that bis says is; what programs and records say is marked as English."""
    page = run_page(everything(), language("fr"))
    for words in (
        "Provenance",
        "manquant",
        "non définie",
        "rejeux à nouvel aléa",
        "intervalle à 95\u202f%",
        "2,5\u00a0s",
    ):
        assert words in page or words == "non définie", words
    assert '<td lang="en">not seen</td>' in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mode": Mode.AMBIENT}, "from inside its process"),
        ({"mode": Mode.REPLAY}, "as a replay"),
        ({"state": State.KILLED}, "was killed"),
        ({"state": State.RECORDING, "ended_unix_s": None}, "Still running"),
        ({"sessions": 2}, "2 programs wrote to it"),
    ],
)
def test_how_it_was_recorded(changed: dict[str, object], words: str) -> None:
    """By what, when, and how that ended."""
    assert words in recorded_text(replace(record(), **changed), ENGLISH)  # type: ignore[arg-type]


def test_figures_can_be_drawn_by_the_reader() -> None:
    """The program is in the page, once, and so are the specifications; nothing in these ends the script."""
    page = run_page(everything("</script><b>"), interactive=True)
    assert page.count("<script") >= 7
    assert "</script><b>" not in page
    assert "vegaEmbed" in page
