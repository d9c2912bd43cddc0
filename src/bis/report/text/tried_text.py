"""What became of a tried project, or of a corpus of them, as text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bis.model.tried_project import (
    CandidateKind,
    CandidateReason,
    DependencySource,
    EvidenceKind,
    FunnelPlace,
    MissingGuard,
    Need,
)
from bis.report.text.figure_words import counted, duration
from bis.report.text.terminal import bullet, print_text, styled, table, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bis.model.tried_project import Candidate, Funnel, TriedProject, TryEvidence

PLACES = {
    FunnelPlace.NOT_TRIED: "it could not be tried",
    FunnelPlace.NOT_CLONED: "it could not be cloned",
    FunnelPlace.NO_ENTRY_POINT: "nothing in it can be run",
    FunnelPlace.NO_DEPENDENCIES: "it is not known which packages it needs",
    FunnelPlace.UNRESOLVABLE: "no versions of its packages fit together",
    FunnelPlace.NOT_INSTALLABLE: "a package that it needs cannot be installed",
    FunnelPlace.NEEDS: "it needs what is not there",
    FunnelPlace.EXCEPTION: "it ends with an exception",
    FunnelPlace.TIMEOUT: "it did not end in time",
    FunnelPlace.RAN_UNTRACKED: "it ran, and created no MLflow run",
    FunnelPlace.RAN_TRACKED: "it ran, tracked with MLflow",
}
NEEDS = {
    Need.NETWORK: "the network",
    Need.DATA: "data",
    Need.GPU: "a GPU",
    Need.SERVICE: "a service that runs beside it",
    Need.SECRET: "a secret",
    Need.INPUT: "input: arguments, a variable, or somebody who types",
    Need.PROGRAM: "another program",
    Need.ELSEWHERE: "to write outside of its folder",
    Need.RESOURCES: "more memory, disk or processes than it may have",
}
# What it would take to come further.
REMEDIES: dict[FunnelPlace | Need, str] = {
    FunnelPlace.NOT_TRIED: "Try again; where it happens twice, the message says what this machine lacks.",
    FunnelPlace.NOT_CLONED: "Check the address and the commit, and whether the repository is public.",
    FunnelPlace.NO_ENTRY_POINT: "Name a script, notebook or command of it: bis try PROJECT ENTRY.",
    FunnelPlace.NO_DEPENDENCIES: "Write a requirements.txt with what it imports.",
    FunnelPlace.UNRESOLVABLE: "Try another day (--as-of today), or correct what it declares.",
    FunnelPlace.NOT_INSTALLABLE: "Try another day (--as-of), or install the Python that the package was built for.",
    FunnelPlace.EXCEPTION: "Look at the line, and correct it; --as-of today tells whether newer packages differ.",
    FunnelPlace.TIMEOUT: "Give it more time (--timeout SECONDS), or a smaller entry.",
    Need.NETWORK: "Run it where that host can be reached, or put what it fetches into the project.",
    Need.DATA: "Put the data where the program looks for it, and try the folder: bis try FOLDER.",
    Need.GPU: "Run it on a machine that has one.",
    Need.SERVICE: "Start the service before.",
    Need.SECRET: "Get the credentials; bis gives programs of strangers none of yours.",
    Need.INPUT: "Give the arguments: bis try PROJECT 'ENTRY ARGUMENTS'.",
    Need.PROGRAM: "Install that program.",
    Need.ELSEWHERE: "Let it write in its own folder: it may not write elsewhere.",
    Need.RESOURCES: "Raise the limits (--memory, --disk, --processes).",
}
_GUARDS = {
    MissingGuard.SANDBOX: "no sandbox: it ran with your rights, and only what Python writes was confined",
    MissingGuard.NETWORK_OPEN: "the network was not cut",
    MissingGuard.MEMORY_LIMIT: "no limit of memory (--memory)",
    MissingGuard.FILE_LIMIT: "no limit of disk (--disk)",
    MissingGuard.PROCESS_LIMIT: "no limit of processes (--processes)",
}
_KINDS = {
    CandidateKind.GIVEN: "as asked for",
    CandidateKind.MLPROJECT: "entry point of an MLproject",
    CandidateKind.DOCUMENT: "command in a document",
    CandidateKind.SCRIPT: "installed command",
    CandidateKind.NOTEBOOK: "notebook",
    CandidateKind.MAIN: "script",
}
_REASONS = {
    CandidateReason.TRACKS: "uses MLflow",
    CandidateReason.NAMED_FOR_IT: "is named for it",
    CandidateReason.MAIN_GUARD: "has a main guard",
    CandidateReason.SERVES: "starts a server",
    CandidateReason.LACKS_VALUE: "a parameter has no default",
    CandidateReason.LESSER_NAME: "has the name of a tool",
    CandidateReason.EXPLORES: "is among notebooks of research",
}
_SHOWN_CANDIDATES = 5
_SHOWN_DEVIATIONS = 8


def print_tried(tried: TriedProject, *, full: bool = False) -> None:
    """Print what became of a project."""
    print_text(lambda width, colour: tried_text(tried, width=width, colour=colour, full=full))


def tried_text(tried: TriedProject, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """What became of a project, from its place to what is behind it."""
    parts: list[Any] = [f"{tried.project}: {headline(tried)}"]
    parts += [bullet(evidence_text(one, tried)) for one in tried.evidence]
    if (remedy := remedy_of(tried)) and not tried.place.ran:
        parts += ["", remedy]
    parts += ["", table(("", ""), _facts(tried))]
    others = [one for one in tried.candidates if one != tried.chosen]
    if others and (full or not tried.place.ran):
        shown = others if full else others[:_SHOWN_CANDIDATES]
        parts += ["", "could be run, too:", *(bullet(candidate_text(one)) for one in shown)]
    if tried.deviations:
        shown_deviations = tried.deviations if full else tried.deviations[:_SHOWN_DEVIATIONS]
        parts += ["", "not as the project has it:"]
        parts += [
            bullet(f"{d.what}: {d.recorded}, here {d.replayed}{f' ({d.why})' if d.why else ''}")
            for d in shown_deviations
        ]
        if len(shown_deviations) < len(tried.deviations):
            parts.append(f"  and {len(tried.deviations) - len(shown_deviations)} more: --full prints them")
    if tried.sandbox and tried.sandbox != "none":
        network = "with" if MissingGuard.NETWORK_OPEN in tried.missing_guards else "without"
        parts += ["", f"it ran in a sandbox ({tried.sandbox}), {network} the network"]
    if tried.missing_guards:
        parts += ["", "not between it and this machine:", *(bullet(_GUARDS[one]) for one in tried.missing_guards)]
    return text_of(parts, width=width, colour=colour)


def headline(tried: TriedProject) -> str:
    """The place in a sentence."""
    if tried.place is FunnelPlace.NEEDS and tried.need is not None:
        named = tried.evidence[0].name if tried.evidence else ""
        return f"it needs {NEEDS[tried.need]}, which is not there{f': {named}' if named else ''}"
    text = PLACES[tried.place]
    if tried.place.ran and tried.replays.level:
        text += f"; {counted(tried.replays.replays, 'replay')}: {tried.replays.level}"
    elif tried.place.ran and tried.replays.reason:
        text += f"; it could not be replayed: {tried.replays.reason}"
    return text


def remedy_of(tried: TriedProject) -> str:
    """What it would take to come further; empty where it came to the end."""
    if tried.need is Need.NETWORK and tried.sandbox and MissingGuard.NETWORK_OPEN not in tried.missing_guards:
        return "The sandbox has no network: --network gives it to the program."
    if tried.need is not None:
        return REMEDIES[tried.need]
    return REMEDIES.get(tried.place, "")


def evidence_text(one: TryEvidence, tried: TriedProject) -> str:
    """An evidence with its place in the project; what bis itself saw has its words here."""
    place = one.file
    if one.cell >= 0:
        place += f", cell {one.cell}"
    if one.line:
        place += f", line {one.line}" if one.cell >= 0 else f":{one.line}"
    text = one.text or _seen(one, tried)
    return f"{place}: {text}" if place else text


def _seen(one: TryEvidence, tried: TriedProject) -> str:
    """What bis saw itself."""
    number = f"{one.number:g}"
    words = {
        (EvidenceKind.CLOCK, "run"): f"it was still running after {number} s",
        (EvidenceKind.CLOCK, "resolve"): f"uv did not answer within {number} s",
        (EvidenceKind.PROJECT, "program"): f"none of its {counted(int(one.number), 'file')} says what is run",
        (EvidenceKind.PROJECT, "dependencies"): "no file declares packages, and its imports cannot be read",
        (EvidenceKind.OBSERVED, "download"): f"{number} MiB of packages would be downloaded{_over(one)}",
        (EvidenceKind.OBSERVED, "memory"): f"it took {number} MiB of memory{_over(one)}",
        (EvidenceKind.OBSERVED, "disk"): f"it wrote {number} MiB{_over(one)}",
        (EvidenceKind.OBSERVED, "processes"): f"it ran {number} processes{_over(one)}",
        (EvidenceKind.OBSERVED, "python"): "this machine has no CPython 3.10 or later, with which bis records",
        (EvidenceKind.OBSERVED, "signal"): f"it was ended by signal {number}",
        (EvidenceKind.OBSERVED, "status"): f"it ended with status {number}, and said nothing",
    }
    runs = f"{counted(tried.runs, 'MLflow run')}, {counted(tried.metrics, 'metric')}"
    return words.get((one.kind, one.name), f"exit status {tried.exit_code}; {runs}")


def _over(one: TryEvidence) -> str:
    """The limit that was exceeded, and the option for it."""
    option = {"memory": "--memory", "processes": "--processes"}.get(one.name, "--disk")
    return f": more than the {one.limit:g} of {option}" if one.limit else ""


def candidate_text(one: Candidate) -> str:
    """A candidate as one would type it, with where it stands and why."""
    words = ("-m", one.target) if one.module and not one.function else (one.command if one.function else one.target,)
    command = " ".join((*words, *one.argv))
    where = f" in {one.file}{f':{one.line}' if one.line else ''}" if one.file and one.file != one.target else ""
    folder = f", from {one.cwd}" if one.cwd != "." else ""
    reasons = [_REASONS[reason] for reason in one.reasons if reason in _REASONS]
    return f"{command} ({_KINDS[one.kind]}{where}{folder}{'; ' + ', '.join(reasons) if reasons else ''})"


def _facts(tried: TriedProject) -> list[tuple[str, str]]:
    rows = []
    if tried.commit:
        day = "" if tried.committed_unix_s is None else f", {_day(tried.committed_unix_s)}"
        rows.append(("commit", f"{tried.commit[:12]}{day}"))
    if tried.chosen is not None:
        rows.append(("program", candidate_text(tried.chosen)))
    needed = tried.dependencies
    if needed is not None and needed.source is not DependencySource.UNKNOWN:
        where = f"declared in {', '.join(needed.files)}" if needed.files else "what it imports"
        asked = counted(len(needed.requirements), "requirement")
        rows.append(("asked for", f"{asked}: {where}" if needed.requirements else "the standard library is enough"))
    environment = tried.environment
    if environment is not None:
        day = "today" if environment.as_of_unix_s is None else _day(environment.as_of_unix_s)
        packages = counted(len(environment.lock), "package")
        rows.append(("environment", f"Python {environment.python}, {packages} as of {day}"))
        if environment.undated:
            files = counted(environment.undated, "file")
            rows.append(("", f"{files} of an index without upload times not used"))
    if tried.published.level:
        answer = "reproduced" if tried.published.reproduced else "not reproduced"
        of = counted(tried.published.compared, "result")
        rows.append(("saved outputs", f"{answer}: {tried.published.level}, {of} compared"))
    elif tried.published.reason:
        rows.append(("saved outputs", f"not compared: {tried.published.reason}"))
    if tried.run_id:
        rows.append(("run", f"{tried.run_id} ({counted(tried.runs, 'run')} of the program)"))
        rows.append(("store", tried.tracking_uri))
    taken = [f"{name} {duration(seconds)}" for name, seconds in tried.seconds.items() if seconds >= 0.5]
    if taken:
        rows.append(("time", ", ".join(taken)))
    return rows


def _day(unix_s: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(unix_s))


def print_funnel(funnel: Funnel, tries: Sequence[TriedProject], out: Path) -> None:
    """Print the funnel of a corpus, and where its results are."""
    print_text(lambda width, colour: funnel_text(funnel, tries, str(out), width=width, colour=colour))


def funnel_text(
    funnel: Funnel, tries: Sequence[TriedProject], out: str, *, width: int = 80, colour: bool = False
) -> str:
    """The funnel as a table, a line for each project, and where the results are."""
    total = funnel.projects
    rows = []
    for one in funnel.counts:
        if one.projects or one.place is not FunnelPlace.NOT_TRIED:
            rows.append((one.place.value, str(one.projects), _share(one.projects, total)))
            rows += [(f"  {need}", str(number), "") for need, number in one.needs.items()]
    projects = [(one.project, styled(_word(one)), _gist(one)) for one in tries]
    parts: list[Any] = [
        table(("", "", ""), projects),
        "",
        f"{counted(total, 'project')} tried",
        "",
        table(("", "", ""), rows),
    ]
    if funnel.replays:
        levels = ", ".join(f"{level} {number}" for level, number in sorted(funnel.replays.items()))
        parts += ["", f"of those that ran, replayed: {levels}"]
    if funnel.reproduced or funnel.not_reproduced:
        parts.append(f"saved outputs of notebooks: {funnel.reproduced} reproduced, {funnel.not_reproduced} not")
    parts += ["", f"results: {out} (tries.jsonl, tries.csv, funnel.json)"]
    return text_of(parts, width=width, colour=colour)


def _share(number: int, total: int) -> str:
    return f"{100 * number / total:.0f} %" if total else ""


def _word(one: TriedProject) -> str:
    return one.replays.level if one.place.ran and one.replays.level else one.place.value


def _gist(one: TriedProject) -> str:
    need = f"{one.need.value}: " if one.need else ""
    return f"{need}{evidence_text(one.evidence[0], one)}" if one.evidence else ""
