"""The quarantine of a replay: whatever store a program names, it gets one that belongs to this replay alone.

`QuarantineStores` makes the stores; `install` puts it in front of MLflow's own, for every scheme there is. Both run
in the replayed program, under the program's own MLflow. The database starts as a copy of a template that has all
migrations of that MLflow behind it: copying takes milliseconds where migrating takes a second.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bis.instrument import bootstrap
from bis.instrument.confinement import suspended

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TRACKING_GROUP = "mlflow.tracking_store"
REGISTRY_GROUP = "mlflow.model_registry_store"
DATABASE = "mlflow.db"
ARTIFACTS = "artifacts"
SERVED = "mlflow-artifacts"  # the scheme of artifacts that only a server takes

# Stores whose server makes names and ids: the program's own generators were not asked in the original.
_LOCAL_SCHEMES = frozenset({"", "file", "sqlite", "mysql", "postgresql", "mssql"})


def database_uri(folder: str | Path) -> str:
    """The tracking URI of the store in a quarantine folder, by which the result of a replay is read."""
    return f"sqlite:///{Path(folder) / DATABASE}"


def names_made_by_client(scheme: str) -> bool:
    """Whether a store of this scheme drew run names and ids in the program (so that a replay must draw them too)."""
    return scheme.split("+", 1)[0] in _LOCAL_SCHEMES


def _scheme(uri: str) -> str:
    """The scheme of a tracking URI; empty for a plain path."""
    try:
        return uri if uri in {"databricks", "databricks-uc"} else urlsplit(uri).scheme
    except ValueError:  # no address of anything
        return uri.partition(":")[0]


class QuarantineStores:
    """The tracking store and the model registry of one replay.

    Parameters
    ----------
    folder : str or path
        Where the database and the artifacts go.
    original_scheme : str
        The scheme of the store of the original run.
    refused : mapping of str to str, optional
        Why MLflow refused the stores of a scheme in the original; ``*`` stands for every
        scheme, an empty one for the store that a program uses that chooses none.
    templates : Path, optional
        Folder in which migrated databases are kept, one for each MLflow version. Without it each replay migrates.
    report : callable, optional
        Called for each thing that the program found made up (an experiment or run that it names by a literal id), with
        the fields of `bis.model.verdict.Deviation`.

    Notes
    -----
    Ids are drawn by MLflow itself, whose entropy is served from a stream of its own: nothing needs to be done to keep
    the program's own stream in place. Names of runs are drawn from the generator that the whole program shares.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        original_scheme: str = "",
        refused: Mapping[str, str] | None = None,
        templates: Path | None = None,
        report: Callable[[dict[str, str]], None] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.draws = names_made_by_client(original_scheme)
        self.refused = dict(refused or {})
        self.templates = templates
        self.report = report or _discard
        self._made: dict[Any, Any] = {}

    @property
    def uri(self) -> str:
        """Tracking URI of the database."""
        return database_uri(self.folder)

    @property
    def artifact_root(self) -> str:
        """Folder of all artifacts; where only a server took those of the original, that server, which is not there."""
        return f"{SERVED}:/" if SERVED in self.refused else str(self.folder / ARTIFACTS)

    def tracking_store(self, uri: str | None = None) -> Any:
        """Tracking store of this replay; the same object each time, but for who draws names.

        A program that names its stores itself may have runs in several: where names are drawn is known from the `uri`
        that it asks for. The URI of the quarantine, which is all that it finds in its environment, stands for that of
        the original run.

        Raises
        ------
        MlflowException
            MLflow refused such a store in the original.
        """
        self._refuse("" if uri is None or uri == self.uri else _scheme(uri) or "file")
        draws = self.draws if uri is None or uri == self.uri else names_made_by_client(_scheme(uri))
        return self._store(("tracking", draws), lambda classes: classes[0](self, draws=draws))

    def _refuse(self, scheme: str) -> None:
        why = self.refused.get("*") or self.refused.get(scheme.split("+", 1)[0])
        if why is not None:
            from mlflow.exceptions import MlflowException  # MLflow asks for the store

            raise MlflowException(why)

    def registry_store(self) -> Any:
        """Model registry of this replay; the same object each time."""
        return self._store("registry", lambda classes: classes[1](self))

    def _store(self, key: object, made: Callable[[tuple[Any, Any]], Any]) -> Any:
        if key not in self._made:
            database = _database_classes()
            with suspended():  # the templates are outside of what the program may write
                if database is None:
                    from bis.instrument.quarantine_folder import FolderRegistryStore, FolderTrackingStore  # as above

                    self._made[key] = made((FolderTrackingStore, FolderRegistryStore))
                else:
                    prepare_database(self.folder, self.templates, self.artifact_root)
                    self._made[key] = made(database)
                    keep_template(self.folder, self.templates)
        return self._made[key]


