"""The page of a corpus and the pages of its facts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from bis.model.audit_facts import FACTS
from bis.model.corpus_summary import (
    CorpusSummary,
    Disagreement,
    Duplicate,
    Pair,
    ProjectGroup,
    RuleCount,
    Share,
    TrackerShare,
)
from bis.model.project_audit import Fact, Place, ProjectAudit, Revision
from bis.report.html.corpus_page import CorpusPages, page
from bis.report.languages.language import language
from tests.unit.report.audits import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = CorpusSummary(0)
YES = Share("logs_params", "yes", 3, 8, 0.1368, 0.6943, 2)
VOID = {"meta", "br", "rect", "link", "img", "input", "hr"}


def summary(name: str = "p") -> CorpusSummary:
    """Statistics with something in every part of the page, and a name wherever a name can stand."""
    return CorpusSummary(
        10,
        failed={name: 1},
        problems={name: 2},
        shares=(*(Share(fact, "yes", 3, 8, 0.1, 0.7) for fact in FACTS), Share("via", name, 1, 8, 0.0, 0.5)),
        groups=(
            ProjectGroup("use", "uses MLflow", 8, (YES,)),
            ProjectGroup("year", name, 2, (YES, Share("autolog", "yes", 0, 0, 0, 1))),
        ),
        pairs=(Pair("logs_params", "logs_metrics", 3, 6, 0.7), Pair("logs_params", "autolog", 3, 6, None)),
        rules=(RuleCount("BIS101", name, 3, 9, 10, 0.1, 0.6), RuleCount("BIS201", "none", 0, 0, 10, 0.0, 0.3)),
        trackers={name: {"any": 2, "param": 1}},
        tracker_shares=(
            TrackerShare(name, "any", 2, 10, 0.0567, 0.5098),
            TrackerShare(name, "param", 1, 2, 0.0945, 0.9055),
            TrackerShare(name, "metric", 0, 2, 0.0, 0.6576),
            TrackerShare("unused", "any", 0, 10, 0.0, 0.2775),
        ),
        search=YES,
        audit=YES,
        disagreements=(Disagreement(name, True, False, name, (Place(name, 2, 3),)),),
        duplicates=(Duplicate(name, name, 0.9),),
    )


class Outline(HTMLParser):
    """What a browser would make of a page: its tags, links and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag with its attributes."""
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        """Take the tag off; one that is not open is an error."""
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


def test_a_page_has_all_parts() -> None:
    """Well-formed; the figures that were given, each share with what it is out of and its interval."""
    outline = Outline(page(summary()))
    assert outline.open == []
    for words in (
        "37.5\u00a0%",
        "13.7\u00a0% … 69.4\u00a0%",
        "3 of 8",
        "uses MLflow",
        "BIS101",
        "Copies",
        "Trackers",
        "+0.7",
    ):
        assert words in outline.text, words


def test_every_fact_leads_to_its_page() -> None:
    """And the tables are linked."""
    links = Outline(page(summary())).links
    assert {f"facts/{name}.html" for name in FACTS} <= set(links)
    assert {"projects.csv", "facts.csv", "findings.csv", "calls.csv", "statistics.json", "audits.jsonl"} <= set(links)


@pytest.mark.parametrize("statistics", [EMPTY, CorpusSummary(0, failed={"timeout": 3}), CorpusSummary(1)])
def test_next_to_nothing(statistics: CorpusSummary) -> None:
    """A page without projects is a page."""
    outline = Outline(page(statistics))
    assert outline.open == []
    assert "projects" in outline.text


def test_nothing_comes_from_elsewhere() -> None:
    """No script, no font, no picture; every link leads to a file beside the page."""
    text = page(summary())
    outline = Outline(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(outline.tags)
    assert not [link for link in outline.links if re.match(r"(?i)[a-z]+:|//", link)]
    assert not re.search(r"(?i)url\(|@import|https?:", text)


@pytest.mark.parametrize("name", [*HOSTILE, "' onmouseover='x", "<img src=x onerror=x>", "</title><script>", "&lt;"])
def test_names_of_strangers_are_text(name: str, tmp_path: Path) -> None:
    """Markup is shown, not obeyed; control characters and halves of characters do not reach the file."""
    plain, hostile = Outline(page(summary())), Outline(page(summary(name)))
    assert hostile.tags == plain.tags
    assert {key for key, _value in hostile.attributes} == {key for key, _value in plain.attributes}
    (tmp_path / "page.html").write_text(page(summary(name)), encoding="utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page(summary(name)))


def written(out: Path, *audits: ProjectAudit) -> dict[str, str]:
    """The pages of the facts, by fact."""
    with CorpusPages(out) as pages:
        for audit in audits:
            pages.add(audit)
    return {name: (out / "facts" / f"{name}.html").read_text(encoding="utf-8") for name in FACTS}


def test_each_fact_has_a_page_even_without_projects(tmp_path: Path) -> None:
    """With what the fact means."""
    for name, text in written(tmp_path).items():
        outline = Outline(text)
        assert (outline.open, outline.links) == ([], ["../index.html", *outline.links[1:]])
        assert FACTS[name] in outline.text


def test_values_reasons_and_places(tmp_path: Path) -> None:
    """Of each project its value, why, and where; of many places the first."""
    places = tuple(Place("a.py", -1, line) for line in range(1, 9))
    facts = {
        "logs_params": Fact("yes", "some reason", places),
        "via": Fact(("api", "rest"), places=(Place("n.ipynb", 2, 7),)),
    }
    pages = written(tmp_path, ProjectAudit("p", facts))
    text = Outline(pages["logs_params"]).text
    for words in ("some reason", "a.py:1", "a.py:5", "and 3 more"):
        assert words in text
    assert "a.py:6" not in text
    assert "api, rest" in Outline(pages["via"]).text
    assert "n.ipynb cell 2:7" in Outline(pages["via"]).text


@pytest.mark.parametrize(
    ("project", "commit", "place", "link"),
    [
        ("a/b", "c0", Place("s/x.py", -1, 7), "https://github.com/a/b/blob/c0/s/x.py#L7"),
        ("a/b", "c0", Place("s/n.ipynb", 3, 7), "https://github.com/a/b/blob/c0/s/n.ipynb"),
        ("a/b", "c0", Place("with blank#1.py", -1, 7), "https://github.com/a/b/blob/c0/with%20blank%231.py#L7"),
        ("a/b", "", Place("x.py", -1, 7), ""),
        ("b", "c0", Place("x.py", -1, 7), ""),
        ("a/b/c", "c0", Place("x.py", -1, 7), ""),
        ("a/b?x='><script>", "c0", Place("x.py", -1, 7), ""),
    ],
)
def test_places_of_repositories_are_linked(tmp_path: Path, project: str, commit: str, place: Place, link: str) -> None:
    """To the line at the commit, where the project is a repository of GitHub."""
    audit = ProjectAudit(project, {"logs_params": Fact("yes", places=(place,))}, revision=Revision(commit))
    links = Outline(written(tmp_path, audit)["logs_params"]).links
    assert links[1:] == ([link] if link else [])


@pytest.mark.parametrize("name", HOSTILE)
def test_files_of_strangers_are_text(tmp_path: Path, name: str) -> None:
    """Names of files, reasons and values, also of a repository that is linked."""
    fact = Fact("yes", name, (Place(name, -1, 1),))
    audit = ProjectAudit("a/b", {"logs_params": fact, "via": Fact((name,))}, revision=Revision("c0"))
    pages = written(tmp_path, audit, ProjectAudit(name, {"logs_params": fact}))
    outline = Outline(pages["logs_params"])
    assert outline.open == []
    assert "script" not in outline.tags
    assert [link[:28] for link in outline.links[1:]] == ["https://github.com/a/b/blob/"]


def test_finish(tmp_path: Path) -> None:
    """The page stands beside the folder of the facts."""
    with CorpusPages(tmp_path) as pages:
        assert pages.finish(EMPTY) == tmp_path / "index.html"
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == page(EMPTY)


def test_a_page_in_french() -> None:
    """With French numbers; what facts mean is translated."""
    text = Outline(page(summary(), language("fr"))).text
    for words in ("37,5\u202f%", "un appel enregistre un paramètre", "3 sur 8", "Outils de suivi"):
        assert words in text, words
