"""Programs that train and that no tracker sees, beside others that are tracked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.files.configurations import configured
from bis._audit.files.entry_points import stages, tracked_by_dvc
from bis._audit.parsing.ir import CONSTANT, LIST, NAME, SUBSCRIPT
from bis._audit.program.linking import MAKE_CONFIGURED
from bis._audit.questions import data_sources, literals, rest_logging
from bis._audit.questions.environments import environments
from bis._audit.questions.program_roots import ProgramRoot, program_roots, trainings
from bis._audit.questions.reporting_trainers import may_report
from bis._audit.questions.unread_code import may_track
from bis._audit.trackers import integrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

# Folders within one project: of "src/train.py" and "notebooks/try.ipynb" the one is beside the other.
_ORDINARY = frozenset(
    {
        "src", "source", "scripts", "script", "notebooks", "notebook", "nbs", "experiments", "experiment", "training",
        "train", "models", "model", "modeling", "pipelines", "pipeline", "app", "code", "python", "bin", "tools", "lib",
        "dags", "jobs", "steps", "components", "data", "eda", "exploration", "serving", "backend", "workspace", "flows",
        "workflows", "ml", "mlops", "research", "dev", "prod", "core", "utils", "analysis", "evaluation", "baseline",
    }
)  # fmt: skip
_DOCUMENTATION = re.compile(r"(?i)(?:.*[_-])?docs?$|documentation$")
_PLACEHOLDER = re.compile(r"PATH/TO/|COLUMN_SEPARATOR|/path/to/")
_SENTENCE = re.compile(r"\S+\s+\S+\s+\S+")


class Untracked(NamedTuple):
    """A program without a tracker, and its first training."""

    program: ProgramRoot
    trained: tuple[Module, Call]


def untracked(analysis: Analysis) -> list[Untracked]:
    """Programs that train and reach no tracker at all, beside programs that are tracked, in order."""
    roots = program_roots(analysis)
    tracking = [program for program in roots if any("mlflow" in part.roots for part in program.parts)]
    known = {program.module.file for program in tracking}
    # A stage of a pipeline of which another stage tracks: that one logs what this one made.
    known |= frozenset().union(*(one for one in stages(analysis.project.texts) if one & known))
    known |= tracked_by_dvc(analysis.project.texts)
    data = {program.module.file: _data_of(program) for program in roots}
    found = []
    for program in roots:
        trained = trainings(analysis, program) if program.module.file not in known else []
        trained = [one for one in trained if not may_report(analysis, program.parts, one[1])]
        if not trained or _may_be_tracked(analysis, program) or _is_no_experiment(analysis, program, trained):
            continue
        if any(_is_beside(program, other, data) for other in tracking):
            found.append(Untracked(program, trained[0]))
    return found


def _is_beside(program: ProgramRoot, other: ProgramRoot, data: dict[str, set[str]]) -> bool:
    """Whether two programs are of one project: by their folders, files that both use, or data that both read.

    Folders that any project has are passed over; of the others, those of the one contain the other.
    """
    own, others = _folders(program.module.file), _folders(other.module.file)
    if own[: len(others)] == others or others[: len(own)] == own:
        return True
    shared = {part.file for part in program.parts} & {part.file for part in other.parts}
    return bool(shared) or not data[program.module.file].isdisjoint(data[other.module.file])


def _folders(file: str) -> list[str]:
    return [part for part in file.split("/")[:-1] if part.lower() not in _ORDINARY]


def _data_of(program: ProgramRoot) -> set[str]:
    """Names of the files that a program reads, or of the environments in which its agents learn."""
    return {name for part in program.parts for name in data_sources.files_read(part) | environments(part)}


def _may_be_tracked(analysis: Analysis, program: ProgramRoot) -> bool:
    """Whether a program tracks, or may: by itself, through what it starts, or by what is made elsewhere."""
    parts = program.parts
    if not analysis.traces_nothing(parts, program.module) or any(may_track(analysis, part) for part in parts):
        return True
    calls = [call for part in parts for call in part.calls]
    if any(call.api.startswith(("subprocess.", "importlib.", "os.system", "runpy.", "papermill.")) for call in calls):
        return True  # what these log is not seen
    if any(call.keywords.keys() & _DOOR_KEYWORDS for call in calls) or any(map(_reports_as_told, calls)):
        return True
    files = {part.file for part in parts}
    if any(place.file in files for place in literals.rest_calls(analysis)) or any(map(_speaks_to_mlflow, parts)):
        return True
    return any(call.api in MAKE_CONFIGURED for call in calls) and bool(configured(analysis.project.texts, "mlflow"))


def _reports_as_told(call: Call) -> bool:
    """Whether it is told elsewhere which trackers a call writes to: ``Accelerator(log_with=args.report_to)``."""
    if call.api.partition(".")[0] not in integrations.SWITCH_ROOTS:
        return False
    switch = integrations.switch_of(call.api)
    given = call.keywords.get(switch.keyword) if switch is not None else None
    return given is not None and given.kind in {NAME, SUBSCRIPT}


_DOOR_KEYWORDS = frozenset(keyword for keyword, _door in integrations.DOOR_KEYWORDS.values())


def _speaks_to_mlflow(module: Module) -> bool:
    """Whether a file that speaks HTTP has the address of a server of MLflow's."""
    speaks = bool(module.roots & rest_logging.CLIENTS)
    texts = (assign.value.data for assign in module.assigns if assign.value.kind == CONSTANT) if speaks else ()
    return any(isinstance(text, str) and text.startswith("http") and "mlflow" in text for text in texts)


def _is_no_experiment(analysis: Analysis, program: ProgramRoot, trained: list[tuple[Module, Call]]) -> bool:
    """Whether what is trained is an example: of a documentation, of a few rows in the code, of a gradient alone."""
    if any(_DOCUMENTATION.match(folder) for folder in program.module.file.split("/")[:-1]):
        return True
    texts = (text for call in program.module.calls for given in call.args for text in given.constants())
    if any(_PLACEHOLDER.search(str(text)) for text in texts):
        return True
    if all(call.method == "backward" and not _optimises(part) for part, call in trained):
        return True
    return data_sources.are_written_out(analysis, program.parts) or _trains_on_sentences(program)


def _optimises(module: Module) -> bool:
    """Whether a file takes the steps for which gradients are computed."""
    return any(call.method in {"step", "zero_grad", "apply_gradients"} for call in module.calls)


def _trains_on_sentences(program: ProgramRoot) -> bool:
    """Whether the only data there is are sentences in the code."""
    if any(True for part in program.parts for _one in data_sources.reading(part)):
        return False
    lists = (one.value.constants() for part in program.parts for one in part.assigns if one.value.kind == LIST)
    return any(2 < len(_sentences(texts)) < _MOST_WRITTEN for texts in lists)


_MOST_WRITTEN = 50


def _sentences(texts: list[object]) -> list[str]:
    return [text for text in texts if isinstance(text, str) and _SENTENCE.search(text)]


def by_folder(found: list[Untracked]) -> Iterator[tuple[str, list[Untracked]]]:
    """The programs of each folder, in order."""
    folders: dict[str, list[Untracked]] = {}
    for one in found:
        folders.setdefault(one.program.module.file.rpartition("/")[0], []).append(one)
    yield from folders.items()
