"""The first run of a stranger's program: recorded, in quarantine and in a sandbox, as a replay is."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from bis._replay.containment import SandboxedProgram, SandboxPlace, chosen_kind, contain
from bis._replay.own_home import with_own_home
from bis._replay.program_environment import neutralise
from bis._replay.templates import lend_templates
from bis._replay.trusted_sightings import trusted_sightings
from bis._replay.what_was_stopped import stopped
from bis._version import __version__
from bis.config import MIB, Settings, home
from bis.evidence import spool as spool_files
from bis.evidence.redaction import Redactor
from bis.evidence.spool import write_document
from bis.evidence.store import EvidenceStore
from bis.evidence.store_migration import bring_up_to_date, make_store
from bis.instrument.quarantine import ARTIFACTS, DATABASE, database_uri, keep_template, prepare_database
from bis.launch.kernel_folders import kernel_folder
from bis.launch.launcher import child_environment, launch, write_session
from bis.launch.liveness import release
from bis.launch.runners import Launch, NotebookOptions
from bis.launch.sandbox.leftovers import end_leftovers
from bis.model.facets import EntryKind, Environment, Outputs, Package
from bis.model.record import Mode
from bis.model.sandbox import SandboxKind, SandboxRequest
from bis.model.session import Quarantine, Session
from bis.model.tried_project import Candidate
from bis.model.verdict import Deviation
from bis.record.assembly import texts
from bis.record.observed_session import ObservedSession, outputs_of
from bis.record.preparation import prepare
from bis.record.probes.packages import probe_environment
from bis.record.storing import store_session

# All that belongs to one program, beside the copy of its project and its store.
SPOOL, TEMPORARY, HOME, SANDBOX, TEMPLATES = "session", "tmp", "home", "sandbox", "templates"
OWN_FOLDERS = (SPOOL, TEMPORARY, HOME, SANDBOX, TEMPLATES)
_SHIM = "bis_installed_command.py"
_INSTALLED = '''\
"""What an installer would have made of an entry of [project.scripts]."""

import sys

from {module} import {root}

if __name__ == "__main__":
    sys.argv[0] = {command!r}
    sys.exit({function}())
'''


STRANGERS = SandboxRequest(foreign=True, own_home=True)


@dataclass(frozen=True, slots=True)
class ProgramToTry:
    """A program with the places that it needs: `work` is the copy of its project, `store` where its runs go.

    With `installed` the project's own packages are importable, as if it were installed; `roots` are further folders of
    it (relative) from which modules are imported. `sandbox` is what it runs in.
    """

    candidate: Candidate
    work: Path
    store: Path
    python: Path
    environment: Environment
    installed: bool = False
    roots: tuple[str, ...] = ()
    timeout_s: float | None = None
    sandbox: SandboxRequest = field(default_factory=lambda: STRANGERS)

    @property
    def folder(self) -> Path:
        """The one in which all lies that belongs to it."""
        return self.store.parent

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """From where modules of the project are imported, beside its own folder."""
        own = import_folders(self.work) if self.installed else ()
        named = [self.work / root if root != "." else self.work for root in self.roots]
        # A replay takes a project's folder alone for one that is installed, with its modules in `src`.
        source = self.work / "src"
        also = self.work in named and source.is_dir() and not (source / "__init__.py").exists()
        return tuple(dict.fromkeys((*own, *named, *((source,) if also else ()))))


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What was seen of it; `outputs` are those of the whole program, `deviations` what was stopped."""

    seen: ObservedSession
    outputs: Outputs
    run_ids: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    @property
    def created(self) -> int:
        """The number of MLflow runs that the program created."""
        return sum(run.how == "created" for run in self.seen.runs)


def run_recorded(program: ProgramToTry, settings: Settings) -> FirstRun:
    """Run a program once, recorded, in its copy of the project; its MLflow runs go to a store of their own.

    Raises
    ------
    BisError
        It cannot be started, or the disk refuses.
    """
    kind = chosen_kind(program.sandbox)
    folder = program.folder
    for name in OWN_FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    spool = folder / SPOOL
    # Not among the temporary files of the program, all of which belong to its record: a kernel reads its own address.
    sockets = kernel_folder() if program.candidate.target.endswith(".ipynb") else None
    session = write_session(_session(program, spool, kind, sockets))
    try:
        prepare(session, settings)
        write_document(spool / spool_files.ENVIRONMENT, recorded_environment(program))
        for place in (TEMPORARY, SANDBOX):
            (folder / place).mkdir(exist_ok=True)
        program.store.mkdir(exist_ok=True)
        lend_templates(home() / "templates", folder / TEMPLATES)
        env = _variables(program, session)
        own = (
            program.work,
            program.store,
            *(folder / n for n in OWN_FOLDERS if n != SANDBOX),
            *filter(None, (sockets,)),
        )
        contained = contain(
            program.sandbox,
            kind,
            SandboxPlace(folder / SANDBOX),
            SandboxedProgram(
                str(program.python), (), env, Path(session.cwd), program.timeout_s, tuple(str(place) for place in own)
            ),
            home=home(),
        )
        try:
            launch(
                Launch(
                    session=session,
                    python=str(program.python),
                    cwd=Path(session.cwd),
                    env=env,
                    prefix=contained.prefix,
                    echo=False,
                    own_group=True,
                    timeout_s=program.timeout_s,
                    stdout_bytes=int(settings.stdout_mib * MIB),
                    notebook=NotebookOptions(skip_installs=True, folder=sockets),
                )
            )
        finally:
            if contained.stand_ins is not None:
                end_leftovers(folder / SANDBOX)
    finally:
        release(spool)
        if sockets is not None:
            shutil.rmtree(sockets, ignore_errors=True)
    seen = trusted_sightings(session, folder)
    outputs = outputs_of(seen, None, redact=texts(Redactor(os.environ)))
    return FirstRun(seen, outputs, deviations=tuple(stopped(seen, contained.stand_ins)))


