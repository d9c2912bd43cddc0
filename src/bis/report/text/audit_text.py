"""An audit in the terminal: the traceability profile, the findings, and what was not read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bis.report.text.terminal import UNBROKEN, bullet, hanging, print_text, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
# Facts about calls: a "no" has the places of those that are well done, and none where there is no such call.
_OF_CALLS = frozenset({"unseeded_split", "unseeded_estimator"})
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
    whole = _names_with_blanks(audit)
    parts += _profile(audit, width, whole, narrow=narrow)
    parts += _findings(audit, width, whole, full=full)
    parts += _unread(audit, width, whole, full=full)
    parts += hanging(_words(_closing(audit)), width=width, indent=0)
    return text_of(parts, width=width, colour=colour)


def print_audit(audit: ProjectAudit, *, full: bool = False) -> None:
    """Print an audit on stdout; in a pipe no line is broken."""
    print_text(lambda width, colour: audit_text(audit, width, colour, full=full), piped=UNBROKEN)


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


def _profile(audit: ProjectAudit, width: int, whole: Sequence[str], *, narrow: bool) -> list[Any]:
    parts: list[Any] = []
    covered = _BY_AUTOLOG if "autolog" in audit.facts and audit.facts["autolog"].value == "yes" else frozenset()
    for title, names in _PROFILE.items():
        known = {name: good for name, good in names.items() if name in audit.facts}
        if known:
            parts.append(_bold(title))
            for name, good in known.items():
                neutral = name in _OPTIONAL or name in covered
                mark = _mark(name, audit.facts[name], good, neutral=neutral)
                parts += _row(name, audit.facts[name], mark, width, whole, narrow=narrow)
            parts.append("")
    return parts


def _row(
    name: str, fact: Fact, marked: tuple[str, str], width: int, whole: Sequence[str], *, narrow: bool
) -> list[Any]:
    """A fact in a line, with its reason beside it; on a narrow terminal below."""
    mark, style = marked
    value = printable(fact.value if isinstance(fact.value, str) else ", ".join(fact.value))
    head = [(f"  {mark} ", style), (name.ljust(_NAME) + " ", ""), (value.ljust(_VALUE) + " ", "")]
    if not narrow:
        return hanging([*head, *_why(fact, whole)], width=width, indent=_NAME + _VALUE + 9)
    below = hanging([("    ", ""), *_why(fact, whole)], width=width, indent=5) if fact.reason or fact.places else []
    return [*hanging(head, width=width, indent=5), *below]


def _bold(title: str) -> Any:
    from rich.text import Text

    return Text(title, style="bold")


def _mark(name: str, fact: Fact, good: frozenset[str], *, neutral: bool) -> tuple[str, str]:
    if fact.value == "no" and name in _OF_CALLS and not fact.places:
        kind = "neutral"  # there is nothing that could be done well
    elif fact.value in good:
        kind = "good"
    elif fact.value == "unknown":
        kind = "unknown"
    else:
        kind = "neutral" if neutral else "bad"
    return _MARKS[kind]


def _why(fact: Fact, whole: Sequence[str]) -> list[tuple[str, str]]:
    """The reason and the first place, which stays whole."""
    places = len(fact.places)
    found = _words(printable(fact.reason) + (";" if fact.reason and places else ""), whole)
    if places:
        found.append((_where(fact.places[0]), ""))
        found += _words(f"and {places - 1} more") if places > 1 else []
    return found


def _words(text: str, whole: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The words of a text; names of files with blanks in them, `whole`, are one word each."""
    for name in whole:
        if name in text:
            text = text.replace(name, name.replace(" ", _BLANK))
    return [(word.replace(_BLANK, " "), "") for word in text.split(" ") if word]


_BLANK = "\0"  # in no text that is printable


def _names_with_blanks(audit: ProjectAudit) -> list[str]:
    """Names of files that findings, facts and problems may be about, and of their folders; the longest first."""
    files = {finding.place.file for finding in audit.findings} | {problem.file for problem in audit.problems}
    files |= {place.file for finding in audit.findings for place in finding.related}
    files |= {place.file for fact in audit.facts.values() for place in fact.places}
    parts = {part for file in files for part in (file, file.rpartition("/")[0], file.rpartition("/")[2])}
    return sorted((printable(part) for part in parts if " " in part), key=len, reverse=True)


def _findings(audit: ProjectAudit, width: int, whole: Sequence[str], *, full: bool) -> list[Any]:
    if not audit.findings:
        return []
    printed: Counter[str] = Counter()
    parts: list[Any] = []
    file = audit.findings[0].place.file
    for finding in audit.findings:
        printed[finding.code] += 1
        if not full and printed[finding.code] > _MOST_OF_A_RULE:
            continue
        parts += [""] if finding.place.file != file and parts else []
        file = finding.place.file
        message = printable(finding.message) + (" [fixable]" if finding.edits else "")
        words = [(f"{_where(finding.place)}:", ""), _code(finding), *_words(message, whole)]
        parts += hanging(words, width=width, indent=4)
    parts.append("")
    hidden = {code: count - _MOST_OF_A_RULE for code, count in printed.items() if count > _MOST_OF_A_RULE and not full}
    if hidden:
        more = ", ".join(f"{n} more of {printable(code)}" for code, n in hidden.items())
        parts += [*hanging(_words(f"and {more}: --full shows all"), width=width, indent=0), ""]
    return parts


def _code(finding: Finding) -> tuple[str, str]:
    style = {"error": "bold red", "warning": "yellow", "note": "cyan"}[finding.severity.value]
    return printable(finding.code), style


def _unread(audit: ProjectAudit, width: int, whole: Sequence[str], *, full: bool) -> list[Any]:
    parts: list[Any] = []
    if audit.problems:
        parts.append(_bold("Not read, or not wholly"))
        shown = audit.problems if full else audit.problems[:_MOST_PROBLEMS]
        for problem in shown:
            placed = problem.place is not None and problem.place.line
            where = _where(problem.place) if problem.place is not None and placed else printable(problem.file)
            words = [(f"  - {where or 'the project'}:", ""), *_words(printable(problem.detail), whole)]
            parts += hanging(words, width=width, indent=4)
        if len(shown) < len(audit.problems):
            parts.append(bullet(f"and {len(audit.problems) - len(shown)} more: --full shows all"))
        parts.append("")
    if audit.left_out:
        kinds = Counter(audit.left_out.values())
        names = printable(", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
        files = f", with {audit.size.left_out_files:,} Python files and notebooks" if audit.size.left_out_files else ""
        left_out = f"Left out, since it is not the project's own: {names}{files}."
        parts += hanging(_words(left_out), width=width, indent=0)
        for path, kind in sorted(audit.left_out.items()) if full else ():
            words = [(f"  - {printable(path)}:", ""), *_words(printable(kind))]
            parts += hanging(words, width=width, indent=4)
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
