"""From a record to a plan: what a replay will do, each decision with its reason. Pure.

What of this machine bears on a decision is in `HostState`, which `bis._replay.host_state` fills in.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bis._replay.argument_overrides import override
from bis._replay.given_again import STANDARD_INPUT, given_input, given_variables, unset_variables
from bis._replay.injected_parameters import recorded_parameters
from bis._replay.machine_pins import kernel_pins, thread_counts
from bis.evidence.redaction import REDACTED, is_secret_name
from bis.model.facets import Carried, EntryKind, Environment, FileDigest, Machine, Status
from bis.model.lock import differences, normalised
from bis.model.plan import DataPlacement, Missing, Plan
from bis.model.record import Mode
from bis.model.sandbox import AUTO
from bis.model.verdict import Deviation, ReplayKind
from bis.record.probes.machine import is_of_machine

if TYPE_CHECKING:
    from collections.abc import Collection

    from bis.model.facets import GeneratorState
    from bis.model.record import Record

SNAPSHOT = "snapshot"
COMMIT = "commit"
NOWHERE = "missing"
CURRENT = "current"
REBUILD = "rebuild"

NEIGHBOURS = 2  # so many folders above the project a file may lie and still be put beside the workspace
_NAMED_PACKAGES = 12  # differences that are listed one by one; the rest is counted
_NAMED_REASONS = 8
_REFUSED_FLAGS = "IES"  # with these an interpreter ignores PYTHONPATH, so the replay would not be confined

_CONSEQUENCES = {
    "code": "what is not in the snapshot is not in the replay",
    "environment": "packages that were not seen are not compared and not rebuilt",
    "machine": "a difference of the machines may go unnoticed",
    "data": "a file that was not seen is not checked: the program reads what is there now",
    "randomness": "random numbers may differ from the original's",
    "outputs": "what was not seen of the original is not compared",
}


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the user asks of a replay.

    `environment` is None (current where it equals the lock, else rebuilt), "current" or "rebuild". `overrides` are
    arguments or notebook parameters by name. `data_dirs` and `source_dir` say where to look for data and for a clone.
    `sandbox`, `network` and `own_home` are those of `bis.model.sandbox.SandboxRequest`.
    """

    kind: ReplayKind = ReplayKind.EXACT
    environment: str | None = None
    overrides: dict[str, str] = field(default_factory=dict)
    data_dirs: tuple[str, ...] = ()
    source_dir: str | None = None
    timeout_s: float | None = None
    sandbox: str = AUTO
    network: bool = False
    own_home: bool = False


@dataclass(frozen=True, slots=True)
class FoundFile:
    """Where a recorded input file was found (absolute), and whether it is the same: ok, changed or unread."""

    path: str
    state: str = "ok"


@dataclass(frozen=True, slots=True)
class Clone:
    """A git repository on this machine. `files` are the names at the recorded commit, where it has that commit."""

    path: str
    has_commit: bool
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HostState:
    """What a plan depends on of this machine.

    `files` has those recorded input files that were found, by recorded path. `waiting` lists calls of a script that
    do not return (line from 1, what it does), `skipped_cells` the cells of a notebook that are not run, or not
    whole (position from 0, why), `variables` the names of the environment variables that are set.
    """

    environment: Environment
    machine: Machine
    host: str
    interpreters: tuple[str, ...] = ()
    files: dict[str, FoundFile] = field(default_factory=dict)
    clone: Clone | None = None
    waiting: tuple[tuple[int, str], ...] = ()
    skipped_cells: tuple[tuple[int, str], ...] = ()
    variables: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Notes:
    """What comes up while a plan is made."""

    deviations: list[Deviation] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def deviates(self, what: str, recorded: str, replayed: str, why: str = "") -> None:
        self.deviations.append(Deviation(what, recorded, replayed, why))

    def lacks(self, what: str, consequence: str) -> None:
        self.missing.append(Missing(what, consequence))


