"""The page of a corpus: one HTML file with plots, and a page for each fact that leads to the lines of code behind it.

The pages need nothing from elsewhere: no script, no font, no network.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from bis.model.audit_facts import FACTS
from bis.report.html.page import rendered
from bis.report.languages.language import ENGLISH

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from bis.model.corpus_summary import CorpusSummary, ProjectGroup, RuleCount, Share, TrackerShare
    from bis.model.project_audit import Fact, Place, ProjectAudit
    from bis.report.languages.language import Language

_MOST_PLACES = 5
_MOST_COPIES = 200
_MOST_ROWS = 10_000
_ROWS = "<!-- projects -->"  # where the rows of the page of a fact go
_SHOWN_IN_GROUPS = (
    "logs_params",
    "logs_metrics",
    "autolog",
    "params_not_logged_at_all",
    "unseeded_split",
    "seeds_set",
    "readme_tracking",
)


class CorpusPages:
    """Writes the pages: those of the facts as audits come, the page itself at the end.

    Parameters
    ----------
    out : Path
        The folder of the results: ``index.html`` and ``facts/<fact>.html``.
    language : Language
        Of the pages.
    """

    def __init__(self, out: Path, language: Language = ENGLISH) -> None:
        self._out = out
        self._language = language
        self._files: dict[str, IO[str]] = {}
        self._ends: dict[str, str] = {}
        self._rows: dict[tuple[str | tuple[str, ...], str], str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> CorpusPages:  # noqa: PYI034 (Self is typing's from 3.11 on)
        folder = self._out / "facts"
        folder.mkdir(parents=True, exist_ok=True)
        for name, meaning in FACTS.items():
            file = self._stack.enter_context((folder / f"{name}.html").open("w", encoding="utf-8"))
            page = rendered("corpus_fact.html", self._language, name=name, meaning=self._language.text(meaning))
            start, _, self._ends[name] = page.partition(_ROWS)
            self._files[name] = file
            file.write(start)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, file in self._files.items():
            file.write(self._ends[name])
        self._stack.close()

    def add(self, audit: ProjectAudit) -> None:
        """Add a project to the pages of the facts."""
        head = rendered("corpus_fact_project.html", self._language, project=audit.project)
        for name, fact in audit.facts.items():
            file = self._files.get(name)
            if file is not None:
                file.write(head)
                file.write(self._row(audit, fact))

    def _row(self, audit: ProjectAudit, fact: Fact) -> str:
        """What is said of a fact; most projects say the same of most of them, without a place."""
        key = (fact.value, fact.reason)
        known = None if fact.places else self._rows.get(key)
        if known is None:
            known = rendered("corpus_fact_row.html", self._language, **_fact_row(audit, fact))
            if not fact.places and len(self._rows) < _MOST_ROWS:
                self._rows[key] = known
        return known

    def finish(self, summary: CorpusSummary) -> Path:
        """Write the page itself; returns its path."""
        path = self._out / "index.html"
        path.write_text(page(summary, self._language), encoding="utf-8")
        return path


def page(summary: CorpusSummary, language: Language = ENGLISH) -> str:
    """The page of a corpus.

    Parameters
    ----------
    summary : CorpusSummary
    language : Language
    """
    return rendered("corpus.html", language, summary=summary, **corpus_values(summary, language))


def corpus_values(summary: CorpusSummary, language: Language) -> dict[str, Any]:
    """What the templates show of a corpus, besides the summary itself."""
    return {
        "figures": _overview(summary, language),
        "meanings": {name: language.text(meaning) for name, meaning in FACTS.items()},
        "groups": _groups(summary.groups, language),
        "correlations": _correlations(summary),
        "rules": [r for r in sorted(summary.rules, key=_by_projects) if r.n],
        **_trackers(summary),
        "copies": summary.duplicates[:_MOST_COPIES],
        "where": _where,
    }


def _trackers(summary: CorpusSummary) -> dict[str, Any]:
    """The trackers that any project uses, the most used first, with their shares; and the traces that any leaves."""
    shares: dict[str, dict[str, TrackerShare]] = {}
    for one in summary.tracker_shares:
        shares.setdefault(one.tracker, {})[one.trace] = one
    used = sorted(
        ((name, of) for name, of in shares.items() if of["any"].count), key=lambda item: -item[1]["any"].count
    )
    traces = [trace for trace in dict.fromkeys(one.trace for one in summary.tracker_shares) if trace != "any"]
    left = [trace for trace in traces if any(trace in of and of[trace].count for _name, of in used)]
    return {"trackers": used, "tracker_traces": left}


def _overview(summary: CorpusSummary, language: Language) -> list[tuple[str, str]]:
    _ = language.text
    figures = [
        (summary.projects, _("projects")),
        (summary.python_files, _("Python files")),
        (summary.notebooks, _("notebooks")),
        (summary.code_lines, _("lines of code")),
        (len(summary.duplicates), _("copies, counted once")),
        (sum(summary.failed.values()), _("not audited")),
    ]
    return [(language.integer(count), label) for count, label in figures]


def _groups(groups: tuple[ProjectGroup, ...], language: Language) -> list[dict[str, Any]]:
    _ = language.text
    titles = {"use": _("Projects that use MLflow"), "year": _("By year of the last commit"), "size": _("By size")}
    made = []
    for by, title in titles.items():
        mine = [group for group in groups if group.by == by]
        rows = [(name, _cells(name, mine)) for name in (FACTS if by == "use" else _SHOWN_IN_GROUPS)]
        if mine:
            made.append({"title": title, "groups": mine, "rows": [row for row in rows if any(row[1])]})
    return made


def _cells(name: str, groups: list[ProjectGroup]) -> list[Share | None]:
    return [next((s for s in group.shares if s.fact == name and s.value == "yes"), None) for group in groups]


def _correlations(summary: CorpusSummary) -> dict[str, Any] | None:
    """The facts, and for each two of them their correlation, where there is one."""
    if not summary.pairs:
        return None
    names = list(dict.fromkeys(name for pair in summary.pairs for name in (pair.first, pair.second)))
    known = {(p.first, p.second): p for p in summary.pairs}
    rows = [[None if a == b else known.get((a, b)) or known.get((b, a)) for b in names] for a in names]
    return {"names": names, "rows": rows}


def _by_projects(rule: RuleCount) -> tuple[int, str]:
    return -rule.projects, rule.code


def _fact_row(audit: ProjectAudit, fact: Fact) -> dict[str, Any]:
    return {
        "value": ", ".join(fact.value) if isinstance(fact.value, tuple) else fact.value,
        "reason": fact.reason,
        "places": [(_where(place), _address(audit, place)) for place in fact.places[:_MOST_PLACES]],
        "more": max(0, len(fact.places) - _MOST_PLACES),
    }


def _where(place: Place) -> str:
    cell = f" cell {place.cell}" if place.cell >= 0 else ""
    return f"{place.file}{cell}" + (f":{place.line}" if place.line else "")


def _address(audit: ProjectAudit, place: Place) -> str:
    """Of the line, where the project is a repository on GitHub at a known commit; else empty."""
    if not audit.revision.commit or not re.fullmatch(r"[\w.-]+/[\w.-]+", audit.project):
        return ""
    line = f"#L{place.line}" if place.line and place.cell < 0 else ""
    commit, file = quote(audit.revision.commit), quote(place.file, errors="replace")
    return f"https://github.com/{audit.project}/blob/{commit}/{file}{line}"