def _variables(program: ProgramToTry, session: Session) -> dict[str, str]:
    base = {**neutralise(os.environ, program.store), "TMPDIR": str(program.folder / TEMPORARY)}
    base = with_own_home(base, program.folder / HOME)
    if program.import_folders:
        base["PYTHONPATH"] = os.pathsep.join(str(folder) for folder in program.import_folders)
    return child_environment(session, base)


def stored(first: FirstRun, store: Path) -> FirstRun:
    """Put the evidence with the runs of the program, or with one that is made for it.

    Raises
    ------
    BisError
        It cannot be stored.
    """
    database, templates = store / DATABASE, home() / "templates"
    if not database.exists() and not prepare_database(store, templates, str(store / ARTIFACTS)):
        make_store(database, store / ARTIFACTS)
        keep_template(store, templates)
    bring_up_to_date(database)
    # The program could write there: what it was told is what counts.
    write_document(first.seen.folder / spool_files.SESSION, first.seen.session)
    done = store_session(first.seen.folder, store=EvidenceStore(database_uri(store)))
    return replace(first, run_ids=done.run_ids)


def import_folders(work: Path) -> tuple[Path, ...]:
    """From where a project's packages are imported once it is installed; both, where `src` is a package itself."""
    source = work / "src"
    if not source.is_dir():
        return (work,)
    return (work, source) if (source / "__init__.py").exists() else (source,)


def recorded_environment(program: ProgramToTry) -> Environment:
    """What is installed where the program runs, its project included where that is importable."""
    folder = program.python.parents[1]
    sites = [str(p) for p in (folder / "Lib" / "site-packages", *sorted(folder.glob("lib/python*/site-packages")))]
    asked = program.environment
    found = probe_environment(sites, python=asked.python, implementation=asked.implementation)
    # As it was asked for, where the metadata say the same in other words: a replay then finds the environment built.
    named = {p.name: p for p in asked.packages}
    packages = tuple(named.get(p.name, p) for p in found.packages)
    if program.import_folders:
        places = program.import_folders
        if len(places) == 1 and places == import_folders(program.work):  # a replay finds the one `src` itself
            places = (program.work,)
        packages += tuple(
            Package(f"project-under-trial-{number}", "0", place.as_uri(), editable=True)
            for number, place in enumerate(places)
        )
    return replace(found, packages=packages)


def _session(program: ProgramToTry, spool: Path, sandbox: SandboxKind, sockets: Path | None) -> Session:
    candidate = program.candidate
    cwd = program.work / candidate.cwd
    target, kind = candidate.target, EntryKind.SCRIPT
    if candidate.function:
        target = _with_shim(program)
    elif candidate.module:
        kind = EntryKind.MODULE
    elif target.endswith(".ipynb"):
        kind = EntryKind.NOTEBOOK
    return Session(
        version=spool_files.VERSION,
        session=time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(6),
        mode=Mode.RUN,
        started_unix_s=time.time(),
        bis_version=__version__,
        kind=kind,
        target=target,
        argv=candidate.argv,
        interpreter_options=(),
        cwd=str(cwd),
        project_root=str(program.work),
        root=secrets.token_hex(32),
        serve=True,
        hash_seed=str(secrets.randbelow(2**32 - 1) + 1),
        spool=str(spool),
        tracking_uri=database_uri(program.store),
        tracking_variable=database_uri(program.store),
        quarantine=Quarantine(
            folder=str(program.store),
            writable=(
                *(str(program.folder / name) for name in OWN_FOLDERS if name != SANDBOX),
                *((str(sockets),) if sockets else ()),
            ),
            templates=str(program.folder / TEMPLATES),
            sandbox=sandbox.value,
            network=program.sandbox.network or sandbox is SandboxKind.NONE,
        ),
    )


def _with_shim(program: ProgramToTry) -> str:
    """Write what an installer would have put on the path; its name, relative to the working directory."""
    candidate = program.candidate
    text = _INSTALLED.format(
        module=candidate.target,
        root=candidate.function.partition(".")[0],
        command=candidate.command,
        function=candidate.function,
    )
    (program.work / candidate.cwd / _SHIM).write_text(text, encoding="utf-8")
    return _SHIM
