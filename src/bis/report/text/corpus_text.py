"""The statistics of a corpus in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.audit_facts import FACTS
from bis.report.text.audit_text import printable
from bis.report.text.terminal import print_text, table, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.corpus_summary import CorpusSummary, Share

_CELLS = 20
# Kinds of traces by which trackers are compared here, and what they are called at the head of a narrow column.
_TRACES = {
    "param": "param", "metric": "metric", "autolog": "auto", "model": "model", "artifact": "file", "dataset": "data",
    "code": "code", "tag": "tag", "seeds_set": "seeds",
}  # fmt: skip


def corpus_text(summary: CorpusSummary, out: Path | None, width: int, colour: bool) -> str:  # noqa: FBT001
    """The statistics as text: shares with their intervals, the two figures beside each other, and where the rest is."""
    if not summary.projects:
        return text_of([f"No project could be audited.{_failed(summary)}"], width=width, colour=colour)
    parts: list[Any] = [_headline(summary), ""]
    rows = [_row(share) for share in summary.shares]
    parts += [table(("fact", "share", "95 % interval", "of", ""), rows, right=(1, 3), whole=(0, 1, 2, 3)), ""]
    parts += [*_two_figures(summary), ""]
    found = sorted((r for r in summary.rules if r.projects), key=lambda r: -r.projects)
    if found:
        lines = [(printable(r.code), printable(r.name), f"{r.projects:,}", f"{r.findings:,}") for r in found]
        parts += [table(("rule", "", "projects", "findings"), lines, right=(2, 3), whole=(0, 1)), ""]
    trackers = _trackers(summary)
    if trackers:
        heads = ("tracker", "projects", *_TRACES.values())
        parts += [table(heads, trackers, right=tuple(range(1, len(heads))), whole=tuple(range(len(heads)))), ""]
        where = ": trackers.csv has the intervals" if out is not None else ""
        parts += [f"Of the projects that trace with each tracker, those that leave such traces with it{where}.", ""]
    if out is not None:
        parts.append(f"Tables, statistics and the page are in {out}: open index.html.")
    return text_of(parts, width=width, colour=colour)


def print_corpus(summary: CorpusSummary, out: Path | None = None) -> None:
    """Print the statistics on stdout."""
    print_text(lambda width, colour: corpus_text(summary, out, width, colour))


def _headline(summary: CorpusSummary) -> str:
    line = (
        f"{_counted(summary.projects, 'project')}: {_counted(summary.python_files, 'Python file')}, "
        f"{_counted(summary.notebooks, 'notebook')}, {summary.code_lines:,} lines of code."
    )
    copies = len(summary.duplicates)
    if copies:
        line += f" {copies:,} {'copy is' if copies == 1 else 'copies are'} counted once."
    return line + _failed(summary)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _failed(summary: CorpusSummary) -> str:
    if not summary.failed:
        return ""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(summary.failed.items()))
    return f" Not audited: {printable(kinds)}."


def _row(share: Share) -> tuple[str, str, str, str, str]:
    name = share.fact if share.value == "yes" or share.fact not in FACTS else f"{share.fact} = {share.value}"
    bar = "█" * round(share.share * _CELLS)
    return (printable(name), f"{share.share:.1%}", f"{share.low:.1%} - {share.high:.1%}", f"{share.n:,}", bar)


def _trackers(summary: CorpusSummary) -> list[tuple[str, ...]]:
    """A row for each tracker that any project uses: how many, and the share of these that leave each kind of trace."""
    shares = {(one.tracker, one.trace): one for one in summary.tracker_shares}
    used = sorted((one for one in summary.tracker_shares if one.trace == "any" and one.count), key=lambda s: -s.count)
    return [
        (
            printable(one.tracker),
            f"{one.count:,}",
            *(f"{of.share:.0%}" if (of := shares.get((one.tracker, trace))) and of.n else "" for trace in _TRACES),
        )
        for one in used
    ]


def _two_figures(summary: CorpusSummary) -> list[str]:
    search, by_audit = summary.search, summary.audit
    if search is None or by_audit is None:
        return []
    line = f"Traces parameters or metrics: {by_audit.share:.1%} by the audit ({by_audit.count:,} of {by_audit.n:,}), "
    line += f"{search.share:.1%} by a search for log_param, autolog, log_metric ({search.count:,} of {search.n:,})."
    lines = [line]
    if summary.disagreements:
        count = len(summary.disagreements)
        lines.append(f"They disagree on {_counted(count, 'project')}:")
        lines += [printable(f"  {d.project}: {d.reason}") for d in summary.disagreements[:8]]
    return lines