def make_plan(record: Record, options: ReplayOptions, here: HostState, *, run_id: str) -> Plan:
    """Plan the replay of a run.

    The plan is complete even where it cannot be carried out; `obstacles` says whether it can.

    Parameters
    ----------
    record : Record
        What is known of the run.
    options : ReplayOptions
        What the user wants.
    here : HostState
        What this machine has.
    run_id : str
        Of the MLflow run that is replayed.
    """
    notes = _Notes()
    repeated = options.kind is not ReplayKind.FRESH  # what a varied replay changes is in its variation
    _partial_facets(record, notes)
    source, target = _source(record, here, notes)
    cwd = _working_directory(record, notes)
    environment = _environment(record, options, here, notes)
    parameters = _parameters(record, options, notes)
    return Plan(
        run_id=run_id,
        kind=options.kind,
        entry=record.code.kind,
        target=target,
        argv=_arguments(record, options, notes),
        interpreter_options=_interpreter_options(record, notes),
        cwd=cwd,
        source=source,
        environment=environment,
        hash_seed=record.randomness.hash_seed if repeated else None,
        root=record.randomness.root if repeated else None,
        original_scheme=record.tracking_scheme,
        variables=given_variables(record.parameters, here.variables, notes.lacks) | _variables(record, here, notes),
        unset=unset_variables(record.parameters),
        stdin=given_input(record.parameters, notes.lacks),
        states=_states(record, notes) if repeated else (),
        data=_data(record, here, notes),
        skipped_cells=_skipped(here, notes),
        overrides=dict(options.overrides),
        deviations=tuple(notes.deviations),
        missing=tuple(dict.fromkeys(notes.missing)),
        timeout_s=options.timeout_s,
        parameters=parameters,
        later=_later(record),
        refused_stores=record.refused_stores,
        stderr_in_stdout=record.outputs.stderr_in_stdout,
    )


