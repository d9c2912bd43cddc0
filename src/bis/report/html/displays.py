"""Values as notebooks show them: parts of pages, without figures that take time to draw where nothing was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.audit_facts import FACTS
from bis.report.figures.figure import DataTable
from bis.report.html.attribution_page import attribution_values
from bis.report.html.facet_facts import command, facet_values
from bis.report.html.page import rendered
from bis.report.html.run_page import recorded_text
from bis.report.html.verdict_values import verdict_values
from bis.report.languages.language import ENGLISH, Language
from bis.report.languages.terms import term

if TYPE_CHECKING:
    from bis.model.attribution import Attribution
    from bis.model.project_audit import Place, ProjectAudit
    from bis.model.record import Record
    from bis.model.record_difference import FacetDifference, RecordDifference
    from bis.model.verdict import Verdict

_MOST = 100  # rows of one table


def verdict_display(verdict: Verdict, language: Language = ENGLISH) -> str:
    """A verdict: level and headline, and behind a click all that was compared."""
    return rendered("display_verdict.html", language, verdict=verdict_values(verdict, language))


def attribution_display(attribution: Attribution, language: Language = ENGLISH) -> str:
    """An explanation: the shares of each target, and the lines of code that they come from."""
    return rendered("display_attribution.html", language, explained=attribution_values(attribution, language))


def record_display(record: Record, language: Language = ENGLISH) -> str:
    """A record, facet by facet."""
    return rendered(
        "display_record.html",
        language,
        command=command(record.code),
        recorded=recorded_text(record, language),
        facets=facet_values(record, language),
    )


def difference_display(difference: RecordDifference, language: Language = ENGLISH) -> str:
    """The difference of two records: facets, what changed in each, metrics."""
    _ = language.text
    facets = [(term(f.name, language), term(f.likeness, language), "; ".join(f.reasons)) for f in difference.facets]
    metrics = [
        (
            m.name,
            term(m.likeness, language),
            m.a or "",
            m.b or "",
            "" if m.first_step is None else language.integer(m.first_step),
        )
        for m in difference.metrics
    ]
    return rendered(
        "display_difference.html",
        language,
        difference=difference,
        facets=DataTable((_("facet"), _("result"), _("why not more")), tuple(facets)),
        changes=[(term(f.name, language), _changes(f, language)) for f in difference.facets if f.changes],
        metrics=DataTable(
            (_("metric"), _("result"), "A", "B", _("first different step")), tuple(metrics[:_MOST]), numeric=(2, 3, 4)
        ),
    )


def _changes(facet: FacetDifference, language: Language) -> DataTable:
    rows = tuple((c.what, c.a, c.b) for c in facet.changes[:_MOST])
    return DataTable((language.text("what"), "A", "B"), rows)


def audit_display(audit: ProjectAudit, language: Language = ENGLISH) -> str:
    """An audit: the facts with the first place of each, and the findings."""
    _ = language.text
    facts = [
        (
            name,
            ", ".join(fact.value) if isinstance(fact.value, tuple) else fact.value,
            _(FACTS[name]) if name in FACTS else "",
            _where(fact.places[0]) if fact.places else fact.reason,
        )
        for name, fact in audit.facts.items()
    ]
    findings = [(_where(f.place), f.code, f.message) for f in audit.findings[:_MOST]]
    size = audit.size
    return rendered(
        "display_audit.html",
        language,
        project=audit.project,
        size=", ".join(
            (
                language.counted("{count} Python file", "{count} Python files", size.python_files),
                language.counted("{count} notebook", "{count} notebooks", size.notebooks),
                language.counted("{count} line of code", "{count} lines of code", size.code_lines),
            )
        ),
        facts=DataTable((_("fact"), _("value"), _("meaning"), _("where")), tuple(facts)),
        findings=DataTable((_("where"), _("rule"), _("what")), tuple(findings)),
    )


def _where(place: Place) -> str:
    cell = f":cell {place.cell}" if place.cell >= 0 else ""
    return f"{place.file or '.'}{cell}" + (f":{place.line}" if place.line else "")
