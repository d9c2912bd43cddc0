"""Work on a corpus from its list to its results: what ``bis audit --corpus`` and ``bis corpus fetch`` do."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bis._audit.audit_options import version_of
from bis._audit.single_project import AuditChoices, auditor_options
from bis.config import github_api_url, github_token, load_settings
from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS
from bis.corpus.audits.audit_task import audit_task, load_audit
from bis.corpus.audits.results import write_results
from bis.corpus.audits.unchanged_projects import UnchangedProjects
from bis.corpus.clones import clone
from bis.corpus.corpus_run import CorpusOptions, run_corpus
from bis.corpus.projects import listing_of
from bis.model.progress import SILENT, Note, Observer, Step, Task
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from bis.model.corpus_summary import CorpusSummary
    from bis.report.languages.language import Language

_CLONE_TIME_S = 600


def audit_and_summarise(
    path: Path,
    out: Path,
    choices: AuditChoices,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    observer: Observer = SILENT,
    language: Language | None = None,
) -> CorpusSummary:
    """Audit all projects of a list, and write tables, statistics and pages to `out`, in English or this language.

    Raises
    ------
    UsageError
        There is no such folder or file, or the CSV file has faults.
    StorageError
        `out` cannot be written.
    """
    chosen = auditor_options(choices, load_settings(Path.cwd()))
    version = version_of(chosen)
    run_corpus(
        listing_of(path, leave_out=[out]),
        task=partial(audit_task, options=chosen),
        results=AUDIT_RESULTS,
        out=out,
        workers=workers,
        cluster=cluster,
        observer=observer,
        options=CorpusOptions(version=version, known=UnchangedProjects(chosen, version), load=load_audit),
    )

    def rule_names() -> dict[str, str]:
        from bis._audit.rules.documentation import rule_texts  # all rules, which takes a while

        return {rule.code: rule.name for rule in rule_texts() if chosen.wants(rule.code)}

    return write_results(out, rule_names, version=version, language=language)


def list_and_clone(topic: str, out: Path, *, limit: int, clones: bool = True, observer: Observer = SILENT) -> int:
    """List the repositories of a topic on GitHub in ``projects.csv`` in `out`, and clone them; returns their number.

    Raises
    ------
    BisError
        GitHub does not answer, or refuses.
    """
    from bis.corpus.github import GitHub, fetch_with_urllib  # late: an audit asks no server
    from bis.corpus.search import write_listing

    out.mkdir(parents=True, exist_ok=True)
    listed = out / "projects.csv"
    github = GitHub(github_api_url(), token=github_token(), fetch=fetch_with_urllib, observer=observer)
    write_listing(topic, limit, listed, api=github, observer=observer)
    sources = listing_of(listed)
    observer.started(Task.CLONES, sources.total)
    count = 0
    for source in sources:
        made = clone(source, out / "clones", timeout_s=_CLONE_TIME_S) if clones else None
        if isinstance(made, Problem):
            observer.noted(Note("not-cloned", {"project": source.name, "reason": made.detail}))
        observer.advanced(Task.CLONES, Step(source.name))
        count += 1
    observer.finished(Task.CLONES)
    return count
