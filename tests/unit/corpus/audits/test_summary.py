"""Statistics of a corpus."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis.corpus.audits.summary import Summary, phi, resemblance, summarise
from bis.model.corpus_summary import CorpusSummary, Share
from bis.model.project_audit import (
    Confidence,
    Fact,
    Finding,
    Place,
    Problem,
    ProjectAudit,
    Revision,
    Severity,
    Size,
    Substrings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

RULES = {"BIS101": "params-never-logged", "BIS201": "autolog-after-fit"}


def audit(name: str, *, digest: str = "", sketch: Iterable[int] = (), **facts: str | tuple[str, ...]) -> ProjectAudit:
    """An audit of a project with these facts; it has code of its own unless it is given a digest."""
    values: dict[str, str | tuple[str, ...]] = {"uses_mlflow": "yes", **facts}
    return ProjectAudit(
        name,
        {key: Fact(value) for key, value in values.items()},
        size=Size(2, 1, 100, 0),
        digest=digest or name,
        sketch=tuple(f"{n:016x}" for n in sketch),
    )


def finding(code: str, name: str = "x") -> Finding:
    """A finding of a rule."""
    return Finding(code, name, "m", Place("a.py"), Severity.NOTE, Confidence.LOW)


def shares(summary: CorpusSummary) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Count, number and unknown by fact and value."""
    return {(s.fact, s.value): (s.count, s.n, s.unknown) for s in summary.shares}


def test_shares_of_facts() -> None:
    """Of the projects in which the fact is known; with a Wilson interval around the share."""
    audits = [audit(f"p{n}", logs_params="yes" if n < 3 else "no" if n < 8 else "unknown") for n in range(10)]
    summary = summarise(audits, RULES)
    assert shares(summary)[("logs_params", "yes")] == (3, 8, 2)
    share = next(s for s in summary.shares if s.fact == "logs_params")
    assert share.share == 3 / 8
    assert (round(share.low, 4), round(share.high, 4)) == (0.1368, 0.6943)
    assert (summary.projects, summary.python_files, summary.notebooks, summary.code_lines) == (10, 20, 10, 1000)


def test_a_fact_that_nobody_knows() -> None:
    """Nothing is said of its share: anything between 0 and 1."""
    share = next(s for s in summarise([audit("a", logs_params="unknown")], RULES).shares if s.fact == "logs_params")
    assert (share.count, share.n, share.low, share.high, share.unknown) == (0, 0, 0.0, 1.0, 1)


def test_a_fact_that_nobody_has_is_counted_too() -> None:
    """0 of n, not a row that is missing."""
    assert shares(summarise([audit("a", autolog="no"), audit("b", autolog="no")], RULES))[("autolog", "yes")] == (
        0,
        2,
        0,
    )


def test_facts_with_words_of_their_own() -> None:
    """A share for each word; words of a list do not exclude each other."""
    audits = [
        audit("a", via=("api", "rest"), deps_pinned="all"),
        audit("b", via=("api",), deps_pinned="none"),
        audit("c", via=()),
    ]
    found = shares(summarise(audits, RULES))
    assert found[("via", "api")] == (2, 3, 0)
    assert found[("via", "rest")] == (1, 3, 0)
    assert {value: found[("deps_pinned", value)][0] for value in ("all", "none")} == {"all": 1, "none": 1}


@pytest.mark.parametrize(
    ("second", "copies"),
    [
        (audit("b", digest="same"), ["b"]),
        (audit("b", digest="other"), []),
        (audit("b", digest="other", sketch=range(10)), ["b"]),
        (audit("b", digest="other", sketch=range(1, 11)), ["b"]),
        (audit("b", digest="other", sketch=range(5, 15)), []),
        (audit("b", digest="other", sketch=range(3)), []),
    ],
)
def test_copies_are_counted_once(second: ProjectAudit, copies: list[str]) -> None:
    """The same content, or nearly; who shares a template is no copy."""
    first = audit("a", digest="same", sketch=range(10))
    summary = summarise([first, second, audit("c")], RULES)
    assert [d.project for d in summary.duplicates] == copies
    assert summary.projects == 3 - len(copies)
    assert all(d.of == "a" and 0.8 <= d.similarity <= 1 for d in summary.duplicates)


