"""The verbs that read code, and never run it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis.errors import UsageError
from bis.model.progress import SILENT, Observer

# Late are the imports of the rooms: the other verbs do not need them.
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._audit.fixes import Repair
    from bis.model.corpus_summary import CorpusSummary
    from bis.model.project_audit import ProjectAudit
    from bis.model.rule_text import RuleText


def audit(
    path: str | Path = ".",
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    exclude: Sequence[str] = (),
    baseline: str | None = None,
    cache: bool = True,
    since: str | None = None,
) -> ProjectAudit:
    """What a project traces of its experiments, and what it fails to; its code is read, never run.

    Settings are those of ``[tool.bis]`` in the project.

    Parameters
    ----------
    path : str or Path
        A project's folder, or a file: then its project is audited, and what concerns the file is returned.
    select, ignore : sequence of str
        Codes of rules, or the digits that they start with.
    exclude : sequence of str
        Globs of files to leave out.
    baseline : str, optional
        The file whose findings are left out (empty: none, whatever the settings name).
    cache : bool
        Whether earlier audits may answer.
    since : str, optional
        A branch or commit of git: only findings at lines and files that have changed since HEAD went off it.

    Raises
    ------
    UsageError
        There is no such folder, file, rule or commit, or the baseline is not one.
    """
    from bis._audit.single_project import AuditChoices, audit_path

    return audit_path(Path(path), AuditChoices(select, ignore, exclude, baseline, cache, since))


def audit_corpus(  # noqa: PLR0913 - a keyword for each option of the command
    path: str | Path,
    out: str | Path = "bis-audit",
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    exclude: Sequence[str] = (),
    cache: bool = True,
    workers: int | None = None,
    cluster: str | None = None,
    observer: Observer = SILENT,
) -> CorpusSummary:
    """Audit many projects, and write tables, statistics and pages to `out`.

    An audit that was interrupted goes on where it stopped.

    Parameters
    ----------
    path : str or Path
        A folder of projects, or a CSV file with the columns repository and commit.
    out : str or Path
        The folder of the results.
    select, ignore, exclude, cache
        As for `audit`.
    workers : int, optional
        How many processes; all cores by default.
    cluster : str, optional
        Address or scheduler file of a Dask cluster on which to work instead.
    observer : Observer
        Receives a step for each project, and notes.

    Raises
    ------
    UsageError
        There is no such folder or file, or the CSV file has faults.
    StorageError
        `out` cannot be written.
    """
    from bis._audit.single_project import AuditChoices
    from bis.corpus.corpus_work import audit_and_summarise

    choices = AuditChoices(select, ignore, exclude, None, cache)
    return audit_and_summarise(Path(path), Path(out), choices, workers=workers, cluster=cluster, observer=observer)


def fetch_corpus(
    topic: str, out: str | Path, *, limit: int = 100, clones: bool = True, observer: Observer = SILENT
) -> int:
    """List the repositories of a topic on GitHub in ``projects.csv`` in `out`, and clone them; returns their number.

    The token is taken from GITHUB_TOKEN or GH_TOKEN. What was listed or cloned before is kept.

    Raises
    ------
    BisError
        GitHub does not answer, or refuses.
    """
    from bis.corpus.corpus_work import list_and_clone

    return list_and_clone(topic, Path(out), limit=limit, clones=clones, observer=observer)


def project_folder(path: str | Path) -> Path:
    """The folder of the project that `path` is audited as.

    A folder is one itself. A file belongs to the nearest folder above it that has a repository or a pyproject.toml,
    else to its own.
    """
    from bis._audit import single_project

    return single_project.project_folder(Path(path))


def repairs(path: str | Path, audited: ProjectAudit, *, write: bool = False) -> list[Repair]:
    """What the files of a project would be with all safe fixes made; with `write`, they are made."""
    from bis._audit.single_project import repairs_of

    return repairs_of(Path(path), audited, write=write)


def write_baseline(path: str | Path, audits: Sequence[ProjectAudit], roots: Sequence[str | Path] = ()) -> int:
    """List all findings in a file, so that later audits report new ones only; returns their number.

    `roots` are what was audited, in the order of `audits`: files are listed from the folder of the baseline. Without
    them they are listed as the audits have them, which is right for a baseline in the project's folder.

    Raises
    ------
    UsageError
        There are not as many `roots` as `audits`.
    """
    from bis._audit.single_project import list_findings

    return list_findings(Path(path), audits, [Path(root) for root in roots])


def rule(code: str) -> RuleText:
    """One rule of the audit with its documentation, by its code or its name.

    Raises
    ------
    UsageError
        There is no such rule.
    """
    from bis._audit.rules.retired_rules import removal_of

    wanted = code.strip().upper()
    for known in rules():
        if wanted in {known.code, known.name.upper()}:
            return known
    if gone := removal_of(wanted):
        raise UsageError(gone, hint="`bis rule` lists the rules that there are.")
    raise UsageError(f"no rule has the code {code}", hint="`bis rule` lists all.")


def rules() -> list[RuleText]:
    """All rules of the audit, with their documentation."""
    from bis._audit.rules.documentation import rule_texts

    return rule_texts()