def obstacles(plan: Plan, *, allow_changed_data: bool = False) -> tuple[str, ...]:
    """What prevents the execution of a plan, as sentences; empty where nothing does."""
    found = []
    if plan.source == NOWHERE:
        found += [f"The source is missing: {m.consequence}." for m in plan.missing if m.what == "source"]
    found += [f"The {m.what} is missing: {m.consequence}." for m in plan.missing if m.what == STANDARD_INPUT]
    if not plan.target and plan.entry is not EntryKind.INTERACTIVE:
        found.append("It is not known which program was run.")
    found += [
        f"The argument {argument} was recorded without its value: give it with --set."
        for argument in _redacted(plan.argv)
    ]
    found += [
        f"The parameter {name} was recorded without its value: give it with --set."
        for name, value in plan.parameters.items()
        if REDACTED in value and name not in plan.overrides
    ]
    if not allow_changed_data:
        found += [f"{d.file.path}: {d.problem}." for d in plan.data if d.problem]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders of a workspace, relative to the project: to import from, those that must be there, and what must not.

    Importable are sources that were outside of the project, and packages of the project itself that were installed
    in place: without these a replay would import them from where they were, or not at all. What must be there are
    the folders that the program wrote into, which may have been empty. `absent` are names that the program makes
    itself, and that may be in the snapshot, which was taken when the program had begun. `listed` are names that it
    found in folders, and whose contents it did not read. `project_root` is where the project was when it was recorded
    (empty where that is not known).
    """

    import_folders: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    project_root: str = ""


def layout(record: Record) -> Layout:
    """The folders that a workspace for this run needs."""
    snapshot = record.code.snapshot
    imported = list(snapshot.external) if snapshot else []
    names = [f.path for f in snapshot.files] if snapshot else []
    root = record.code.project_root
    installed = (_inside(p.url or "", root) for p in record.environment.packages if p.editable)
    editable = dict.fromkeys(inside for inside in installed if inside is not None)
    for inside in editable:
        source = posixpath.normpath(posixpath.join(inside, "src"))
        # A folder `src` that is a package itself is imported from the project's folder; and where `src` is named, too,
        # the project's folder means itself.
        holds = any(n.startswith(source + "/") for n in names) and f"{source}/__init__.py" not in names
        holds = holds and source not in editable
        imported.append(source if holds else inside)
    written = [posixpath.dirname(f.path) for f in record.outputs.files if not posixpath.isabs(f.path)]
    carried = record.data.carried or Carried()
    absent = carried.absent
    there = [_existing(folder, absent) for folder in written]
    folders = tuple(dict.fromkeys(w for w in there if w))
    return Layout(tuple(dict.fromkeys(imported)), folders, absent, carried.listed, record.code.project_root)


def _existing(folder: str, absent: Collection[str]) -> str:
    """The innermost folder on this path that the program did not make itself; empty for the project."""
    parts = folder.split("/")
    made = [n for n in range(1, len(parts) + 1) if "/".join(parts[:n]) in absent]
    return "/".join(parts[: made[0] - 1]) if made else folder


def _inside(url: str, root: str) -> str | None:
    """The path of a ``file:`` URL relative to the project; None where it is outside of it."""
    path = unquote(url.removeprefix("file://")).rstrip("/")
    if root and path == root:
        return "."
    return path[len(root) + 1 :] if root and path.startswith(root + "/") else None


def _partial_facets(record: Record, notes: _Notes) -> None:
    for name, consequence in _CONSEQUENCES.items():
        facet = record.facets()[name]
        if facet.status is Status.RECORDED:
            continue
        reasons = facet.reasons or ("not recorded",)
        for reason in reasons[:_NAMED_REASONS]:
            notes.lacks(f"{name}: {reason}", consequence)
        if len(reasons) > _NAMED_REASONS:
            notes.lacks(f"{name}: {len(reasons) - _NAMED_REASONS} more reasons", consequence)
    if record.own_points is not None:
        others = record.sessions - 1
        programs = "another program" if others == 1 else f"{others} other programs"
        notes.lacks(f"outputs: {programs} resumed the run", "what was logged then is not judged: it is not replayed")


# -- code -----------------------------------------------------------------------------------------------------------


def _source(record: Record, here: HostState, notes: _Notes) -> tuple[str, str]:
    """Where the source comes from, and the target within it."""
    code = record.code
    if code.snapshot is not None:
        return SNAPSHOT, code.target
    if code.commit is None:
        notes.lacks("source", "neither a snapshot nor a commit is known, so there is nothing to run")
        return NOWHERE, code.target
    if here.clone is None:
        where = f" of {code.remote}" if code.remote else ""
        notes.lacks("source", f"only commit {code.commit[:12]} is known: name a clone{where} with --source DIR")
        return NOWHERE, code.target
    if not here.clone.has_commit:
        notes.lacks("source", f"{here.clone.path} does not have commit {code.commit[:12]}: fetch it there")
        return NOWHERE, code.target
    if record.mode is Mode.TAGS:
        notes.lacks("arguments", "MLflow's tags do not contain them, so there are none; give them with --set")
    if code.dirty is not False:
        notes.lacks("uncommitted changes", "the replay runs the commit as it is")
    return COMMIT, _committed_target(code.target, here.clone, notes)


def _committed_target(target: str, clone: Clone, notes: _Notes) -> str:
    """The recorded source name as a name in the commit: tags have it as it was typed, or absolute."""
    parts = target.replace("\\", "/").strip("/").split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        if tail in clone.files:
            return tail
        matches = [f for f in clone.files if f.endswith("/" + tail)]
        if start == 0 and len(matches) == 1:
            return matches[0]
    notes.lacks("program", f"{target or 'its name'} is not a file of the commit")
    return ""


def _working_directory(record: Record, notes: _Notes) -> str:
    """The working directory relative to the workspace's project folder.

    One that lies elsewhere is imitated: it and the project get their names below the folder that both have in common,
    as in ``../../a/src/../../b`` for ``/b`` and the project ``/a/src`` (see `_project_names` of the working copy).
    """
    code = record.code
    if not posixpath.isabs(code.cwd):
        return code.cwd or "."
    if posixpath.isabs(code.project_root):
        common = posixpath.commonpath([code.project_root, code.cwd])
        project = posixpath.relpath(code.project_root, common)
        up = [".."] * (project.count("/") + 1)
        below = [] if code.cwd == common else [posixpath.relpath(code.cwd, common)]
        return "/".join([*up, project, *up, *below])
    notes.deviates(
        "working directory", code.cwd, "the project's folder in the workspace", "it is not known where the project was"
    )
    return "."


def _interpreter_options(record: Record, notes: _Notes) -> tuple[str, ...]:
    kept = []
    for option in record.code.interpreter_options:
        flags = option[1:] if option.startswith("-") and not option.startswith(("--", "-X", "-W", "-c", "-m")) else ""
        if any(f in flags for f in _REFUSED_FLAGS):
            rest = "".join(f for f in flags if f not in _REFUSED_FLAGS)
            notes.deviates("interpreter option", option, f"-{rest}" if rest else "none", "the replay must be confined")
            if rest:
                kept.append(f"-{rest}")
        else:
            kept.append(option)
    return tuple(kept)


def _arguments(record: Record, options: ReplayOptions, notes: _Notes) -> tuple[str, ...]:
    argv = record.code.argv
    notebook = record.code.kind is EntryKind.NOTEBOOK
    recorded = recorded_parameters(record.code)
    for name, value in options.overrides.items():
        if notebook:
            before = recorded.get(name, "the notebook's own")
        else:
            exchange = override(argv, name, value)
            argv, before = exchange.argv, exchange.before or "not given"
        shown = REDACTED if is_secret_name(name) else value
        if shown != before or shown == REDACTED:  # of a secret it is not known whether it is another one
            notes.deviates(f"parameter {name}" if notebook else f"argument {name}", before, shown, "--set")
    for argument in _redacted(argv):
        notes.lacks(f"argument {argument}", "its value is a secret that was not recorded: give it with --set")
    return argv


def _parameters(record: Record, options: ReplayOptions, notes: _Notes) -> dict[str, str]:
    if record.code.kind is not EntryKind.NOTEBOOK:
        return {}
    found = recorded_parameters(record.code)
    for name, value in found.items():
        if REDACTED in value and name not in options.overrides:
            notes.lacks(f"parameter {name}", "its value is a secret that was not recorded: give it with --set")
    return found


def _redacted(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the arguments whose values were not recorded."""
    names = []
    for place, argument in enumerate(argv):
        if REDACTED not in argument:
            continue
        if argument == REDACTED and place and argv[place - 1].startswith("-"):
            names.append(argv[place - 1])
        else:
            names.append(argument.partition("=")[0] if "=" in argument else f"number {place + 1}")
    return tuple(names)


