"""Runs and their evidence in MLflow: the only place of bis that talks to a tracking server.

Small searchable facts are tags named ``bis.*``; the rest are artifacts under ``bis/`` (docs/formats/record.md).
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from bis.config import home, tracking_uri_given
from bis.errors import EvidenceDamaged, RunNotFound
from bis.evidence.addresses import local_path
from bis.evidence.arrived_artifacts import check_arrived, goes_through_server
from bis.evidence.artifact_folders import files_in, kept_here, needs_server, put_file
from bis.evidence.default_store import default_uri
from bis.evidence.digests import digest_bytes
from bis.evidence.machine_seal import DIGEST, SEAL, seal
from bis.evidence.new_database import settle
from bis.evidence.record_document import read_record, record_text
from bis.evidence.record_tags import record_tags, with_tags
from bis.evidence.reentrancy import unobserved
from bis.evidence.run_index import all_runs
from bis.evidence.sqlite_reader import (
    SqliteReader,
    database_of,
    file_of,
    is_current,
    is_to_be_made,
    sqlite_reader,
)
from bis.evidence.sqlite_writer import LeftToMLflow, SqliteWriter
from bis.evidence.store_errors import as_errors_of_bis, first_line, not_an_address, not_fetched, shown_uri, uploading
from bis.evidence.tracking_reader import NO_RUNS, ClientReader, TrackedRun, TrackingReader
from bis.evidence.tracking_writer import ClientWriter, TrackingWriter
from bis.model.facets import Curve, Outputs, Parameters, Status
from bis.model.lock import lock_text
from bis.model.record import Record, missing_record
from bis.model.stored_runs import RunFilter, RunPage, RunSummary, StoredAttribution, StoredBisection, StoredVerdict

FOLDER = "bis"
RECORD = f"{FOLDER}/record.json"
SOURCE = f"{FOLDER}/source.tar.gz"
CARRIED = f"{FOLDER}/carried.tar.gz"
LOCK = f"{FOLDER}/environment.lock"
NOTEBOOK = f"{FOLDER}/notebook.ipynb"
STDIN = f"{FOLDER}/stdin.bin"
PARENT = "mlflow.parentRunId"
_FULL_ID = 32
_MANY = 100
_T = TypeVar("_T")
_RUN_ID = re.compile(r"[0-9a-fA-F-]{1,64}")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as MLflow has it, with its record.

    `recorded` is false where bis never saw the run; `record` then has what its tags say. `verdict` is the latest one
    (or `verdict_problem` says why it cannot be read), `replays` are the child runs that replay it, the first one first,
    `attribution` is the latest explanation (or `attribution_problem` says why it cannot be read), `bisection` the
    latest bisection (or `bisection_problem`); they are filled in by `bis.show` only.
    """

    run_id: str
    experiment_id: str
    name: str
    status: str
    started_unix_s: float
    artifact_uri: str
    tags: Mapping[str, str]
    record: Record
    recorded: bool
    verdict: StoredVerdict | None = None
    verdict_problem: str = ""
    replays: tuple[RunSummary, ...] = ()
    attribution: StoredAttribution | None = None
    attribution_problem: str = ""
    bisection: StoredBisection | None = None
    bisection_problem: str = ""


