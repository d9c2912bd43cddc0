"""A corpus of projects in the report of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.audit_facts import FACTS
from bis.model.project_audit import YES
from bis.model.tried_project import FunnelPlace
from bis.report.figures.funnel_bars import FunnelStage, funnel_bars
from bis.report.figures.proportion_dots import Proportion, proportion_dots
from bis.report.study.blocks import (
    Block,
    CodeText,
    DrawnBlock,
    Grid,
    Line,
    Link,
    Paragraph,
    ReportSection,
    line,
)  # fmt: skip
from bis.report.study.study_words import place_text, problem_text
from bis.stats.proportions import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.corpus_summary import CorpusSummary, Disagreement, Share
    from bis.model.study_result import AuditedCorpus, StudiedCorpus, TriedCorpus
    from bis.model.tried_project import Funnel, TriedProject
    from bis.report.languages.language import Language

# What the study published: 90.9 % of 111 projects. No whole number of projects gives that share.
ORIGINAL_N, ORIGINAL_SHARE = 111, 0.909
_MOST_DISAGREEMENTS, _MOST_PLACES, _MOST_RULES, _MOST_PROJECTS = 20, 3, 15, 200


def corpus_section(one: StudiedCorpus, language: Language) -> ReportSection:
    """What the audit of a corpus, and trying its projects, gave."""
    parts: list[ReportSection] = []
    if one.audit is not None:
        parts += [_use(one, one.audit, language), _search(one, one.audit, language), _rules(one, one.audit, language)]
    if one.tried is not None:
        parts.append(_funnel(one, one.tried, language))
    lead: list[Block] = [Paragraph((problem_text(p, language),), "note") for p in one.problems]
    if one.audit is not None:
        lead = [Paragraph(line(*_size(one, one.audit, language)), "answer"), *lead]
    return ReportSection(f"corpus-{one.name}", one.title or one.name, tuple(lead), tuple(parts))


def _size(one: StudiedCorpus, audit: AuditedCorpus, language: Language) -> Iterator[str | Link]:
    summary, n = audit.summary, language.integer
    yield language.counted(
        "{count} project of {source}: {files} Python files, {notebooks} notebooks, {lines} lines of code.",
        "{count} projects of {source}: {files} Python files, {notebooks} notebooks, {lines} lines of code.",
        summary.projects,
        source=one.source,
        files=n(summary.python_files),
        notebooks=n(summary.notebooks),
        lines=n(summary.code_lines),
    )
    yield " "
    if summary.duplicates:
        yield language.counted(
            "{count} copy is counted once.", "{count} copies are counted once.", len(summary.duplicates)
        )
        yield " "
    yield Link(language.text("Every project, fact and line"), f"{audit.folder}/index.html")


def _use(one: StudiedCorpus, audit: AuditedCorpus, language: Language) -> ReportSection:
    _ = language.text
    shares = [s for s in audit.summary.shares if s.value == YES]
    drawn = [Proportion(share.fact, share.count, share.n, share.low, share.high) for share in shares]
    title = _("What the projects of {corpus} do", corpus=one.title or one.name)
    rows = tuple(
        (
            line(Link(share.fact, f"{audit.folder}/facts/{share.fact}.html")),
            line(_(FACTS[share.fact]) if share.fact in FACTS else ""),
            *_share_cells(share, language),
        )
        for share in shares
    )
    heads = (_("fact"), _("what it means"), _("share"), _("95 % interval"), _("how many"), _("unknown"))
    blocks: list[Block] = [DrawnBlock(proportion_dots(title, drawn, language))] if drawn else []
    blocks.append(Grid(heads, rows, numeric=(2, 3, 4, 5), caption=_("Each fact leads to the lines of code behind it")))
    return ReportSection(f"corpus-{one.name}-use", _("What is traced, and what is not"), tuple(blocks))


def _share_cells(share: Share, language: Language) -> tuple[Line, ...]:
    if not share.n:
        return ((), (), line(f"0/{language.integer(0)}"), line(language.integer(share.unknown)))
    return (
        line(language.percent(share.share)),
        line(f"{language.percent(share.low)} … {language.percent(share.high)}"),
        line(f"{language.integer(share.count)}/{language.integer(share.n)}"),
        line(language.integer(share.unknown)),
    )


def _search(one: StudiedCorpus, audit: AuditedCorpus, language: Language) -> ReportSection:
    """The figure of the study beside ours, and where the two methods disagree."""
    _ = language.text
    summary = audit.summary
    blocks: list[Block] = [
        Paragraph((
            _(
                "The study looked for the texts log_param, autolog and log_metric in any file, and gave {share} of "
                "{n} projects; no whole number of {n} projects gives that share. The same search and the audit, which "
                "reads what the code does, give here:",
                share=language.percent(ORIGINAL_SHARE, 1),
                n=language.integer(ORIGINAL_N),
            ),
        ))
    ]  # fmt: skip
    blocks.append(_three(summary, language))
    found = summary.disagreements[:_MOST_DISAGREEMENTS]
    if found:
        heads = (_("project"), _("the search"), _("the audit"), _("why"), _("where"))
        rows = tuple(_disagreement(d, language) for d in found)
        blocks.append(Grid(heads, rows, caption=_("Where the search and the audit disagree")))
    return ReportSection(f"corpus-{one.name}-search", _("The original figure beside ours"), tuple(blocks))


def _three(summary: CorpusSummary, language: Language) -> Grid:
    """The figure of the study, and both methods here; no interval can be given for the first."""
    _, n = language.text, language.integer
    rows: list[tuple[Line, ...]] = [
        (
            line(_("the search, as published")),
            line(language.percent(ORIGINAL_SHARE, 1)),
            (),
            (),
            line(n(ORIGINAL_N)),
        )
    ]
    for label, share in ((_("the search, here"), summary.search), (_("the audit, here"), summary.audit)):
        if share is not None and share.n:
            around = f"{language.percent(share.low)} … {language.percent(share.high)}"
            cells = (language.percent(share.share, 1), around, n(share.count), n(share.n))
            rows.append((line(label), *(line(cell) for cell in cells)))
    heads = (_("by what"), _("share"), _("95 % interval"), _("how many"), _("of"))
    caption = _("Projects that trace parameters or metrics")
    return Grid(heads, tuple(rows), numeric=(1, 2, 3, 4), caption=caption)


def _disagreement(one: Disagreement, language: Language) -> tuple[Line, ...]:
    _ = language.text
    words = {True: _("traces"), False: _("does not trace")}
    places = [CodeText(f"{p.file}:{p.line}") for p in one.places[:_MOST_PLACES]]
    where: list[str | CodeText] = [part for place in places for part in (place, " ")]
    return line(one.project), line(words[one.search_says]), line(words[one.audit_says]), line(one.reason), tuple(where)


def _rules(one: StudiedCorpus, audit: AuditedCorpus, language: Language) -> ReportSection:
    _ = language.text
    found = sorted((r for r in audit.summary.rules if r.projects), key=lambda r: -r.projects)[:_MOST_RULES]
    rows = tuple(
        (
            line(r.code),
            line(r.name),
            line(language.percent(r.projects / r.n)),
            line(f"{language.percent(r.low)} … {language.percent(r.high)}"),
            line(f"{language.integer(r.projects)}/{language.integer(r.n)}"),
            line(language.integer(r.findings)),
        )
        for r in found
    )
    heads = (_("rule"), _("name"), _("share"), _("95 % interval"), _("projects"), _("findings"))
    caption = _("The findings that are most frequent; bis rule CODE explains one")
    block: Block = (
        Grid(heads, rows, numeric=(2, 3, 4, 5), caption=caption)
        if rows
        else Paragraph((_("The audit finds nothing."),))
    )
    return ReportSection(f"corpus-{one.name}-rules", _("What harms traceability"), (block,))


def _funnel(one: StudiedCorpus, tried: TriedCorpus, language: Language) -> ReportSection:
    _ = language.text
    blocks: list[Block] = []
    if tried.funnel.projects:
        title = _("How far the projects of {corpus} came", corpus=one.title or one.name)
        blocks.append(DrawnBlock(funnel_bars(title, funnel_stages(tried.funnel, language), language)))
    levels = [f"{level}: {language.integer(count)}" for level, count in tried.funnel.replays.items()]
    if levels:
        blocks.append(Paragraph((_("Of those that tracked a run, replays are {levels}.", levels=", ".join(levels)),)))
    rows = tuple(_try_row(project, language) for project in tried.projects[:_MOST_PROJECTS])
    heads = (_("project"), _("where it ended"), _("by what this was seen"), _("replays"))
    blocks.append(Grid(heads, rows, caption=_("Each project that was tried")))
    said = _("A project counts in exactly one place; the categories are those of Samuel and Mietchen (2024).")
    return ReportSection(
        f"corpus-{one.name}-funnel", _("Can they be started again?"), (*blocks, Paragraph((said,), "soft"))
    )


def funnel_stages(funnel: Funnel, language: Language) -> list[FunnelStage]:
    """How many projects reach each stage, and how many end there; those that could not be tried are left out."""
    counts = {count.place: count.projects for count in funnel.counts}
    reached = funnel.projects - counts.get(FunnelPlace.NOT_TRIED, 0)
    whole, stages = reached, []
    order = [p for p in FunnelPlace if p not in {FunnelPlace.NOT_TRIED, FunnelPlace.RAN_TRACKED}]
    for place in order:
        ended = counts.get(place, 0)
        if ended or place is FunnelPlace.RAN_UNTRACKED:
            around = wilson(ended, whole) if whole else None
            low, high = (None, None) if around is None else (around.low, around.high)
            stages.append(FunnelStage(place_text(place, language), reached, ended, low, high))
        reached -= ended
    around = wilson(reached, whole) if whole else None
    low, high = (None, None) if around is None else (around.low, around.high)
    return [*stages, FunnelStage(place_text(FunnelPlace.RAN_TRACKED, language), reached, 0, low, high)]


def _try_row(project: TriedProject, language: Language) -> tuple[Line, ...]:
    seen = project.evidence[0].text.splitlines()[0] if project.evidence and project.evidence[0].text else ""
    replays = project.replays.level or project.replays.reason
    return (
        line(project.project),
        line(place_text(project.place, language)),
        line(CodeText(seen) if seen else ""),
        line(replays),
    )