def _skipped(here: HostState, notes: _Notes) -> tuple[tuple[int, str], ...]:
    for position, why in here.skipped_cells:
        notes.deviates(f"cell {position}", "run", "skipped, or some lines of it", why)
    for line, what in here.waiting:
        notes.lacks(f"line {line} {what}", "the replay may wait there until its time limit")
    return here.skipped_cells


# -- environment and machine ----------------------------------------------------------------------------------------


def _environment(record: Record, options: ReplayOptions, here: HostState, notes: _Notes) -> str:
    recorded = record.environment
    if not recorded.packages:
        if options.environment == REBUILD:
            notes.lacks("lock", "the environment cannot be rebuilt, so the current one is used")
        return CURRENT
    different = differences(recorded, here.environment)
    if options.environment == CURRENT or (options.environment is None and not different):
        # Another version says more than a package that is only on one side.
        different = tuple(sorted(different, key=lambda d: not (d.first and d.second)))
        for d in different[:_NAMED_PACKAGES]:
            notes.deviates(
                f"package {d.name}" if d.name != "python" else "Python", d.first or "none", d.second or "none"
            )
        rest = [d.name for d in different[_NAMED_PACKAGES:]]
        if rest:
            notes.deviates(f"{len(rest)} more packages", "other versions", "as installed here", ", ".join(rest)[:400])
        return CURRENT
    minor = recorded.python.split(".")[:2]
    if here.interpreters and not any(v.split(".")[:2] == minor for v in here.interpreters):
        notes.lacks(
            f"Python {recorded.python}", "the environment cannot be rebuilt here; --env current would do without"
        )
    for package in recorded.packages:
        url = package.url or ""
        elsewhere = _inside(url, record.code.project_root) is None and normalised(package.name) != "bis"
        if elsewhere and (package.editable or _is_folder(url)):
            why = "it was installed from a folder: only those of its modules that were imported are in the snapshot"
            notes.lacks(f"package {package.name}", why)
    return REBUILD


def _is_folder(url: str) -> bool:
    return url.startswith("file:") and not url.endswith((".whl", ".tar.gz", ".zip"))


def _variables(record: Record, here: HostState, notes: _Notes) -> dict[str, str]:
    """The recorded variables, and pins for thread counts that would otherwise follow this machine."""
    variables = _recorded_variables(record, notes)
    if record.machine.status is Status.MISSING:
        return variables
    for name, threads in thread_counts(record.machine).items():
        if threads != here.machine.usable_cores:
            variables.setdefault(name, str(threads))
    variables |= {k: v for k, v in kernel_pins(record.machine, here.machine).items() if k not in variables}
    old, new = record.machine, here.machine
    if old.architecture and new.architecture and old.architecture != new.architecture:
        notes.deviates("architecture", old.architecture, new.architecture, "rounding differs between architectures")
    elif old.cpu_model and new.cpu_model and old.cpu_model != new.cpu_model:
        notes.deviates(
            "CPU", old.cpu_model, new.cpu_model, "libraries choose their kernels by it, and round differently"
        )
    if old.gpus and old.gpus != new.gpus:
        notes.deviates("GPU", ", ".join(old.gpus), ", ".join(new.gpus) or "none", "kernels differ between devices")
    return variables


def _recorded_variables(record: Record, notes: _Notes) -> dict[str, str]:
    variables = {}
    for name, value in record.machine.variables.items():
        if REDACTED in value:
            notes.lacks(f"variable {name}", "it is not set in the replay: its value was not recorded")
        elif not is_of_machine(name):  # a record may come from anybody, and a variable may lead anywhere
            notes.lacks(f"variable {name}", "it is not one that a record sets")
        elif name != "PYTHONHASHSEED":
            variables[name] = value
    return variables


