"""The plug-ins that MLflow loads: builders of tracking and registry stores (entry points in pyproject.toml).

An entry point needs a name, which the scheme of a plain path does not have, and names known beforehand: what MLflow
builds for schemes without an entry point of ours is observed where it looks its builders up.

``import mlflow`` loads this module, so it must be light and must never raise: MLflow does not survive a plug-in that
raises anything but ImportError. Outside a replay the builders give MLflow's own stores, observed. In a replay they
give the quarantine.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_TRACKING_GROUP = "mlflow.tracking_store"
_SERVER = "_MLFLOW_SERVER_FILE_STORE"  # set in the processes of `mlflow server`, which run no experiment
_LONGEST_REASON = 2000
_DEFAULT = ""  # instead of a scheme

_tried: list[bool] = []


def tracking_store(store_uri: str, artifact_uri: str | None = None, **options: Any) -> Any:
    """Build the tracking store for `store_uri`; observed, or quarantined in a replay."""
    recorder = _recorder()
    if recorder is not None and recorder.session.quarantine is not None:
        return _watched(_quarantine().tracking_store(store_uri, artifact_uri), store_uri, recorder)
    _leave_out(recorder, store_uri)
    store = _built(recorder, store_uri, lambda: _default_tracking_store(store_uri, artifact_uri, **options))
    return store if recorder is None else _watched(store, store_uri, recorder)


def registry_store(store_uri: str, tracking_uri: str | None = None) -> Any:
    """Build the model registry store for `store_uri`; the quarantine's in a replay.

    MLflow looks at the parameters' names to decide whether to pass `tracking_uri`.
    """
    recorder = _recorder()
    if recorder is not None and recorder.session.quarantine is not None:
        return _quarantine().registry_store(store_uri)
    _leave_out(recorder, store_uri)
    return _default_registry_store(store_uri, tracking_uri)


def _leave_out(recorder: Any, uri: str) -> None:
    """The files of MLflow's stores are no data."""
    if recorder is not None:
        recorder.fence.run("data", recorder.store_seen, uri)


def _built(recorder: Any, uri: str, build: Callable[[], Any]) -> Any:
    """The store; where MLflow itself refuses it (one of files, unless that is allowed), a replay has none, either."""
    try:
        return build()
    except Exception as error:
        refusal = getattr(sys.modules.get("mlflow.exceptions"), "MlflowException", ())
        if recorder is not None and isinstance(error, refusal):
            recorder.fence.run("runs", _note_refusal, recorder, uri, str(error)[:_LONGEST_REASON])
        raise


def _note_refusal(recorder: Any, uri: str, why: str) -> None:
    from mlflow.tracking._tracking_service import utils

    chosen = getattr(utils, "_tracking_uri", None) is not None  # by the program; else it is where its runs go anyway
    recorder.note("store-refused", scheme=_scheme(uri) if chosen else _DEFAULT, why=why)


def _watched(store: Any, uri: str, recorder: Any) -> Any:
    def work() -> Any:
        from bis.instrument.observed_store import observe
        from bis.instrument.session_view import AMBIENT

        if recorder.session.mode != AMBIENT:
            return observe(store, recorder, uri, _do_nothing, _do_nothing)
        from bis.instrument import ambient

        return observe(store, recorder, uri, ambient.on_attach, ambient.on_end)

    return recorder.fence.run("runs", work) or store


def _do_nothing(run_id: str) -> None:
    """What is done with a run that starts or ends where a launcher sees to the rest."""


def _recorder() -> Any:
    """The recorder of this process: the launcher's, or an ambient one; None where recording is off or failed.

    It is started once. Whatever fails in it, the user gets the store that was asked for.
    """
    if _SERVER in os.environ:
        return None
    from bis.instrument import bootstrap

    if not _tried:
        _tried.append(True)
        try:
            _start()
        except Exception as error:  # noqa: BLE001 (fence: the program goes on without being recorded)
            _print_failure(error)
    return bootstrap.active()


def _start() -> None:
    from bis.instrument import bootstrap

    if bootstrap.active() is not None:
        return
    from bis.config import recording_is_off

    if recording_is_off():
        return
    if os.environ.get("BIS_SPOOL"):  # a child that was started without its surroundings (`python -I`)
        bootstrap.start()
        return
    from bis.instrument import ambient

    ambient.start()


