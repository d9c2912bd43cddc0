"""An audit in the terminal: the traceability profile, the findings, and what was not read."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from bis.report.text.terminal import bullet, print_text, table, text_of

if TYPE_CHECKING:
    from bis.model.project_audit import Fact, Finding, Place, ProjectAudit

_MOST_OF_A_RULE = 10
_MOST_PROBLEMS = 8
_NAME, _VALUE = 24, 7  # widths, so that the groups are aligned
_NARROW = 64  # below it, reasons and messages are under what they belong to, not beside it
# The profile: groups of facts, each with the values that are good news.
_PROFILE: dict[str, dict[str, frozenset[str]]] = {
    "What is traced": {
        name: frozenset({"yes"})
        for name in (
            "logs_params", "logs_metrics", "autolog", "logs_model", "logs_artifact", "logs_dataset", "sets_tags",
            "registers_model",
        )
    },
    "What goes wrong": {
        "autolog_too_late": frozenset({"no"}),
        "params_not_logged_at_all": frozenset({"no"}),
    },
    "What varies": {
        "seeds_set": frozenset({"yes"}),
        "unseeded_split": frozenset({"no"}),
        "unseeded_estimator": frozenset({"no"}),
    },
    "Can it be run elsewhere": {
        "deps_declared": frozenset({"yes"}),
        "deps_pinned": frozenset({"all", "lock"}),
        "mlproject": frozenset({"yes"}),
        "hardcoded_run_id": frozenset({"no"}),
        "absolute_local_path": frozenset({"no"}),
    },
    "Is it documented": {"readme_tracking": frozenset({"yes"})},
}  # fmt: skip
# Facts of which a "no" is not a fault: marked neutrally.
_OPTIONAL = frozenset({"autolog", "logs_artifact", "logs_dataset", "sets_tags", "registers_model", "mlproject"})
# Calls that log parameters or metrics are not missed where autologging does.
_BY_AUTOLOG = frozenset({"logs_params", "logs_metrics"})
_MARKS = {"good": ("✓", "green"), "bad": ("✗", "red"), "neutral": ("·", ""), "unknown": ("?", "yellow")}


def audit_text(audit: ProjectAudit, width: int, colour: bool, *, full: bool = False) -> str:  # noqa: FBT001
    """An audit as text.

    Parameters
    ----------
    audit : ProjectAudit
    width : int
        Of the terminal, in characters.
    colour : bool
    full : bool
        Whether to show all findings and problems, not only the first of each kind.
    """
    narrow = width < _NARROW
    parts: list[Any] = [*_headline(audit), ""]
    parts += _profile(audit, narrow=narrow)
    parts += _findings(audit, full=full, narrow=narrow)
    parts += _unread(audit, full=full)
    parts.append(_closing(audit))
    return text_of(parts, width=width, colour=colour)


def print_audit(audit: ProjectAudit, *, full: bool = False) -> None:
    """Print an audit on stdout."""
    print_text(lambda width, colour: audit_text(audit, width, colour, full=full))


def findings_text(audit: ProjectAudit) -> str:
    """Findings alone, one a line: ``file:line:column: CODE message``."""
    return "".join(f"{_where(f.place)}: {printable(f'{f.code} {f.message}')}\n" for f in audit.findings)


def print_findings(audit: ProjectAudit) -> None:
    """Print findings alone on stdout."""
    print_text(lambda _width, _colour: findings_text(audit))


def printable(text: str) -> str:
    """Text with � for control characters, which could steer a terminal or reverse the order of what is read."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _headline(audit: ProjectAudit) -> list[Any]:
    size = audit.size
    counts = (size.python_files, "Python file"), (size.notebooks, "notebook")
    files = f"{', '.join(_number(*c) for c in counts)}, {_number(size.code_lines, 'line')} of code"
    uses = audit.facts.get("uses_mlflow")
    via = audit.facts["via"].value if "via" in audit.facts else ()
    trained = audit.facts.get("trains_model")
    lines: list[Any] = [f"{printable(audit.project)}: {files}"]
    if uses is not None and uses.value == "yes":
        doors = f" (through {printable(', '.join(via))})" if isinstance(via, tuple) and via else ""
        trains = "trains a model" if trained is not None and trained.value == "yes" else "trains no model that is seen"
        lines.append(f"It uses MLflow{doors}, and {trains}.")
    elif uses is not None:
        lines.append(f"It does not appear to use MLflow{': ' if uses.reason else ''}{printable(uses.reason)}.")
    others = sorted(name for name in audit.trackers if name != "mlflow")
    if others:
        lines.append(f"Other trackers: {printable(', '.join(others))}.")
    return lines


def _profile(audit: ProjectAudit, *, narrow: bool) -> list[Any]:
    parts: list[Any] = []
    covered = _BY_AUTOLOG if "autolog" in audit.facts and audit.facts["autolog"].value == "yes" else frozenset()
    for title, names in _PROFILE.items():
        known = {name: good for name, good in names.items() if name in audit.facts}
        rows = []
        for name, good in known.items():
            fact = audit.facts[name]
            mark = _mark(fact, good, neutral=name in _OPTIONAL or name in covered)
            value = printable(fact.value if isinstance(fact.value, str) else ", ".join(fact.value))
            rows.append((mark, name.ljust(_NAME), value.ljust(_VALUE), _why(fact)))
        if rows:
            parts += [_bold(title), *_rows(rows, narrow=narrow), ""]
    return parts


