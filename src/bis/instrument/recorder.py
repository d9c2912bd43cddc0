"""The recorder inside the user's program: what it watches, and when.

Standard library only, light, and behind a fence: it works in every interpreter that the program starts, whether bis's
own dependencies are installed there or not. It writes events to the spool and judges nothing.
"""

from __future__ import annotations

import atexit
import errno
import os
import sys

from bis.instrument.events import EventWriter
from bis.instrument.fence import Fence
from bis.instrument.light_json import encoded
from bis.instrument.own_frames import hide_own_frames
from bis.instrument.own_work import OwnWork
from bis.instrument.path_events import EVENTS, GONE, LISTINGS, MADE, MOVED, NATIVE_OPEN, changes, listing
from bis.instrument.session_view import AMBIENT, NO_INPUT, REPLAY, RUN
from bis.instrument.user_names import OWN_IMPORTS
from bis.instrument.variable_reads import VariableReads

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any

    from bis.instrument.carried_files import CarriedFiles
    from bis.instrument.network_attempts import NetworkAttempts
    from bis.instrument.operation_log import OperationLogger
    from bis.instrument.probe_sightings import ModelSightings
    from bis.instrument.session_view import SessionView
    from bis.instrument.standard_input import StandardInputCopy

# Reads below these are not data: interpreter, packages, kernel interfaces.
_SYSTEM = ("/proc/", "/sys/", "/dev/", "<")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAX_PATHS = 100_000
_MAX_LISTED = 1000  # names in one folder
_MAX_LISTINGS = 2000
_MAX_PENDING = 200_000  # a process that lives for months and starts no run must not grow
_CHILDREN = frozenset({"subprocess.Popen", "os.posix_spawn", "os.exec"})
_CACHE = f"{os.sep}__pycache__{os.sep}"  # the interpreter's own, written under passing names
_IMPORTING = "<frozen importlib"  # files of the code that looks for modules in folders
_WATCHED = _CHILDREN | EVENTS | LISTINGS | {"open", "os.system", NATIVE_OPEN}
# Without one of these a program has no trained model that could be digested.
MODEL_LIBRARIES = ("sklearn", "torch", "keras", "tf_keras", "xgboost", "lightgbm", "catboost", "statsmodels")
_DRAWN_SEED = "seeds are drawn from the root of their role, to vary what they fix"
_CODE = (".py", ".pyc", ".so", ".pyd", ".pth", ".dll", ".dylib")