def _print_failure(error: Exception) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"bis: recording could not start ({type(error).__name__}: {error}); your program goes on\n")


def _quarantine() -> Any:
    from bis.instrument.quarantine import __name__ as name  # needed in replays only

    return sys.modules[name]  # `from bis.instrument import quarantine` would import a `bis` of the user


def _scheme(uri: str) -> str:
    if ":" not in uri:
        return uri if uri in {"databricks", "databricks-uc"} else "file"
    return uri.split(":", 1)[0].split("+", 1)[0]


def _default_tracking_store(store_uri: str, artifact_uri: str | None, **options: Any) -> Any:
    scheme = _scheme(store_uri)
    if _SERVER in os.environ:
        from mlflow.server import handlers

        server = handlers.TrackingStoreRegistryWrapper
        builder = server._get_file_store if scheme == "file" else server._get_sqlalchemy_store  # noqa: SLF001
        return builder(store_uri, artifact_uri, **options)
    from mlflow.tracking._tracking_service import utils

    builders = {
        "file": utils._get_file_store,  # noqa: SLF001
        "http": utils._get_rest_store,  # noqa: SLF001
        "https": utils._get_rest_store,  # noqa: SLF001
        "databricks": utils._get_databricks_rest_store,  # noqa: SLF001
    }
    builder = builders.get(scheme, utils._get_sqlalchemy_store)  # noqa: SLF001
    return builder(store_uri=store_uri, artifact_uri=artifact_uri, **options)


def _default_registry_store(store_uri: str, tracking_uri: str | None) -> Any:
    scheme = _scheme(store_uri)
    if _SERVER in os.environ:
        from mlflow.server import handlers

        server = handlers.ModelRegistryStoreRegistryWrapper
        builder = server._get_file_store if scheme == "file" else server._get_sqlalchemy_store  # noqa: SLF001
        return builder(store_uri)
    from mlflow.tracking._model_registry import utils

    builders = {
        "file": utils._get_file_store,  # noqa: SLF001
        "http": utils._get_rest_store,  # noqa: SLF001
        "https": utils._get_rest_store,  # noqa: SLF001
        "databricks": utils._get_databricks_rest_store,  # noqa: SLF001
        "databricks-uc": utils._get_databricks_uc_rest_store,  # noqa: SLF001
    }
    builder = builders.get(scheme)
    if builder is None:
        return utils._get_sqlalchemy_store(store_uri)  # noqa: SLF001
    return builder(store_uri, tracking_uri=tracking_uri)


def _observe_other_schemes(recorder: Any) -> None:
    """Observe the tracking stores of plain paths, and of schemes that other plug-ins bring.

    May be called while ``import mlflow`` is under way.
    """
    from mlflow.tracking.registry import StoreRegistry

    original = StoreRegistry.get_store_builder

    def get_store_builder(self: Any, store_uri: str) -> Any:
        builder = original(self, store_uri)
        if self.group_name != _TRACKING_GROUP or getattr(builder, "__module__", "") == __name__:
            return builder

        @wraps(builder)
        def observed(store_uri: str, *args: Any, **options: Any) -> Any:
            _leave_out(recorder, store_uri)
            store = _built(recorder, store_uri, lambda: builder(store_uri, *args, **options))
            return _watched(store, store_uri, recorder)

        return observed

    StoreRegistry.get_store_builder = get_store_builder


def _begin() -> None:
    """Watch randomness from the first moment at which bis is loaded, not only from the first run on."""
    try:
        recorder = _recorder()
        if recorder is not None and recorder.session.quarantine is not None:
            _quarantine().install(tracking_store, registry_store)
        elif recorder is not None:
            recorder.fence.run("runs", _observe_other_schemes, recorder)
        if recorder is not None and recorder.session.states and recorder.entropy is not None:
            # An ambient run was observed from this moment on, so its generators are set back to this moment.
            recorder.entropy.restore({s["generator"]: s["state"] for s in recorder.session.states if s.get("state")})
    except Exception as error:  # noqa: BLE001 (fence: an exception here would break `import mlflow`)
        _print_failure(error)


_begin()