def _rows(rows: list[tuple[Any, ...]], *, narrow: bool) -> list[Any]:
    """Rows as a table; on a narrow terminal each as a line with its last cell below it."""
    from rich.padding import Padding
    from rich.text import Text

    if not narrow:
        last = len(rows[0]) - 1
        return [table(("",) * (last + 1), rows, whole=tuple(range(last)))]
    parts: list[Any] = []
    for *head, text in rows:
        parts.append(Text("  ").join(cell if isinstance(cell, Text) else Text(cell) for cell in head))
        if text:
            parts.append(Padding(Text(text), (0, 0, 0, 5)))
    return parts


def _bold(title: str) -> Any:
    from rich.text import Text

    return Text(title, style="bold")


def _mark(fact: Fact, good: frozenset[str], *, neutral: bool) -> Any:
    from rich.text import Text

    if fact.value in good:
        kind = "good"
    elif fact.value == "unknown":
        kind = "unknown"
    else:
        kind = "neutral" if neutral else "bad"
    mark, style = _MARKS[kind]
    return Text(f"  {mark}", style=style)


def _why(fact: Fact) -> str:
    where = _where(fact.places[0]) if fact.places else ""
    more = f" and {len(fact.places) - 1} more" if len(fact.places) > 1 else ""
    return printable("; ".join(part for part in (fact.reason, f"{where}{more}") if part))


def _findings(audit: ProjectAudit, *, full: bool, narrow: bool) -> list[Any]:
    if not audit.findings:
        return []
    printed: Counter[str] = Counter()
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in audit.findings:
        printed[finding.code] += 1
        if full or printed[finding.code] <= _MOST_OF_A_RULE:
            by_file[finding.place.file].append(finding)
    parts: list[Any] = []
    for file, findings in by_file.items():
        parts.append(_bold(printable(file) or "the project"))
        rows = [
            (f"  {_short(f.place)}", _code(f), printable(f.message) + (" [fixable]" if f.edits else ""))
            for f in findings
        ]
        parts += [*_rows(rows, narrow=narrow), ""]
    hidden = {code: count - _MOST_OF_A_RULE for code, count in printed.items() if count > _MOST_OF_A_RULE and not full}
    if hidden:
        parts += [
            f"and {', '.join(f'{n} more of {printable(code)}' for code, n in hidden.items())}: --full shows all",
            "",
        ]
    return parts


def _code(finding: Finding) -> Any:
    from rich.text import Text

    return Text(
        printable(finding.code),
        style={"error": "bold red", "warning": "yellow", "note": "cyan"}[finding.severity.value],
    )


def _unread(audit: ProjectAudit, *, full: bool) -> list[Any]:
    parts: list[Any] = []
    if audit.problems:
        parts.append(_bold("Not read, or not wholly"))
        shown = audit.problems if full else audit.problems[:_MOST_PROBLEMS]
        for problem in shown:
            placed = problem.place is not None and problem.place.line
            where = _where(problem.place) if problem.place is not None and placed else printable(problem.file)
            parts.append(bullet(f"{where or 'the project'}: {printable(problem.detail)}"))
        if len(shown) < len(audit.problems):
            parts.append(bullet(f"and {len(audit.problems) - len(shown)} more: --full shows all"))
        parts.append("")
    if audit.left_out:
        kinds = Counter(audit.left_out.values())
        names = printable(", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
        files = f", with {audit.size.left_out_files:,} Python files and notebooks" if audit.size.left_out_files else ""
        parts.append(f"Left out, since it is not the project's own: {names}{files}.")
        if full:
            parts += [bullet(printable(f"{path}: {kind}")) for path, kind in sorted(audit.left_out.items())]
        parts.append("")
    return parts


def _closing(audit: ProjectAudit) -> str:
    total = len(audit.findings)
    if not total:
        closing = "No findings."
    else:
        levels = Counter(f.severity.value for f in audit.findings)
        parts = ", ".join(_number(levels[word], word) for word in ("error", "warning", "note") if levels[word])
        closing = f"{_number(total, 'finding')}: {parts}."
        fixable = sum(bool(f.edits) for f in audit.findings)
        closing += f" {fixable} can be fixed: --diff shows how." if fixable else ""
        closing += f" `bis rule {printable(audit.findings[0].code)}` explains one."
    if audit.suppressed:
        verb = "is" if len(audit.suppressed) == 1 else "are"
        closing += f" {len(audit.suppressed)} {verb} silenced by comments."
    return closing


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _where(place: Place) -> str:
    """``file:line:column``, in notebooks ``file:cell 3:line``."""
    cell = f":cell {place.cell}" if place.cell >= 0 else ""
    line = f":{place.line}" if place.line else ""
    column = f":{place.column}" if place.column else ""
    return printable(f"{place.file or '.'}{cell}{line}{column}")


def _short(place: Place) -> str:
    return _where(place).removeprefix(printable(place.file or ".")).lstrip(":")