def test_projects_without_code_are_no_copies() -> None:
    """All of them have the digest of nothing."""
    empty = replace(audit("a", digest="nothing"), size=Size())
    assert summarise([empty, replace(empty, project="b")], RULES).duplicates == ()


def test_the_same_project_twice_counts_once() -> None:
    """A corpus may list a repository under one name two times."""
    assert summarise([audit("a"), audit("a")], RULES).projects == 1


def test_what_could_not_be_audited_is_told_and_not_counted() -> None:
    """By kind; a project that was read with some files unread counts."""
    failed = ProjectAudit("x", {}, problems=(Problem("", "timeout", "10 s"),))
    partly = replace(audit("y"), problems=(Problem("a.py", "syntax", "1"), Problem("b.py", "syntax", "2")))
    summary = Summary(RULES)
    assert [summary.add(one) for one in (failed, partly, replace(partly, project="z"))] == [False, True, False]
    result = summary.result()
    assert (result.projects, result.failed, result.problems) == (1, {"timeout": 1}, {"syntax": 1})


def test_rules() -> None:
    """In how many projects each finds something, and how often; those that found nothing are listed."""
    audits = [replace(audit(f"p{n}"), findings=(finding("BIS101"),) * n) for n in range(3)]
    rules = {r.code: r for r in summarise(audits, RULES).rules}
    assert (rules["BIS101"].projects, rules["BIS101"].findings, rules["BIS101"].n) == (2, 3, 3)
    assert (rules["BIS201"].projects, rules["BIS201"].findings, rules["BIS201"].low) == (0, 0, 0.0)
    crash = summarise([replace(audit("a"), findings=(finding("BIS000", "crashed-rule"),))], RULES)
    assert [r.name for r in crash.rules if r.projects] == ["crashed-rule"]


def test_the_two_figures_and_where_they_disagree() -> None:
    """The search's share, the audit's, and the reason for each project of which they say otherwise."""
    place = Place("a.py", -1, 3)
    searched = Substrings(traces=True, places=(place,) * 9, reason="comments only")
    audits = [
        replace(audit("a", logs_params="yes"), substrings=Substrings(traces=True)),
        replace(audit("b", logs_params="no"), substrings=searched),
        replace(audit("c", autolog="yes"), substrings=Substrings(reason="an integration")),
        audit("d", logs_params="no"),
    ]
    summary = summarise(audits, RULES)
    assert summary.search is not None
    assert summary.audit is not None
    assert (summary.search.count, summary.audit.count, summary.search.n) == (2, 2, 4)
    told = [(d.project, d.search_says, d.audit_says, d.reason, len(d.places)) for d in summary.disagreements]
    assert told == [("b", True, False, "comments only", 5), ("c", False, True, "an integration", 0)]


def test_groups_by_use_year_and_size() -> None:
    """Each in its own order; years and sizes ascend."""
    audits = [
        replace(audit("a", logs_params="yes"), revision=Revision("1", 2018, 2021), size=Size(1, 0, 6000, 0)),
        replace(audit("b", logs_params="no"), revision=Revision("2", 2019, 2019), size=Size(1, 0, 10, 0)),
        audit("c", uses_mlflow="no", logs_params="no"),
    ]
    summary = summarise(audits, RULES)
    assert [(g.by, g.label, g.projects) for g in summary.groups] == [
        ("size", "under 200 lines", 2), ("size", "5,000 lines and more", 1), ("use", "uses MLflow", 2),
        ("year", "2019", 1), ("year", "2021", 1),
    ]  # fmt: skip
    year = next(g for g in summary.groups if g.label == "2021")
    assert [(s.count, s.n) for s in year.shares if s.fact == "logs_params"] == [(1, 1)]


def test_a_summary_can_be_asked_in_between() -> None:
    """And goes on."""
    summary = Summary(RULES)
    summary.add(audit("a", logs_params="yes"))
    assert summary.result() == summary.result()
    summary.add(audit("b", logs_params="no"))
    assert shares(summary.result())[("logs_params", "yes")] == (1, 2, 0)


