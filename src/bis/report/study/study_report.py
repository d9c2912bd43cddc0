"""The report of a study: summary, experiments, corpora, methods, limits, and what it was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.report.study.answers_section import answers_section
from bis.report.study.blocks import Grid, Link, ListBlock, Paragraph, ReportSection, StudyReport, line, lines
from bis.report.study.corpus_section import corpus_section
from bis.report.study.experiment_section import experiment_section
from bis.report.study.study_words import problem_text

if TYPE_CHECKING:
    from bis.model.study_result import RecordedRun, StudyResult, StudyVersions
    from bis.report.languages.language import Language
    from bis.report.study.blocks import Block

_NAMED = ("mlflow", "numpy", "scipy", "scikit-learn", "keras", "tensorflow-cpu", "tensorflow", "torch", "pandas")
FILES = (("figures.csv", "CSV"), ("figures.json", "JSON"), ("study.json", "JSON"), ("report.md", "Markdown"))


def study_report(result: StudyResult, language: Language) -> StudyReport:
    """All that the report of a study says, in its order."""
    _ = language.text
    sections = [answers_section(result, language)]
    sections += [experiment_section(one, language) for one in result.experiments]
    sections += [corpus_section(one, language) for one in result.corpora]
    sections += [_methods(language), _limits(result, language), _made_with(result, language)]
    lead: list[Block] = []
    if result.problems:
        said = language.counted("{count} step gave no result:", "{count} steps gave no result:", len(result.problems))
        lead.append(Paragraph((said,), "note"))
        lead.append(ListBlock(lines([problem_text(p, language) for p in result.problems])))
    files = [part for name, _form in FILES for part in (Link(name, name), " ")]
    lead.append(Paragraph(line(_("Every figure of this report, and all results:"), " ", *files), "soft"))
    return StudyReport(result.title, tuple(lead), tuple(sections))


def _methods(language: Language) -> ReportSection:
    _ = language.text
    texts = [
        _(
            "Recording: the program runs once, unchanged, and what it was made of is noted: code, parameters, "
            "packages, machine, data, randomness, outputs. What could not be seen is called partial or missing, with "
            "the reason."
        ),
        _(
            "Exact replays repeat the recorded randomness. They ask whether the record is complete and the program "
            "deterministic; results are compared bit by bit, and distances are given in ULPs, the smallest steps that "
            "a floating-point number can make."
        ),
        _(
            "Fresh replays get new randomness. They ask whether the recorded result is a plausible draw: it is "
            "compared with a prediction interval from the replays, with a correction for the number of metrics, and "
            "the shift that could have been noticed is given beside it."
        ),
        _(
            "Explanations vary one source of randomness at a time, in blocks of replays, and divide the variance of "
            "each metric among the causes (Shapley shares). Their intervals come from the blocks; with few blocks they "
            "are called indicative."
        ),
        _(
            "Published figures are compared at the precision in which they were printed. Outputs that a notebook was "
            "saved with are compared by their figures; times, identifiers, addresses, installations and logs do not "
            "count."
        ),
        _(
            "Corpora are read, never run: facts come from the code (calls, their order, the project's own wrappers), "
            "copies count once, and shares have 95 % Wilson intervals, which speak of projects like these only if "
            "these are a sample of them."
        ),
    ]
    return ReportSection("methods", _("Methods"), (ListBlock(lines(texts)),))


def _limits(result: StudyResult, language: Language) -> ReportSection:
    _ = language.text
    texts = [
        _(
            "Bits are repeated on the same kind of machine: another processor, number of threads or version of a "
            "library may change them."
        ),
        _(
            "One original is one number: no number of replays notices a shift of less than about three standard "
            "deviations with 80 % power."
        ),
        _(
            "What native code reads without Python is not seen, and an audit sees code, not what is decided when it "
            "runs: what it cannot determine is called unknown."
        ),
        _("At a level of 5 %, one plausible original in twenty is called divergent."),
    ]
    if any(c.audit for c in result.corpora):
        texts.append(_("A corpus that was not drawn at random says nothing of other projects."))
    return ReportSection("limits", _("Limits"), (ListBlock(lines(texts)),))


def _made_with(result: StudyResult, language: Language) -> ReportSection:
    _ = language.text
    blocks: list[Block] = []
    found = result.versions
    if found is not None:
        blocks.append(Grid((_("what"), _("version")), tuple(_versions(found, language)), caption=_("Made with")))
    roots = [
        (line(e.title or e.name), line(e.run.run_id), line(_recorded_root(e.run, language)))
        for e in result.experiments
        if e.run is not None
    ]
    if roots:
        heads = (_("experiment"), _("run"), _("randomness"))
        blocks.append(Grid(heads, tuple(roots), caption=_("What each experiment can be made again from")))
    said = _(
        "The same study.toml, with the same command, makes this report again: bis study. What is done already is kept."
    )
    blocks.append(Paragraph((said,)))
    return ReportSection("versions", _("Versions and seeds"), tuple(blocks))


def _recorded_root(run: RecordedRun, language: Language) -> str:
    _ = language.text
    if run.root:
        return _("its root is kept with the run (bis/record.json)")
    return _("none was served: it is restored from states")


def _versions(found: StudyVersions, language: Language) -> list[tuple[tuple[str], tuple[str]]]:
    _ = language.text
    machine = ", ".join(x for x in (found.system, found.cpu) if x)
    cores = language.counted("{count} core", "{count} cores", found.cores)
    rows = [("bis", found.bis), ("Python", found.python)]
    rows += [(name, found.packages[name]) for name in _NAMED if name in found.packages]
    rows.append((_("machine"), f"{machine}, {cores}" if machine else cores))
    rows.append((_("packages"), language.integer(len(found.packages))))
    return [((name,), (version,)) for name, version in rows]