# -- randomness and data --------------------------------------------------------------------------------------------


def _states(record: Record, notes: _Notes) -> tuple[GeneratorState, ...]:
    """Generator states to restore: those of a run whose entropy was not served."""
    randomness = record.randomness
    if randomness.hash_seed is None:
        notes.lacks("hash seed", "the order of sets of strings may differ")
    if randomness.root is not None:
        return ()
    states = tuple(s for s in randomness.states if s.state)
    if not states:
        notes.lacks("randomness", "entropy was not served, so a program that sets no seed will differ")
    else:
        notes.lacks(
            "entropy", "generator states are restored; what asked the operating system for entropy later will differ"
        )
    return states


def _data(record: Record, here: HostState, notes: _Notes) -> tuple[DataPlacement, ...]:
    snapshot = record.code.snapshot
    held = {f.path: f.digest for f in snapshot.files} if snapshot else {}
    kept = {f.path for f in _carried(record)}
    read = {f.path for f in record.data.files}
    placements = []
    for file in record.data.files:
        if _is_setting(file.path) and (file.path in kept or not file.digest):
            notes.lacks(f"state of {file.path}", "the replay finds the file as it is now")
        elif file.path not in kept and (not file.digest or held.get(file.path) != file.digest):
            placed = _placement(file, here, record)
            if not file.digest and placed.found is not None and not placed.problem:
                notes.lacks(f"content of {file.path}", f"{placed.found} is taken for it, unchecked")
            placements.append(placed)
    for file in _carried(record):
        if _is_setting(file.path):
            continue
        target = _workspace_name(file.path, record)
        if target is not None:
            placements.append(DataPlacement(file, None, target, kept=True))
        elif file.path in read:
            why = (
                "the program changes it at its absolute place, where a replay may not write and a later state may be: "
                "give it another place with --set"
            )
            placements.append(DataPlacement(file, None, None, why, kept=True))
    return tuple(placements)


def _carried(record: Record) -> tuple[FileDigest, ...]:
    """Files that the program changed, as they were before."""
    return record.data.carried.files if record.data.carried is not None else ()


def _is_setting(path: str) -> bool:
    """Whether a file outside of the project is one of those that libraries keep in hidden folders for all programs."""
    return posixpath.isabs(path) and "/." in path


def _later(record: Record) -> tuple[str, ...]:
    """Where those of them that it read are now, in a later state."""
    root = record.code.project_root
    read = {f.path for f in record.data.files}
    names = [f.path for f in _carried(record) if f.path in read and not _is_setting(f.path)]
    return tuple(posixpath.normpath(posixpath.join(root, n)) for n in names if root or posixpath.isabs(n))


def _placement(file: FileDigest, here: HostState, record: Record) -> DataPlacement:
    found = here.files.get(file.path)
    target = _workspace_name(file.path, record)
    if found is None:
        return DataPlacement(file, None, target, f"not found, though the program read it ({file.size_bytes} bytes)")
    if not file.digest and found.path == posixpath.join(record.code.project_root, file.path):
        why = f"what the program read of it was not recorded, and {found.path} may be another file by now"
        return DataPlacement(file, found.path, target, why)
    if found.state == "changed":
        return DataPlacement(file, found.path, target, f"{found.path} is another file than the one that was read")
    if found.state == "unread":
        return DataPlacement(file, found.path, target, f"{found.path} cannot be read, so it cannot be checked")
    if target is None and found.path != file.path:
        why = f"found as {found.path}, but the program looks for it at its absolute place: give it another with --set"
        return DataPlacement(file, found.path, None, why)
    return DataPlacement(file, found.path, target)


def _workspace_name(path: str, record: Record) -> str | None:
    """Where the program will look for a file, relative to the project folder; None where that is outside."""
    if not posixpath.isabs(path):
        return path
    root, cwd = record.code.project_root, record.code.cwd
    if not posixpath.isabs(root):
        return None
    # A program may have named it as a neighbour (../data.csv) or by its whole path: it is put where the first finds
    # it, and stays where the second does.
    near = _levels_up(path, root) <= NEIGHBOURS
    if posixpath.isabs(cwd):  # elsewhere: what lies there is named from there
        near = near or (_levels_up(path, cwd) <= NEIGHBOURS if cwd != "/" else path.count("/") == 1)
    return posixpath.relpath(path, root) if near else None


def _levels_up(path: str, folder: str) -> int:
    """How many folders above `folder` the way to a path leads."""
    return posixpath.relpath(path, folder).split("/").count("..")