def test_pairs() -> None:
    """How two facts go together, where both are known."""
    rows = [("yes", "yes")] * 3 + [("no", "no")] * 2 + [("yes", "no"), ("unknown", "yes")]
    audits = [audit(f"p{n}", logs_params=a, logs_metrics=b) for n, (a, b) in enumerate(rows)]
    (pair,) = summarise(audits, RULES).pairs
    assert (pair.first, pair.second, pair.both, pair.n) == ("logs_params", "logs_metrics", 3, 6)
    assert pair.phi == pytest.approx(0.7071, abs=1e-4)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5, 0, 0, 5), 1.0),
        ((0, 5, 5, 0), -1.0),
        ((2, 2, 2, 2), 0.0),
        ((3, 1, 0, 2), 0.7071),
        ((5, 5, 0, 0), None),
        ((0, 0, 0, 0), None),
    ],
)
def test_phi(counts: tuple[int, int, int, int], expected: float | None) -> None:
    """Pearson's correlation of two columns of zeros and ones; none where one of them is constant."""
    found = phi(*counts)
    assert found == expected if expected is None else found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("abcd", "abcd", 1.0), ("abcd", "efgh", 0.0), ("abcd", "abce", 0.75), ("abc", "abcd", 0.75), ("", "", 0.0)],
)
def test_resemblance(one: str, other: str, expected: float) -> None:
    """Of the smallest of both together, the share that both have."""
    assert resemblance(frozenset(one), frozenset(other)) == expected


def test_resemblance_estimates_the_share_in_common() -> None:
    """Without bias, on sets of which the answer is known: 300 common of 500."""
    from hashlib import blake2b

    def sketch(names: range, salt: int) -> frozenset[str]:
        return frozenset(sorted(blake2b(f"{salt}/{n}".encode()).hexdigest() for n in names)[:24])

    found = [resemblance(sketch(range(400), salt), sketch(range(100, 500), salt)) for salt in range(200)]
    assert sum(found) / len(found) == pytest.approx(300 / 500, abs=0.025)


def test_no_projects() -> None:
    """No share, no rule, no figure: nothing is divided by nothing."""
    summary = summarise([], RULES)
    assert (summary.projects, summary.shares, summary.rules, summary.search, summary.pairs) == (0, (), (), None, ())
    assert Share("a", "yes", 0, 0, 0.0, 1.0).share == 0.0


def test_trackers() -> None:
    """In how many projects a tracker traces anything, and what."""
    audits = [replace(audit(f"p{n}"), trackers={"mlflow": ("param",), "wandb": ("metric", "param")}) for n in range(2)]
    assert summarise(audits, RULES).trackers == {
        "mlflow": {"any": 2, "param": 2}, "wandb": {"any": 2, "metric": 2, "param": 2},
    }  # fmt: skip


def test_trackers_are_compared_with_intervals() -> None:
    """Use: of all projects; a kind of trace: of those that use the tracker; seeds: of these where it is known."""
    seeds = ("yes", "yes", "no", "unknown")
    audits = [
        replace(audit(f"w{n}", seeds_set=seeds[n]), trackers={"wandb": ("param",) if n else ("metric", "code")})
        for n in range(4)
    ]
    audits += [replace(audit(f"m{n}"), trackers={"mlflow": ("param",)}) for n in range(6)]
    found = {(s.tracker, s.trace): s for s in summarise(audits, RULES).tracker_shares}
    use, code, seeded = found["wandb", "any"], found["wandb", "code"], found["wandb", "seeds_set"]
    assert (use.count, use.n, use.share) == (4, 10, 0.4)
    assert (round(use.low, 4), round(use.high, 4)) == (0.1682, 0.6873)
    assert (code.count, code.n, found["wandb", "param"].count) == (1, 4, 3)
    assert (round(code.low, 4), round(code.high, 4)) == (0.0456, 0.6994)
    assert (seeded.count, seeded.n, seeded.unknown) == (2, 3, 1)
    assert (found["mlflow", "seeds_set"].n, found["mlflow", "seeds_set"].unknown) == (0, 6)
    unused = found["trackio", "any"]
    assert (unused.count, unused.n, round(unused.high, 4)) == (0, 10, 0.2775)
    assert (found["trackio", "param"].n, found["trackio", "param"].low, found["trackio", "param"].high) == (0, 0.0, 1.0)
