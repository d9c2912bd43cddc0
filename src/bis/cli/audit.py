"""``bis audit``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bis.api import audits as api
from bis.cli.messages import answering, tell
from bis.cli.options import as_json, full, print_json
from bis.cli.progress import TerminalProgress
from bis.report.json.audit_json import documents
from bis.report.json.envelope import to_document
from bis.report.text.audit_text import print_audit, print_findings
from bis.report.text.corpus_text import print_corpus

if TYPE_CHECKING:
    from bis.model.project_audit import ProjectAudit

_FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab")


def _codes(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for text in given for code in text.split(",") if code.strip())


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True,
              help="How the result is printed; github writes annotations, gitlab a Code Quality report.")  # fmt: skip
@click.option(
    "--select",
    multiple=True,
    callback=_codes,
    metavar="CODES",
    help="Look for these rules only; BIS3 means all of the family. Repeatable. [default: all stable rules]",
)
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="Do not look for these. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Files and folders to leave out. Repeatable.")
@click.option("--baseline", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Do not report the findings that this file lists.")  # fmt: skip
@click.option("--write-baseline", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="List all findings in FILE; later audits with --baseline FILE report new ones only.")  # fmt: skip
@click.option("--since", metavar="REF",
              help="Only findings at lines that have changed since this branch or commit.")  # fmt: skip
@click.option("--fix", is_flag=True, help="Apply the safe fixes to the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--corpus", is_flag=True,
              help="PATH holds many projects, or is a CSV file with the columns repository,commit.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Where the tables, statistics and the page of a corpus go. [default: bis-audit]")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes of a corpus. [default: all cores]")
@click.option("--cluster", metavar="SCHEDULER", help="Run a corpus on this Dask cluster, e.g. tcp://host:8786.")
@click.option("--no-cache", is_flag=True, help="Read everything again.")
@full
@as_json
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
def audit(  # noqa: PLR0913 (one parameter for each option)
    *,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    since: str | None,
    fix: bool,
    diff: bool,
    corpus: bool,
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    no_cache: bool,
    full: bool,
    as_json: bool,
    paths: tuple[Path, ...],
) -> int:
    """What does a project trace of its experiments, and what does it fail to?

    The code is read, never run: calls of MLflow and other trackers, seeds, dependencies, documents. PATH is the
    project's folder [default: .], or files of it.

    \b
    bis audit .                               facts, and findings with their places
    bis audit . --since origin/main           what a branch adds
    bis audit . --diff                        the fixes that are safe
    bis audit . --format sarif > bis.sarif    for code scanning
    bis audit clones/ --corpus --out results  every folder below is a project: tables, statistics, a page
    bis audit projects.csv --corpus           repository,commit: shallow clones, resumed where it stopped

    A comment on its line silences a finding: `# bis: ignore[BIS101] reason`. `bis rule BIS101` explains one.
    """
    known = "" if write_baseline is not None else str(baseline) if baseline else None  # all findings are to be listed
    options: dict[str, Any] = {"select": select, "ignore": ignore, "exclude": exclude, "cache": not no_cache}
    if corpus:
        if fix or diff or baseline or write_baseline or since or form not in {"text", "json"}:
            raise click.UsageError(
                "--fix, --diff, --baseline, --write-baseline, --since and other formats are for one project"
            )
        return _corpus(paths, options, out=out, workers=workers, cluster=cluster, as_json=as_json or form == "json")
    if out is not None or workers is not None or cluster is not None:
        raise click.UsageError("--out, --workers and --cluster belong to --corpus")
    if (fix or diff) and (as_json or form != "text"):
        raise click.UsageError("--fix and --diff print what they change: leave out --json and --format")
    roots = paths or (Path(),)
    if since and write_baseline:
        raise click.UsageError("a baseline lists all findings: leave out --since")
    audits = [api.audit(path, baseline=known, since=since, **options) for path in roots]
    if write_baseline is not None:
        count = api.write_baseline(write_baseline, audits, roots)
        tell(f"bis: {count} findings are listed in {write_baseline}")
        return 0
    if fix or diff:
        return _fix(roots, audits, write=fix and not diff)
    empty = [root for root, a in zip(roots, audits, strict=True) if not (a.size.python_files or a.size.notebooks)]
    with answering():
        _show(roots, audits, "json" if as_json else form, full=full)
    for root in empty:
        tell(f"bis: there is no Python file and no notebook in {root}; expected a project's folder")
    if len(empty) == len(audits):
        return 4
    return 1 if any(a.findings for a in audits) else 0


def _show(roots: tuple[Path, ...], audits: list[ProjectAudit], form: str, *, full: bool) -> None:
    if form in {
        "sarif",
        "github",
        "gitlab",
        "concise",
    }:  # editors and services look for files from where the command is run
        folders = (os.path.relpath(api.project_folder(root)) for root in roots)
        audits = [audit.below(Path(folder).as_posix()) for folder, audit in zip(folders, audits, strict=True)]
    if form == "json":
        print_json(documents(audits))
    elif form == "sarif":
        from bis.report.sarif.sarif_log import to_sarif  # late, as the other formats: each is for one kind of service

        print_json(to_sarif(audits, api.rules()))
    elif form == "gitlab":
        from bis.report.gitlab.code_quality import code_quality

        print_json(code_quality(audits))
    elif form == "github":
        from bis.report.text.github_annotations import workflow_commands

        sys.stdout.write(workflow_commands(audits))
    else:
        for audit in audits:
            if form == "concise":
                print_findings(audit)
            elif audit.size.python_files or audit.size.notebooks:  # of nothing there is no profile
                print_audit(audit, full=full)


def _fix(roots: tuple[Path, ...], audits: list[ProjectAudit], *, write: bool) -> int:
    fixed = 0
    for root, audit in zip(roots, audits, strict=True):
        made = api.repairs(root, audit, write=write)
        fixed += sum(one.findings for one in made)
        for one in made:
            sys.stdout.write(one.diff() if not write else f"{one.file}: {one.findings} fixed\n")
    left = sum(len(audit.findings) for audit in audits) - fixed
    what = "1 finding" if fixed == 1 else f"{fixed} findings"
    tell(f"bis: {what} {'fixed' if write else 'would be fixed'}, {left} left")
    return 1 if left or (fixed and not write) else 0


def _corpus(
    paths: tuple[Path, ...],
    options: dict[str, Any],
    *,
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
) -> int:
    if len(paths) != 1:
        raise click.UsageError("--corpus takes one PATH: a folder of projects, or a CSV file")
    folder = out or Path("bis-audit")
    with TerminalProgress() as progress:
        result = api.audit_corpus(paths[0], folder, workers=workers, cluster=cluster, observer=progress, **options)
    if as_json:
        print_json(to_document("bis.corpus", result))
    else:
        print_corpus(result, folder)
    return 0 if result.projects else 4