class Recorder:
    """Records one process; `session` holds the launcher's instructions.

    Events are kept in memory until `open_spool` was called, so that a process in which no run ever starts leaves
    nothing on the disk.
    """

    def __init__(self, session: SessionView) -> None:
        self.session = session
        self.fence = Fence()
        self.is_main = True
        self.pid = os.getpid()
        self.runs: dict[str, int] = {}
        self.entropy: Any = None
        self.sightings: ModelSightings | None = None
        self.operations: OperationLogger | None = None
        self.network: NetworkAttempts | None = None
        self._has_noted_entropy = False
        self._was_interrupted = False
        self._writer: EventWriter | None = None
        self._pending: list[tuple[str, dict[str, Any]]] = []
        self._opened: set[tuple[str, bool]] = set()
        self._busy = OwnWork()
        self._digests: dict[str, set[str]] = {}
        self._secrets: dict[str, str] = {}
        self._ignored: tuple[str, ...] = ()
        self._stores: tuple[str, ...] = ()
        self._databases: frozenset[str] = frozenset()
        self._carried: CarriedFiles | None = None
        self._listings = 0
        self._keeps = session.mode != REPLAY  # a replay's own state is thrown away with it
        self._stdin = self._input_copy()
        self._variables = VariableReads(self.fence, self._variable_seen, self._busy)

    # -- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start observing: files, child processes, exceptions, the end."""
        self._describe_process()
        self.watch()

    def watch(self) -> None:
        """Observe, without a word about the process: what is seen is kept where `open_spool` was not called."""
        self._ignored = _ignored_prefixes(self.session)
        sys.addaudithook(_only_watched(self._audit))
        self.fence.run("variables", self._variables.attach)
        if self._stdin is not None:
            self.fence.run("standard input", self._stdin.attach)
        self._chain_excepthook()
        atexit.register(self.end)

    def go_on(self, session: SessionView) -> None:
        """Record a fork of a process that has only imported, as if it had imported itself: see `warm_parent`."""
        self.session = session
        self.pid = os.getpid()
        self._writer = EventWriter(session.spool)
        pending, self._pending = self._pending, []
        self._describe_process()
        for kind, facts in pending:
            self.note(kind, **facts)

    def _describe_process(self) -> None:
        self.is_main = self._claim_main()
        self.note(
            "process",
            main=self.is_main,
            ppid=os.getppid(),
            argv=list(getattr(sys, "orig_argv", sys.argv)),
            executable=sys.executable,
            prefix=sys.prefix,
            base_prefix=sys.base_prefix,
            python=sys.version.split()[0],
            cwd=_cwd(),
            hash_seed=os.environ.get("PYTHONHASHSEED"),
        )

    def open_spool(self, folder: str) -> None:
        """Write to `folder` from now on, first what was kept until now."""
        self._writer = EventWriter(folder)
        pending, self._pending = self._pending, []
        for kind, facts in pending:
            self.note(kind, **facts)

    @property
    def spooling(self) -> bool:
        """Whether events go to the disk already."""
        return self._writer is not None

    def note(self, kind: str, **facts: Any) -> None:
        """Write one event; a full disk is reported once and loses the event, nothing else."""
        if self._writer is None:
            if len(self._pending) < _MAX_PENDING:
                self._pending.append((kind, facts))
            return
        try:
            self._writer.write(kind, **facts)
        except OSError as error:
            self.fence.failed("events", error)

    def end(self) -> None:
        """Note what is known at the end only: loaded libraries, thread pools, models, draws of entropy."""
        if self.session.mode == AMBIENT and not self.runs:
            return
        if os.getpid() != self.pid:  # a forked copy of the program: the original process notes the rest
            self.fence.run("randomness", self._note_entropy)
            self.fence.run("storing", self._ask_for_storing)
            return
        if self.operations is not None and self.is_main and self.operations.is_attached:
            with self._busy:
                self.fence.run("operations", self.operations.write)
        self.predict()
        for what, work in (
            ("variables", self._note_variables),
            ("modules", self._note_modules),
            ("machine", self._note_machine),
            ("models", self._note_global_models),
            ("randomness", self._note_entropy),
        ):
            self.fence.run(what, work)
        if self.network is not None and self.is_main:
            self.fence.run("network", self.network.note_count)
        for what, why in self.fence.failures.items():
            self.note("failed", what=what, why=why)
        self.note("end")
        if not self.is_main:
            self.fence.run("storing", self._ask_for_storing)
        if self._was_interrupted and not hasattr(sys, "ps1"):  # last: what is imported after it undoes it
            _end_by_interrupt()

    def _ask_for_storing(self) -> None:
        """See to it that what this process logged is stored, where the program that it is a child of has ended."""
        if self.session.mode == RUN and self.runs:
            from bis.instrument.late_storing import ask_for_storing, program_has_ended  # at the end of children only

            if program_has_ended(self.session):
                with self._busy:
                    ask_for_storing(self.session)

    def unwatched(self) -> OwnWork:
        """A context: what bis itself opens in this thread is not the program's doing."""
        return self._busy

    @property
    def variables_set(self) -> list[str]:
        """The environment variables that the process has set itself."""
        return self._variables.names_set

    # -- observations -------------------------------------------------------------------------------------------------

    def run_seen(self, run_id: str, *, how: str, experiment_id: str, uri: str, **identity: Any) -> None:
        """Note that an MLflow run was created or resumed by this process, and by what it can be told from others."""
        if run_id in self.runs:
            return
        ordinal = self.runs[run_id] = len(self.runs)
        self.note("run", run_id=run_id, how=how, experiment_id=experiment_id, uri=uri, ordinal=ordinal, **identity)

    def store_seen(self, uri: str) -> None:
        """Leave out the files of a store of MLflow: they are its bookkeeping, and no data of the program."""
        paths = _store_paths(uri)
        self._stores = (*self._stores, *(p for p in paths if p.endswith(os.sep) and p not in self._stores))
        self._databases |= {p for p in paths if not p.endswith(os.sep)}

    def keep_secret(self, name: str, value: str) -> None:
        """Keep what storing needs and no evidence may hold in a file of this process, until the session is stored."""
        if value in self._secrets.values():
            return
        self._secrets[f"{name}.{len(self._secrets)}"] = value
        path = os.path.join(self.session.spool, f"secrets-{os.getpid()}.json")  # noqa: PTH118 (pathlib is not loaded)
        content = encoded(self._secrets)
        descriptor = os.open(f"{path}.tmp", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            if os.write(descriptor, content) < len(content):
                raise OSError(errno.ENOSPC, "No space left on device")
        finally:
            os.close(descriptor)
        os.replace(f"{path}.tmp", path)  # noqa: PTH105 (pathlib is not loaded)

    def model_seen(self, name: str, model: Any, run_id: str = "", *, named: bool = True) -> None:
        """Note the weights of a model that is being logged to a run, or (without one) was found at the end.

        `named` is false where MLflow or its server made up the name.
        """
        from bis.instrument.weight_probe import weights_digest  # where there are models only

        if self.sightings is not None and named:
            self.sightings.logged(name, model)
        weights = weights_digest(model, name=name)
        if weights is None:
            return
        logged_to = self._digests.setdefault(weights["digest"], set())
        if run_id not in logged_to and (run_id or not logged_to):
            logged_to.add(run_id)
            self.note("model", run_id=run_id, named=named, **weights)

    # -- hooks --------------------------------------------------------------------------------------------------------

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if self._busy.going_on:
            return
        if event in {"open", NATIVE_OPEN}:
            with self._busy:
                try:
                    path, _mode, flags = args
                    self._opened_path(path, flags)
                except Exception as error:  # noqa: BLE001 (an audit hook that raises would make the user's open() fail)
                    self.fence.failed("data", error)
        elif event in EVENTS:
            with self._busy:
                self.fence.run("data", self._changed_files, event, args)
        elif event in LISTINGS:
            if not _is_import():
                with self._busy:
                    self.fence.run("data", self._listed_folder, args[0])
        elif event in _CHILDREN:
            self.fence.run("data", self._started_child, event, args)
        elif event == "os.system":
            self.fence.run("data", self._started_shell, args)

    def _opened_path(self, path: Any, flags: Any) -> None:
        if self._stdin is not None:
            self._stdin.opened(path)
        if type(path) is not int:
            self._opened_file(path, _mode_of(flags))

    def _input_copy(self) -> StandardInputCopy | None:
        """What copies standard input; None where there is none to be read."""
        given = self.session.stdin
        if given is None or given.get("kind") == NO_INPUT:
            return None
        from bis.instrument.standard_input import StandardInputCopy  # where there is input only

        return StandardInputCopy(self.session, self.fence, self._busy, lambda how: self.note("stdin", how=how))

    def _changed_files(self, event: str, args: tuple[Any, ...]) -> None:
        for path, mode in changes(event, args):
            if mode not in {MOVED, GONE}:
                self._opened_file(path, mode)
                continue
            folder = os.path.abspath(path)  # noqa: PTH100
            if mode == MOVED:
                read = [n for n, written in list(self._opened) if not written and n.startswith(folder + os.sep)]
                for name in read:
                    self._opened_file(name, "w")
            self._opened.add((folder, True))  # it was there: one that is made anew in its place is nothing new

    def _listed_folder(self, path: Any) -> None:
        """Note what is in a folder of the project when the program first looks: it may count what earlier runs left."""
        if isinstance(path, int) or not self._keeps or self._listings >= _MAX_LISTINGS:
            return
        name = os.path.abspath(os.fsdecode(path or "."))  # noqa: PTH100
        project = self.session.project_root
        inside = name == project or name.startswith(project.rstrip(os.sep) + os.sep)
        if not inside or name.startswith((*self._ignored, *self._stores)) or (name + os.sep, False) in self._opened:
            return
        self._opened.add((name + os.sep, False))
        self._listings += 1
        found = listing(name, _MAX_LISTED)
        if found is not None:
            self.note("listed", path=name, files=found[0], folders=found[1])

    def _opened_file(self, path: Any, mode: str) -> None:
        name = os.fsdecode(path)
        if name.startswith(_SYSTEM):
            return
        name = os.path.abspath(name)  # noqa: PTH100 (called for every open of the program: the quick one)
        writes = mode != "r"
        if name.startswith(self._ignored) or _CACHE in name or (not writes and name.endswith(_CODE)):
            return
        if (name, writes) in self._opened or len(self._opened) >= _MAX_PATHS:
            return
        self._opened.add((name, writes))
        if name in self._databases or (name.startswith(self._stores) and "/artifacts/" not in name):
            return
        try:
            state = os.stat(name)  # noqa: PTH116 (same)
        except OSError:  # it does not exist yet (or not at all: a read of it will fail)
            if mode == MADE:
                self.note("made", path=name)
            elif writes:
                self.note("open", path=name, mode=mode, size=-1, mtime_ns=0)
            return
        if mode == MADE or (state.st_mode & 0o170000) != 0o100000:
            return
        if writes and self._keeps and self._writer is not None:
            with OWN_IMPORTS:
                self._keep(name, mode, state)
        self.note("open", path=name, mode=mode, size=state.st_size, mtime_ns=state.st_mtime_ns)

    def _keep(self, name: str, mode: str, state: os.stat_result) -> None:
        if self._carried is None:
            from bis.instrument.carried_files import CarriedFiles  # where a file is changed only

            self._carried = CarriedFiles(self.session.spool, self.session.project_root, self.note)
        read = (name, False) in self._opened
        self._carried.keep(name, mode, state, was_read=read, is_main=self.is_main)

    def _started_child(self, event: str, args: tuple[Any, ...]) -> None:
        command = args[1] if len(args) > 1 else ()
        words = [os.fsdecode(a) for a in command] if isinstance(command, (list, tuple)) else [str(command)]
        program = os.path.basename(os.fsdecode(args[0]) if args[0] else (words[0] if words else ""))  # noqa: PTH119 (pathlib is not loaded)
        folder = args[2] if event == "subprocess.Popen" and len(args) > 2 and args[2] else ""
        cwd = os.path.abspath(os.fsdecode(folder)) if folder else _cwd()  # noqa: PTH100 (pathlib is not loaded)
        env = args[3 if event == "subprocess.Popen" else 2] if len(args) > 2 else None
        bare = bool(env is not None and "BIS_SPOOL" not in env and b"BIS_SPOOL" not in env)
        self.note("child", command=words[:20], python=program.startswith("python"), event=event, cwd=cwd, bare=bare)

    def _started_shell(self, args: tuple[Any, ...]) -> None:
        self.note("child", command=[os.fsdecode(args[0])], python=False, cwd=_cwd())

    def _variable_seen(self, name: str, how: str, there: bool, file: str, line: int) -> None:  # noqa: FBT001 (as it comes)
        self.note("variable", name=name, how=how, there=there, file=file, line=line)

    def _chain_excepthook(self) -> None:
        previous = sys.excepthook

        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            self._was_interrupted = kind is KeyboardInterrupt
            trace = self.fence.run("outputs", hide_own_frames, error) or trace
            self.fence.run("outputs", self.exception_seen, kind, error, trace)
            previous(kind, error, trace)

        sys.excepthook = hook

    def exception_seen(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Note an exception that nothing caught."""
        from traceback import format_exception  # takes 5 ms to load, and is not needed elsewhere

        text = "".join(format_exception(kind, error, trace))
        self.note("exception", type=kind.__name__, message=str(error)[:2000], traceback=text[-20_000:])

    # -- the end ------------------------------------------------------------------------------------------------------

    def _note_variables(self) -> None:
        self.note("library-variables", names={n: list(facts) for n, facts in self._variables.of_libraries.items()})

    def _note_modules(self) -> None:
        from bis.instrument.runtime_probe import file_of  # at the end only

        files = {}
        for name, module in list(sys.modules.items()):
            path = file_of(module)
            if isinstance(path, str) and not path.startswith(self._ignored):
                files[name] = path
        # In the order in which their imports began: what imports them once more does so in this order.
        self.note("modules", files=files, loaded=list(sys.modules))

    def _note_machine(self) -> None:
        from bis.instrument.runtime_probe import inprocess_machine_facts  # at the end only

        with self._busy:  # it loads a library that sets a variable
            facts = inprocess_machine_facts()
        self.note("machine", facts=facts)

    def _note_global_models(self) -> None:
        if not self.is_main or not any(name in sys.modules for name in MODEL_LIBRARIES):
            return
        from bis.instrument.weight_probe import find_models  # where there may be models only

        main = sys.modules.get("__main__")
        for name, model in find_models(vars(main) if main else {}):
            self.model_seen(name, model)

    def _note_entropy(self) -> None:
        if self.entropy is not None and not self._has_noted_entropy:
            self._has_noted_entropy = True
            self.note("entropy", trace=self.entropy.trace())
            self.entropy.report_draws()

    def predict(self) -> None:
        """Note what the models of the program predict, where it was asked for and has not been noted yet."""
        sightings, self.sightings = self.sightings, None
        if sightings is None or not self.is_main or os.getpid() != self.pid:
            return
        self.fence.run("randomness", self._note_entropy)  # predictions may draw, and that is not the program's doing
        self.fence.run("predictions", self._note_predictions, sightings)

    def _note_predictions(self, sightings: ModelSightings) -> None:
        from bis.instrument.probe_report import note_predictions  # in replays with a probe only

        main = sys.modules.get("__main__")
        with self._busy:
            note_predictions(self, sightings, vars(main) if main else {})

    def _claim_main(self) -> bool:
        if self.session.mode == AMBIENT:
            return True
        claim = os.path.join(self.session.spool, "main.claim")  # noqa: PTH118 (pathlib is not loaded)
        try:
            os.close(os.open(claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        except OSError:  # a full disk: the first process is then the one that finds no events of others
            pass
        try:
            return not any(name.startswith("events-") for name in os.listdir(self.session.spool))  # noqa: PTH208 (as above)
        except OSError:
            return False


class SpoolObserver:
    """Hands what the entropy hooks see to the recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def seed(self, api: str, value: object, file: str, line: int, helper: str = "") -> None:
        """Note a seed that the program set."""
        self._recorder.note("seed", api=api, value=str(value)[:200], file=file, line=line, helper=helper)

    def state(self, generator: str, digest: str, state: str | None) -> None:
        """Note the first state of a generator."""
        self._recorder.note("state", generator=generator, digest=digest, state=state)

    def draws(self, key: str, roles: list[dict[str, object]]) -> None:
        """Note what was drawn for each role."""
        self._recorder.note("draws", key=key, roles=roles)

    def deviation(self, what: str, seed: str, role: str, file: str, line: int) -> None:
        """Note a seed of the program that this replay draws from the root of a role."""
        name = os.path.relpath(file, self._recorder.session.project_root) if os.path.isabs(file) else file  # noqa: PTH117 (pathlib is not loaded)
        self._recorder.note(
            "deviation", what=f"{what} at {name}:{line}", recorded=seed, replayed=f"drawn for {role}", why=_DRAWN_SEED
        )

    def uncontrolled(self, what: str, why: str) -> None:
        """Note randomness that a replay cannot repeat."""
        self._recorder.note("uncontrolled", what=what, why=why)

    def failed(self, what: str, error: BaseException) -> None:
        """Note a hook that did not work."""
        self._recorder.fence.failed(f"randomness ({what})", error)
        self._recorder.note("uncontrolled", what=what, why=f"its hook failed: {error}")


def _ignored_prefixes(session: SessionView) -> tuple[str, ...]:
    bis = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 (pathlib is not loaded)
    roots = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, bis, session.spool}
    found = {p for r in roots if r for p in (os.path.normpath(r), os.path.realpath(r))}
    # A project may live inside the prefix (a container's /usr, a conda base): its own files are still watched, below.
    return tuple(p.rstrip(os.sep) + os.sep for p in sorted(found) if not session.project_root.startswith(p + os.sep))


def _is_import() -> bool:
    """Whether what an audit hook is called for is Python's search for a module."""
    try:
        caller = sys._getframe(3)  # noqa: SLF001 (the documented way)
    except ValueError:  # a thread that runs a function of C, and nothing else
        return False
    return caller.f_code.co_filename.startswith(_IMPORTING)


def _store_paths(uri: str) -> tuple[str, ...]:
    """Where a store of MLflow keeps its files: a database and what lies beside it, or a folder with a separator."""
    scheme, colon, rest = uri.partition(":")
    if scheme == "sqlite" or scheme.startswith("sqlite+"):
        path = rest.partition("?")[0]
        if len(path) <= 3:  # in memory
            return ()
        database = os.path.abspath(path[3:])  # noqa: PTH100 (pathlib is not loaded)
        return tuple(database + end for end in ("", "-journal", "-wal", "-shm"))
    if colon and scheme != "file" and len(scheme) > 1:  # a server
        return ()
    path = rest if scheme == "file" and colon else uri
    return (os.path.abspath(path.removeprefix("//")).rstrip(os.sep) + os.sep,)  # noqa: PTH100


def _mode_of(flags: Any) -> str:
    """The flags of an ``open`` in the letters of Python's own."""
    if not isinstance(flags, int) or not flags & _WRITING:
        return "r"
    if flags & os.O_APPEND:
        return "a"
    if flags & os.O_RDWR and not flags & os.O_TRUNC:
        return "r+"
    return "w"


def _only_watched(watch: Callable[[str, tuple[Any, ...]], None]) -> Callable[[str, tuple[Any, ...]], None]:
    """The audit hook: `watch` for the few events that are of interest.

    A plain function, which the interpreter calls several times faster than a method: logging 1,000 values with
    MLflow raises over 100,000 other events.
    """
    watched = _WATCHED

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in watched:
            watch(event, args)

    return hook


def _end_by_interrupt() -> None:
    """Let the interpreter end by SIGINT, as it does after an interrupt that nothing caught.

    It notes that when code that it compiled from text ends so, and forgets it when such code is run once more, which
    modules do that are imported at the end.
    """
    try:
        exec("raise KeyboardInterrupt")  # noqa: S102 (as said)
    except KeyboardInterrupt:
        return


def _cwd() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 (pathlib is not loaded)
    except OSError:
        return ""
