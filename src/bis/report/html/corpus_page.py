"""The page of a corpus: one HTML file with plots, and a page for each fact that leads to the lines of code behind it.

The pages need nothing from elsewhere: no script, no font, no network.
"""

# ruff: noqa: E501, ISC004 (markup is not broken where a line ends)

from __future__ import annotations

import re
from contextlib import ExitStack
from html import escape
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from bis.model.audit_facts import FACTS

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from bis.model.corpus_summary import CorpusSummary, ProjectGroup, Share
    from bis.model.project_audit import Place, ProjectAudit

_MOST_PLACES = 5
_SHOWN_IN_GROUPS = (
    "logs_params",
    "logs_metrics",
    "autolog",
    "params_not_logged_at_all",
    "unseeded_split",
    "seeds_set",
    "readme_tracking",
)
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --bar: #2f6fb2; --low: #a9c7e8;
  --back: #fff; --bad: #b35900; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --bar: #6ba7e5; --low: #29486b;
  --back: #0d1117; --bad: #f0a35c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
a { color: var(--bar); } small, .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top; }
th { border-bottom: 1px solid var(--line); font-weight: 600; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.plot { width: 30%; min-width: 8rem; } svg { display: block; } code { font-size: .9em; }
.cells td { text-align: center; padding: .1rem; font-size: .75rem; } .cells th { font-size: .75rem; font-weight: 400; padding: .1rem .3rem; border: 0; }
.scroll { overflow-x: auto; } .figures { display: flex; gap: 2rem; flex-wrap: wrap; } .figures b { font-size: 1.6rem; display: block; }
"""


class CorpusPages:
    """Writes the pages: those of the facts as audits come, the page itself at the end.

    Parameters
    ----------
    out : Path
        The folder of the results: ``index.html`` and ``facts/<fact>.html``.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._files: dict[str, IO[str]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> CorpusPages:  # noqa: PYI034 (Self is typing's from 3.11 on)
        folder = self._out / "facts"
        folder.mkdir(parents=True, exist_ok=True)
        for name, meaning in FACTS.items():
            file = self._stack.enter_context((folder / f"{name}.html").open("w", encoding="utf-8"))
            self._files[name] = file
            file.write(_head(name, "../index.html"))
            file.write(f"<h1><code>{name}</code></h1><p>{escape(meaning)}. <a href='../index.html'>All facts</a></p>")
            file.write("<table><tr><th>project</th><th>value</th><th>where</th></tr>\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.write("</table></body></html>\n")
        self._stack.close()

    def add(self, audit: ProjectAudit) -> None:
        """Add a project to the pages of the facts."""
        for name, fact in audit.facts.items():
            file = self._files.get(name)
            if file is None:
                continue
            value = ", ".join(fact.value) if isinstance(fact.value, tuple) else fact.value
            where = "<br>".join(_link(audit, place) for place in fact.places[:_MOST_PLACES])
            more = len(fact.places) - _MOST_PLACES
            where += f"<br><small>and {more} more</small>" if more > 0 else ""
            reason = f"<br><small>{_text(fact.reason)}</small>" if fact.reason else ""
            file.write(f"<tr><td>{_text(audit.project)}</td><td>{_text(value)}{reason}</td><td>{where}</td></tr>\n")

    def finish(self, summary: CorpusSummary) -> Path:
        """Write the page itself; returns its path."""
        path = self._out / "index.html"
        path.write_text(page(summary), encoding="utf-8")
        return path


def page(summary: CorpusSummary) -> str:
    """The page of a corpus.

    Parameters
    ----------
    summary : CorpusSummary
    """
    parts = [
        _head("What do projects trace?", ""),
        "<h1>What do projects trace of their experiments?</h1>",
        _overview(summary),
        "<h2>Facts</h2><p class='soft'>Share of the projects in which the fact is known, with the 95 % Wilson interval."
        " Each fact leads to the projects and lines behind it.</p>",
        _shares(summary.shares),
        _search(summary),
        _groups(summary.groups),
        _pairs(summary),
        _rules(summary),
        _trackers(summary),
        _copies(summary),
        "<h2>Tables</h2><p><a href='projects.csv'>projects.csv</a>, <a href='facts.csv'>facts.csv</a> (every place of every"
        " fact), <a href='findings.csv'>findings.csv</a>, <a href='calls.csv'>calls.csv</a>, the same as Parquet, "
        "<a href='statistics.json'>statistics.json</a> (every figure of this page), <a href='audits.jsonl'>audits.jsonl</a>"
        " (all that was found).</p></body></html>\n",
    ]
    return "".join(parts)


def _head(title: str, back: str) -> str:
    del back
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>"
    )


def _text(value: object) -> str:
    """Text for a page: markup is shown as it is, control characters are left out."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in str(value)))


def _overview(summary: CorpusSummary) -> str:
    figures = [
        (f"{summary.projects:,}", "projects"),
        (f"{summary.python_files:,}", "Python files"),
        (f"{summary.notebooks:,}", "notebooks"),
        (f"{summary.code_lines:,}", "lines of code"),
        (f"{len(summary.duplicates):,}", "copies, counted once"),
        (f"{sum(summary.failed.values()):,}", "not audited"),
    ]
    cells = "".join(f"<div><b>{value}</b>{label}</div>" for value, label in figures)
    problems = ", ".join(f"{_text(kind)} in {count:,}" for kind, count in summary.problems.items())
    tail = f"<p class='soft'>Projects with files that could not be read, by reason: {problems}.</p>" if problems else ""
    failed = ", ".join(f"{count:,} {_text(kind)}" for kind, count in summary.failed.items())
    return f"<div class='figures'>{cells}</div>{tail}" + (
        f"<p class='soft'>Not audited: {failed}.</p>" if failed else ""
    )


def _shares(shares: tuple[Share, ...]) -> str:
    rows = []
    for share in shares:
        name = f"<a href='facts/{quote(share.fact)}.html'><code>{_text(share.fact)}</code></a>"
        name += "" if share.value == "yes" else f" = {_text(share.value)}"
        meaning = (
            f"<br><small>{_text(FACTS[share.fact])}</small>" if share.value == "yes" and share.fact in FACTS else ""
        )
        unknown = f"{share.unknown:,}" if share.unknown else ""
        rows.append(
            f"<tr><td>{name}{meaning}</td><td class='plot'>{_bar(share)}</td><td class='n'>{share.share:.1%}</td>"
            f"<td class='n'>{share.low:.1%} - {share.high:.1%}</td><td class='n'>{share.count:,} of {share.n:,}</td>"
            f"<td class='n'>{unknown}</td></tr>"
        )
    head = "<tr><th>fact</th><th></th><th class='n'>share</th><th class='n'>95 % interval</th><th class='n'>projects</th><th class='n'>unknown</th></tr>"
    return f"<div class='scroll'><table>{head}{''.join(rows)}</table></div>"


def _bar(share: Share, width: int = 300) -> str:
    """A bar with its interval."""
    low, high, end = (round(x * width, 1) for x in (share.low, share.high, share.share))
    label = f"{share.share:.1%} ({share.low:.1%} to {share.high:.1%}), {share.count} of {share.n}"
    return (
        f"<svg viewBox='0 0 {width} 16' width='100%' height='16' preserveAspectRatio='none' role='img' aria-label='{label}'>"
        f"<title>{label}</title><rect width='{width}' height='16' fill='var(--low)' opacity='.25'/>"
        f"<rect width='{end}' height='16' fill='var(--bar)'/><rect x='{low}' y='6' width='{max(high - low, 1)}' height='4' "
        f"fill='var(--bad)'/></svg>"
    )


def _search(summary: CorpusSummary) -> str:
    search, by_audit = summary.search, summary.audit
    if search is None or by_audit is None:
        return ""
    rows = "".join(
        f"<tr><td>{label}</td><td class='plot'>{_bar(share)}</td><td class='n'>{share.share:.1%}</td>"
        f"<td class='n'>{share.low:.1%} - {share.high:.1%}</td><td class='n'>{share.count:,} of {share.n:,}</td></tr>"
        for label, share in (
            ("search for <code>log_param</code>, <code>autolog</code>, <code>log_metric</code>", search),
            ("audit: a call logs parameters or metrics, or autologging does", by_audit),
        )
    )
    listed = "".join(
        f"<tr><td>{_text(d.project)}</td><td>{'yes' if d.search_says else 'no'}</td><td>{'yes' if d.audit_says else 'no'}</td>"
        f"<td>{_text(d.reason)}<br><small>{_text(_where(d.places[0])) if d.places else ''}</small></td></tr>"
        for d in summary.disagreements
    )
    table = (
        f"<table><tr><th>project</th><th>search</th><th>audit</th><th>why</th></tr>{listed}</table>"
        if listed
        else "<p>They agree on every project.</p>"
    )
    return (
        "<h2>A search for three words, and the audit</h2><p class='soft'>Does a project trace parameters or metrics? The first"
        f" line is how it was once counted: the words anywhere in any file.</p><table>{rows}</table>{table}"
    )


def _groups(groups: tuple[ProjectGroup, ...]) -> str:
    parts = []
    titles = {"use": "Projects that use MLflow", "year": "By year of the last commit", "size": "By size"}
    for by, title in titles.items():
        mine = [group for group in groups if group.by == by]
        if not mine:
            continue
        head = "".join(f"<th class='n'>{_text(g.label)}<br><small>{g.projects:,} projects</small></th>" for g in mine)
        names = FACTS if by == "use" else _SHOWN_IN_GROUPS
        rows = ""
        for name in names:
            cells = [next((s for s in g.shares if s.fact == name and s.value == "yes"), None) for g in mine]
            if any(cells):
                rows += f"<tr><td><code>{name}</code></td>" + "".join(_cell(share) for share in cells) + "</tr>"
        parts.append(f"<h2>{title}</h2><div class='scroll'><table><tr><th>fact</th>{head}</tr>{rows}</table></div>")
    return "".join(parts)


def _cell(share: Share | None) -> str:
    if share is None or not share.n:
        return "<td class='n soft'>-</td>"
    return f"<td class='n'>{share.share:.0%}<br><small>{share.low:.0%} - {share.high:.0%}</small></td>"


def _pairs(summary: CorpusSummary) -> str:
    if not summary.pairs:
        return ""
    names = list(dict.fromkeys(name for pair in summary.pairs for name in (pair.first, pair.second)))
    known = {(p.first, p.second): p for p in summary.pairs}
    head = "".join(f"<th>{i + 1}</th>" for i in range(len(names)))
    rows = ""
    for i, first in enumerate(names):
        cells = ""
        for second in names:
            pair = known.get((first, second)) or known.get((second, first))
            value = pair.phi if pair is not None else None
            if first == second or pair is None or value is None:
                cells += "<td></td>"
                continue
            colour = "var(--bar)" if value > 0 else "var(--bad)"
            title = f"{pair.first} and {pair.second}: both in {pair.both} of {pair.n}, correlation {value:+.2f}"
            cells += f"<td title='{title}' style='background:color-mix(in srgb, {colour} {abs(value):.0%}, transparent)'>{value:+.1f}</td>"
        rows += f"<tr><th>{i + 1} <code>{first}</code></th>{cells}</tr>"
    return (
        "<h2>What goes together</h2><p class='soft'>Correlation (phi) of each two facts, over the projects in which both are "
        f"known.</p><div class='scroll'><table class='cells'><tr><th></th>{head}</tr>{rows}</table></div>"
    )


def _rules(summary: CorpusSummary) -> str:
    rows = "".join(
        f"<tr><td><code>{_text(r.code)}</code> {_text(r.name)}</td><td class='n'>{r.projects / r.n:.1%}</td>"
        f"<td class='n'>{r.low:.1%} - {r.high:.1%}</td><td class='n'>{r.projects:,} of {r.n:,}</td><td class='n'>{r.findings:,}</td></tr>"
        for r in sorted(summary.rules, key=lambda r: (-r.projects, r.code))
        if r.n
    )
    head = "<tr><th>rule</th><th class='n'>share</th><th class='n'>95 % interval</th><th class='n'>projects</th><th class='n'>findings</th></tr>"
    return f"<h2>Findings</h2><div class='scroll'><table>{head}{rows}</table></div>" if rows else ""


def _trackers(summary: CorpusSummary) -> str:
    if not summary.trackers:
        return ""
    kinds = sorted({kind for counts in summary.trackers.values() for kind in counts} - {"any"})
    head = "".join(f"<th class='n'>{_text(kind)}</th>" for kind in kinds)
    rows = "".join(
        f"<tr><td>{_text(name)}</td><td class='n'>{counts.get('any', 0):,}</td>"
        + "".join(f"<td class='n'>{counts.get(kind, 0):,}</td>" for kind in kinds)
        + "</tr>"
        for name, counts in sorted(summary.trackers.items(), key=lambda item: -item[1].get("any", 0))
    )
    return (
        "<h2>Trackers</h2><p class='soft'>Projects in which a call of a tracker traces something, by kind.</p>"
        f"<div class='scroll'><table><tr><th>tracker</th><th class='n'>projects</th>{head}</tr>{rows}</table></div>"
    )


def _copies(summary: CorpusSummary) -> str:
    if not summary.duplicates:
        return ""
    rows = "".join(
        f"<tr><td>{_text(d.project)}</td><td>{_text(d.of)}</td><td class='n'>{d.similarity:.0%}</td></tr>"
        for d in summary.duplicates[:200]
    )
    return f"<h2>Copies</h2><table><tr><th>project</th><th>is a copy of</th><th class='n'>files in common</th></tr>{rows}</table>"


def _where(place: Place) -> str:
    cell = f" cell {place.cell}" if place.cell >= 0 else ""
    return f"{place.file}{cell}" + (f":{place.line}" if place.line else "")


def _link(audit: ProjectAudit, place: Place) -> str:
    """Where a fact is seen; a link where the project is a repository on GitHub at a known commit."""
    shown = _text(_where(place))
    if not audit.revision.commit or not re.fullmatch(r"[\w.-]+/[\w.-]+", audit.project):
        return f"<code>{shown}</code>"
    line = f"#L{place.line}" if place.line and place.cell < 0 else ""
    address = f"https://github.com/{audit.project}/blob/{quote(audit.revision.commit)}/{quote(place.file, errors='replace')}{line}"
    return f"<a href='{escape(address, quote=True)}'><code>{shown}</code></a>"