class EvidenceStore:
    """Reads and writes the evidence of runs under one tracking URI (MLflow's own default where none is given)."""

    def __init__(self, tracking_uri: str | None = None) -> None:
        self._given = tracking_uri or tracking_uri_given()
        self._loading: threading.Thread | None = None
        self._found: TrackingReader | None = None
        self.tracking_uri = self._given or default_uri(Path.cwd())
        # Absolute, wherever the process goes later; not every database that is a file can be read without MLflow.
        database, file = database_of(self.tracking_uri), file_of(self.tracking_uri)
        self._database = None if database is None else database.absolute()
        self._file = None if file is None else file.absolute()
        self._folder = local_path(self.tracking_uri, str(Path.cwd()))

    @property
    def _reader(self) -> TrackingReader:
        """What reads runs: MLflow's client makes a database that is not there, which no reading may do."""
        if self._found is None:
            place = self._file or self._folder
            if place is not None and is_to_be_made(place):
                return NO_RUNS
            if self._folder is not None:
                from bis.evidence.file_reader import FileReader  # late: most stores are databases, and need no YAML

                self._found = FileReader(self._folder)
            else:
                direct = None if self._database is None else sqlite_reader(self._database)
                if direct is NO_RUNS:  # for now
                    return direct
                self._found = direct or ClientReader(self._client)
        return self._found

    @cached_property
    def _client(self) -> Any:
        """MLflow's client: for stores that are not read or written directly, and for what is left to it."""
        if self._loading is not None:
            self._loading.join()  # two threads that import MLflow at once might each wait for the other
        from mlflow import MlflowClient  # late: the import takes over a second

        with as_errors_of_bis(self._given):
            try:
                if self._database is not None:
                    settle(self._database, lambda uri: MlflowClient(tracking_uri=uri).search_experiments())
                return MlflowClient(tracking_uri=self._given)
            except ValueError as error:
                raise not_an_address(self._given, error) from error

    def expect_writing(self) -> None:
        """Load what writing needs, if it needs MLflow, in the background: replays can run in these seconds.

        Raises
        ------
        StoreUnavailable
            MLflow refuses to write there: its schema is one of another version.
        """
        if self._direct is not None:
            return
        if self._database is not None and not is_current(self._database):
            self._client  # noqa: B018 - made at once, for what MLflow says
        elif "mlflow" not in sys.modules and self._loading is None:
            self._loading = threading.Thread(target=_load_client, args=(self._given,), daemon=True)
            self._loading.start()

    # -- finding ------------------------------------------------------------------------------------------------------

    def find(self, reference: str) -> str:
        """The id of the run that `reference` means: an id, a unique prefix of one, or ``last``.

        ``last`` is the latest run that is not itself a replay.

        Raises
        ------
        RunNotFound
            None or several match.
        StoreUnavailable
            The store does not answer.
        """
        if reference == "last":
            return self._last()
        if not is_run_id(reference):
            raise RunNotFound(
                f"{reference!r} is not a run id: expected hexadecimal digits, a prefix of them, or 'last'",
                hint="MLflow prints the id when a run ends, and shows it in its pages.",
            )
        if len(reference) >= _FULL_ID:
            with as_errors_of_bis(self.tracking_uri, missing=reference):
                return self._reader.run(reference).run_id
        wanted = RunFilter(prefix=reference, replays=True)
        found = [r.run_id for r in self.runs(wanted, limit=_MANY + 1) if r.run_id.startswith(reference)]
        if len(found) != 1:
            count = f"more than {_MANY}" if len(found) > _MANY else str(len(found))
            some = f"{count} runs start with it: {', '.join(sorted(found)[:5])}" if found else "no run starts with it"
            raise RunNotFound(
                f"{reference!r} names no single run in {shown_uri(self.tracking_uri)}: {some}",
                hint="Give more of the id." if found else "Look at the tracking URI (--tracking-uri).",
            )
        return found[0]

    def _last(self) -> str:
        latest = self.runs(limit=1)
        if not latest:
            raise RunNotFound(
                f"there is no run yet in {shown_uri(self.tracking_uri)}",
                hint="Record one with `bis run SCRIPT`, or give the right --tracking-uri.",
            )
        return latest[0].run_id

    # -- listing ------------------------------------------------------------------------------------------------------

    def runs(
        self, wanted: RunFilter | None = None, *, limit: int | None = None, metrics: bool = False
    ) -> tuple[RunSummary, ...]:
        """Runs of the store, latest first.

        Parameters
        ----------
        wanted : RunFilter, optional
            Which runs; without it all that are not replays.
        limit : int, optional
            How many at most; without it all.
        metrics : bool
            Whether to read the last values of their metrics, too.

        Raises
        ------
        StoreUnavailable
            The store does not answer.
        """
        with as_errors_of_bis(self.tracking_uri):
            return tuple(all_runs(self._reader, wanted or RunFilter(), limit=limit, metrics=metrics))

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """One page of `runs`: at most `limit` of them, from `token` on.

        Raises
        ------
        StoreUnavailable
            The store does not answer.
        """
        with as_errors_of_bis(self.tracking_uri):
            return self._reader.page(wanted, limit=limit, token=token, metrics=metrics)

    def whole_runs(self, wanted: RunFilter, *, search: str = "") -> tuple[RunSummary, ...]:
        """Runs with all their params, tags and last values of metrics, latest first.

        `search` is a condition in the language of MLflow's search, which its client answers.

        Raises
        ------
        UsageError
            MLflow does not understand `search`.
        StoreUnavailable
            The store does not answer.
        """
        with as_errors_of_bis(self.tracking_uri):
            reader = self._reader
            if search and reader is not NO_RUNS:
                reader = ClientReader(self._client)
            return reader.whole_runs(wanted, search=search)

    def tags(self, run_id: str) -> dict[str, str]:
        """All tags of a run.

        Raises
        ------
        RunNotFound, StoreUnavailable
            MLflow does not have it, or does not answer.
        """
        return dict(self._run(run_id).tags)

    def _run(self, run_id: str) -> TrackedRun:
        with as_errors_of_bis(self.tracking_uri, missing=run_id):
            return self._reader.run(run_id)

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(self, run_id: str) -> StoredRun:
        """The run and its record.

        Raises
        ------
        RunNotFound, StoreUnavailable
            MLflow does not have it, or does not answer.
        EvidenceDamaged, EvidenceTooNew
            There is a record, and it cannot be read.
        """
        run = self._run(run_id)
        recorded = DIGEST in run.tags
        return StoredRun(
            run_id=run.run_id,
            experiment_id=run.experiment_id,
            name=run.name,
            status=run.status,
            started_unix_s=run.started_unix_s,
            artifact_uri=run.artifact_uri,
            tags=run.tags,
            record=self._read_record(run_id, run.tags) if recorded else self._from_tags(run),
            recorded=recorded,
        )

    def _read_record(self, run_id: str, tags: Mapping[str, str]) -> Record:
        text = self.download(run_id, RECORD).read_bytes()
        found = digest_bytes(text)
        if found != tags[DIGEST]:
            raise EvidenceDamaged(
                f"{RECORD} of run {run_id} has digest {found[:16]}…, not {tags[DIGEST][:16]}… as its tag says",
                hint="The artifact or the tag was changed after recording; restore the artifact to replay this run.",
            )
        return read_record(text, f"{RECORD} of run {run_id}")

    def _from_tags(self, run: TrackedRun) -> Record:
        reason = "this run was not recorded by bis"
        if run.tags.get("bis.state") == "recording":
            reason = "recording started and did not end: the evidence is still on the machine that ran it, or lost"
        outputs = Outputs(
            Status.PARTIAL, ("only what was logged to MLflow is known",), metrics=self._history(run.run_id)
        )
        parameters = Parameters(Status.RECORDED, (), dict(run.params))
        record = missing_record(reason, outputs=outputs, parameters=parameters)
        return with_tags(record, run.tags, reason, run.datasets)

    def last_values(self, run_id: str) -> Mapping[str, float]:
        """The last value of each metric of a run.

        Raises
        ------
        RunNotFound, StoreUnavailable
            MLflow does not have it, or does not answer.
        """
        return self._run(run_id).metrics

    def history(self, run_id: str, metric: str) -> Curve:
        """All points of a metric.

        Raises
        ------
        RunNotFound, StoreUnavailable
            MLflow does not have it, or does not answer.
        """
        with as_errors_of_bis(self.tracking_uri, missing=run_id):
            return self._reader.history(run_id, metric)

    def _history(self, run_id: str) -> tuple[Curve, ...]:
        return tuple(self.history(run_id, name) for name in self.last_values(run_id))

    def download(self, run_id: str, artifact: str) -> Path:
        """A local copy of one artifact.

        Raises
        ------
        EvidenceDamaged
            It is not there.
        """
        local = self.artifact_folder(run_id)
        if local is not None and (local / artifact).is_file():
            return local / artifact
        address = self._run(run_id).artifact_uri
        if local is not None and needs_server(address, self.tracking_uri):
            raise not_fetched(
                run_id,
                artifact,
                f"{address} is served by an MLflow server, and {shown_uri(self.tracking_uri)} is read without one; "
                f"what was recorded stays on the machine that recorded it, and {local / artifact} does not exist here",
            )
        if local is not None and local.is_dir():  # MLflow would look for it with a progress bar
            raise not_fetched(run_id, artifact, f"{local / artifact} does not exist")
        folder = tempfile.mkdtemp(prefix="bis-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)  # it is read while the store is in use
        try:
            return Path(self._client.download_artifacts(run_id, artifact, folder))
        except Exception as error:
            # Whatever the artifact store raises: the tracking store has answered for this run a moment ago.
            raise not_fetched(run_id, artifact, first_line(error)) from error

    def text(self, run_id: str, artifact: str) -> str:
        """The content of a text artifact.

        Raises
        ------
        EvidenceDamaged
            It is not there, or it is not UTF-8.
        """
        path = self.download(run_id, artifact)
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EvidenceDamaged(f"{artifact} of run {run_id} cannot be read: {error}") from error

    def artifacts(self, run_id: str) -> tuple[tuple[str, int], ...]:
        """Paths and sizes of the artifacts of a run, without those of bis."""
        local = self.artifact_folder(run_id)
        if local is not None and local.is_absolute():
            with as_errors_of_bis(self.tracking_uri, missing=run_id):
                return files_in(local, without=FOLDER)
        found: list[tuple[str, int]] = []
        waiting = [""]
        with as_errors_of_bis(self.tracking_uri, missing=run_id):
            while waiting:
                for info in self._client.list_artifacts(run_id, waiting.pop() or None):
                    if info.path == FOLDER:
                        continue
                    if info.is_dir:
                        waiting.append(info.path)
                    else:
                        found.append((info.path, int(info.file_size or 0)))
        return tuple(sorted(found))

    def artifact_folder(self, run_id: str) -> Path | None:
        """The folder of the run's artifacts, where it lies on this machine."""
        address = self._run(run_id).artifact_uri
        return kept_here(address, run_id, self.tracking_uri, home()) or local_path(address, "")

    def takes_no_artifacts(self, run_id: str) -> bool:
        """Whether MLflow refuses artifacts of a run here, since only a server takes them, and there is none."""
        return needs_server(self._run(run_id).artifact_uri, self.tracking_uri)

    def fresh_outputs(self, run_id: str) -> tuple[Outputs, ...]:
        """What the fresh replays of a run gave, those that ended well, in the order in which they were made."""
        wanted = RunFilter(
            experiment_id=self._run(run_id).experiment_id, replay_of=run_id, tags={"bis.replay.kind": "fresh"}
        )
        return tuple(
            Outputs(Status.PARTIAL, ("read back from MLflow",), metrics=self._history(replay.run_id))
            for replay in sorted(self.runs(wanted), key=lambda r: r.started_unix_s)
            if replay.status == "FINISHED"
        )

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, run_id: str, record: Record, files: Mapping[str, Path]) -> None:
        """Store a record and its files (artifact path -> local file) with the run."""
        text = record_text(record)
        with tempfile.TemporaryDirectory(prefix="bis-") as name:
            folder = Path(name) / FOLDER
            with as_errors_of_bis(self.tracking_uri):
                folder.mkdir()
                (folder / "record.json").write_bytes(text)
                (folder / "environment.lock").write_text(lock_text(record.environment), encoding="utf-8")
                for artifact, path in files.items():
                    target = Path(name) / artifact
                    target.parent.mkdir(parents=True, exist_ok=True)
                    put_file(path, target)
            self._upload(run_id, Path(name))
        digest = digest_bytes(text)
        self.tag(run_id, {**record_tags(record), DIGEST: digest, SEAL: seal(run_id, digest)})

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set several tags at once."""
        given = {k: _text(v) for k, v in tags.items()}
        self._written(lambda writer: writer.tag(run_id, given), missing=run_id)

    def tag_models(self, run_id: str, tags: Mapping[str, str]) -> int:
        """Set tags of the models that a run logged, and of their registered versions; how many these are."""
        given = {k: _text(v) for k, v in tags.items()}
        return self._written(lambda writer: writer.tag_models(run_id, given), missing=run_id)

    def create(
        self,
        experiment: str,
        name: str,
        tags: Mapping[str, str],
        *,
        started_unix_s: float,
        experiment_id: str | None = None,
    ) -> str:
        """Begin a run of bis's own making."""
        found = experiment_id or self._written(lambda writer: writer.experiment(experiment))
        given = {k: _text(v) for k, v in tags.items()}
        started_ms = int(started_unix_s * 1000)
        return self._written(lambda writer: writer.create(found, _text(name), given, started_ms))

    def log(self, run_id: str, curves: tuple[Curve, ...], params: Mapping[str, str]) -> None:
        """Log metrics and params of a finished replay or of a program that did not use MLflow."""
        given = {_text(k): _text(v) for k, v in params.items()}
        self._written(lambda writer: writer.log(run_id, curves, given), missing=run_id)

    def log_text(self, run_id: str, text: str, artifact: str) -> None:
        """Store a text artifact."""
        with tempfile.TemporaryDirectory(prefix="bis-") as name:
            with as_errors_of_bis(self.tracking_uri):
                path = Path(name) / artifact
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_text(text), encoding="utf-8", newline="")
            self._upload(run_id, Path(name))

    def end(self, run_id: str, status: str, ended_unix_s: float) -> None:
        """End a run that `create` started."""
        self._written(lambda writer: writer.end(run_id, status, int(ended_unix_s * 1000)), missing=run_id)

    def delete(self, run_id: str) -> None:
        """Delete a run that `create` started and that could not be completed."""
        self._written(lambda writer: writer.delete(run_id), missing=run_id)

    def _upload(self, run_id: str, folder: Path) -> None:
        address = self._run(run_id).artifact_uri
        kept = kept_here(address, run_id, self.tracking_uri, home())
        if kept is not None:
            with uploading(self.tracking_uri, run_id):
                kept.mkdir(parents=True, mode=0o700, exist_ok=True)
                shutil.copytree(folder, kept, dirs_exist_ok=True)
            return

        def put(writer: TrackingWriter) -> None:
            with uploading(self.tracking_uri, run_id):
                writer.put(run_id, folder)
                if goes_through_server(address):
                    check_arrived(self._client, run_id, folder)

        self._written(put, missing=run_id)

    def _written(self, act: Callable[[TrackingWriter], _T], *, missing: str | None = None) -> _T:
        """Write directly where that is possible, else through MLflow."""
        with as_errors_of_bis(self.tracking_uri, missing=missing):
            if self._direct is not None:
                with suppress(LeftToMLflow):
                    return act(self._direct)
            return act(ClientWriter(self._client))

    @cached_property
    def _direct(self) -> SqliteWriter | None:
        """What writes without MLflow, where MLflow itself would write into this database, too."""
        if self._database is None or not isinstance(self._reader, SqliteReader) or not is_current(self._database):
            return None
        return SqliteWriter(self._database)


def is_run_id(reference: str) -> bool:
    """Whether a reference may be the id of a run, or the beginning of one."""
    return _RUN_ID.fullmatch(reference) is not None


def _load_client(uri: str | None) -> None:
    """Make a client as it will be made again: by then all is imported. What goes wrong comes up again then."""
    with suppress(Exception), unobserved():
        from mlflow import MlflowClient

        MlflowClient(tracking_uri=uri)


def _text(value: str) -> str:
    """A text that any database and any server takes: bytes that are not text in any encoding become ``\\udcxx``."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