def _database_classes() -> tuple[Any, Any] | None:
    """The stores of a database; None where this MLflow has none that works, as ``mlflow-skinny`` has none."""
    try:
        from bis.instrument.quarantine_store import QuarantinedRegistryStore, QuarantinedTrackingStore  # 0.6 s
    except ImportError:
        return None
    return QuarantinedTrackingStore, QuarantinedRegistryStore


def _discard(_: dict[str, str]) -> None:
    """Ignore the report: no `report` was given."""


def _template(templates: Path) -> Path:
    from mlflow.version import VERSION

    return templates / f"mlflow-{VERSION}.db"


def prepare_database(folder: Path, templates: Path | None, artifact_root: str = "") -> bool:
    """Copy the template for this MLflow into a quarantine folder; returns whether there was one to copy.

    The database arrives under its name in one step, so that two processes of one program may do this at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / DATABASE
    if database.exists() or templates is None or not _template(templates).exists():
        return False
    copy = folder / f".{DATABASE}.{os.getpid()}"
    copy.write_bytes(_template(templates).read_bytes())
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(
            "UPDATE experiments SET artifact_location = ? WHERE experiment_id = 0",
            (f"{(artifact_root or str(folder / ARTIFACTS)).rstrip('/')}/0",),
        )
    try:
        os.link(copy, database)
    except FileExistsError:
        return False  # the other process was first
    finally:
        copy.unlink()
    return True


def keep_template(folder: Path, templates: Path | None) -> None:
    """Keep the database of a quarantine folder as the template, if it is fresh and there is none yet.

    Without a template the next replay takes a second longer, which is no reason to fail this one.
    """
    if templates is None or _template(templates).exists():
        return
    copy = templates / f".{os.getpid()}.db"
    try:
        templates.mkdir(parents=True, exist_ok=True)
        with (
            contextlib.closing(sqlite3.connect(folder / DATABASE)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            (used,) = target.execute(
                "SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM experiments)"
            ).fetchone()
        if used == 1:  # the default experiment
            copy.replace(_template(templates))
    except (OSError, sqlite3.Error):
        return
    finally:
        with contextlib.suppress(OSError):
            copy.unlink(missing_ok=True)


_ACTIVE: list[QuarantineStores] = []


def activate(stores: QuarantineStores) -> None:
    """Make this module's builders return `stores` in this process."""
    _ACTIVE[:] = [stores]


def active_stores() -> QuarantineStores:
    """The stores of this process: the activated ones, else those that the session of the recorder describes.

    Raises
    ------
    LookupError
        This process is not a replay.
    """
    if not _ACTIVE:
        recorder = bootstrap.active()
        if recorder is None or recorder.session.quarantine is None:
            raise LookupError("this process is not a replay, so it has no quarantine")
        templates = recorder.session.quarantine.get("templates")
        activate(
            QuarantineStores(
                recorder.session.quarantine["folder"],
                original_scheme=recorder.session.quarantine.get("original_scheme", ""),
                refused=recorder.session.quarantine.get("refused_stores"),
                templates=Path(templates) if templates else None,
                report=lambda deviation: recorder.note("deviation", **deviation),
            )
        )
    return _ACTIVE[0]


def tracking_store(store_uri: str | None = None, *_: object, **__: object) -> Any:
    """Builder for MLflow: the tracking store of this process's quarantine, whatever URI was asked for."""
    return active_stores().tracking_store(store_uri)


def registry_store(*_: object, **__: object) -> Any:
    """Builder for MLflow: the model registry of this process's quarantine, whatever URI was asked for."""
    stores = active_stores()
    _install_models_repository(stores)
    return stores.registry_store()


def install(tracking: Callable[..., Any] = tracking_store, registry: Callable[..., Any] = registry_store) -> None:
    """Make MLflow in this process call these builders for every scheme, the unknown ones included.

    Entry points have no name for the empty scheme (plain paths), nor for schemes that other plug-ins bring; so the
    one method is replaced that all lookups go through. This is done in a replay only, and may be done while
    ``import mlflow`` is under way.
    """
    from mlflow.tracking.registry import StoreRegistry

    builders = {TRACKING_GROUP: tracking, REGISTRY_GROUP: registry}
    original = StoreRegistry.get_store_builder

    def get_store_builder(self: Any, store_uri: str) -> Any:
        return builders.get(self.group_name) or original(self, store_uri)

    StoreRegistry.get_store_builder = get_store_builder


def _install_models_repository(stores: QuarantineStores) -> None:
    """Resolve ``models:/`` in the quarantine even where the program's registry is a Unity Catalog."""
    from mlflow.store.artifact import artifact_repository_registry as repositories
    from mlflow.store.artifact.models_artifact_repo import ModelsArtifactRepository

    known = inspect.signature(ModelsArtifactRepository.__init__).parameters  # MLflow 2 asks the program's settings
    given = {name: stores.uri for name in ("tracking_uri", "registry_uri") if name in known}

    def models_repository(artifact_uri: str, *_: object, **__: object) -> Any:
        return ModelsArtifactRepository(artifact_uri, **given)

    repositories._artifact_repository_registry.register("models", models_repository)  # noqa: SLF001 (no public way)
