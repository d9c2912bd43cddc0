"""A tracking store that reports to the recorder what any MLflow client of the process does.

The store is the one that MLflow itself built; only its class is exchanged for a subclass with `Observing` in front, so
that its behaviour, its type for ``isinstance`` and its private attributes stay. Every call goes through first; what is
seen is noted afterwards, behind the fence. Signatures are tolerant, because MLflow's change between versions.
"""

from __future__ import annotations

import itertools
import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from bis.evidence.addresses import without_password
from bis.evidence.reentrancy import outermost

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.instrument.recorder import Recorder

_NAME = "mlflow.runName"
_PARENT = "mlflow.parentRunId"
_NOT_OF_THE_PROGRAM = ("mlflow.", "bis.")
_LONGEST_TAG = 500  # enough to tell runs apart
_SQLITE = "sqlite:///"
_QUEUED = itertools.count()  # numbers the batches that this process queued


class Observing:
    """Mix-in that observes runs, metrics, params, inputs and models; see the module's docstring."""

    bis_recorder: Recorder
    bis_uri: str
    bis_password_uri: str | None
    bis_on_attach: Callable[[str], None]
    bis_on_end: Callable[[str], None]

    def create_run(self, *args: Any, **kwargs: Any) -> Any:
        """Create the run with the tags of the session, and note it."""
        entropy = self.bis_recorder.entropy
        # MLflow draws the name of a run from the generator that the whole program shares.
        with nullcontext() if entropy is None else entropy.others, outermost() as first:
            if first:
                args, kwargs = self.bis_recorder.fence.run("tags", self._bis_tagged, args, kwargs) or (args, kwargs)
            run = super().create_run(*args, **kwargs)  # type: ignore[misc]
        if first:
            self.bis_recorder.fence.run("run", self._bis_created, run, args, kwargs)
        return run

    def update_run_info(self, *args: Any, **kwargs: Any) -> Any:
        """Update the run; note a resumption or the end."""
        with outermost() as first:
            result = super().update_run_info(*args, **kwargs)  # type: ignore[misc]
        if first:
            self.bis_recorder.fence.run("run", self._bis_updated, args, kwargs)
        return result

    def log_metric(self, run_id: Any, metric: Any, *args: Any, **kwargs: Any) -> Any:
        """Log the metric, and note it."""
        with outermost() as first:
            result = super().log_metric(run_id, metric, *args, **kwargs)  # type: ignore[misc]
        if first:
            self.bis_recorder.fence.run("metrics", self._bis_metrics, run_id, [metric])
        return result

    def log_param(self, run_id: Any, param: Any, *args: Any, **kwargs: Any) -> Any:
        """Log the param, and note it."""
        with outermost() as first:
            result = super().log_param(run_id, param, *args, **kwargs)  # type: ignore[misc]
        if first:
            self.bis_recorder.fence.run("parameters", self._bis_params, run_id, [param])
        return result

    def set_tag(self, run_id: Any, tag: Any, *args: Any, **kwargs: Any) -> Any:
        """Set the tag, and note it."""
        with outermost() as first:
            result = super().set_tag(run_id, tag, *args, **kwargs)  # type: ignore[misc]
        if first:
            self.bis_recorder.fence.run("run", self._bis_tags, run_id, [tag])
        return result

    def log_batch(self, run_id: Any, metrics: Any = (), params: Any = (), *args: Any, **kwargs: Any) -> Any:
        """Log the batch, and note it."""
        metrics, params = list(metrics or ()), list(params or ())
        with outermost() as first:
            result = super().log_batch(run_id, metrics, params, *args, **kwargs)  # type: ignore[misc]
        if first:
            self.bis_recorder.fence.run("metrics", self._bis_metrics, run_id, metrics)
            self.bis_recorder.fence.run("parameters", self._bis_params, run_id, params)
            tags = kwargs.get("tags") or (args[0] if args else None) or ()
            self.bis_recorder.fence.run("run", self._bis_tags, run_id, tags)
        return result

    def log_batch_async(self, run_id: Any, metrics: Any = (), params: Any = (), *args: Any, **kwargs: Any) -> Any:
        """Queue the batch, and note it now: its turn comes in threads of MLflow's, in any order.

        That something could not be logged is known later, and noted then.
        """
        metrics, params = list(metrics or ()), list(params or ())
        seen = list(metrics), list(params)  # MLflow puts batches together in the lists that it was given
        with outermost() as first:
            result = super().log_batch_async(run_id, metrics, params, *args, **kwargs)  # type: ignore[misc]
        if first and any(seen):
            self.bis_recorder.fence.run("metrics", self._bis_queued, run_id, *seen, result)
        return result

    def log_inputs(self, run_id: Any, *args: Any, **kwargs: Any) -> Any:
        """Log the inputs, and note the datasets."""
        with outermost() as first:
            result = super().log_inputs(run_id, *args, **kwargs)  # type: ignore[misc]
        datasets = kwargs.get("datasets") or (args[0] if args else None) or ()
        if first:
            self.bis_recorder.fence.run("data", self._bis_inputs, run_id, datasets)
        return result

    def create_logged_model(self, *args: Any, **kwargs: Any) -> Any:
        """Create the logged model, and note the weights of the object that is being logged."""
        with outermost():
            result = super().create_logged_model(*args, **kwargs)  # type: ignore[misc]
        run_id = kwargs.get("source_run_id") or getattr(result, "source_run_id", None) or ""
        named = bool(kwargs.get("name") or (args[1] if len(args) > 1 else None))
        self.bis_recorder.fence.run("models", self._bis_model, getattr(result, "name", "model"), run_id, named)
        return result

    def record_logged_model(self, *args: Any, **kwargs: Any) -> Any:
        """Record the logged model (older clients), and note its weights."""
        with outermost():
            result = super().record_logged_model(*args, **kwargs)  # type: ignore[misc]
        run_id = kwargs.get("run_id") or (args[0] if args else "")
        self.bis_recorder.fence.run("models", self._bis_model, "model", str(run_id))
        return result

    # -- noting -------------------------------------------------------------------------------------------------------

    def _bis_attach(self, run_id: str, how: str, experiment_id: str = "", **identity: Any) -> None:
        if run_id in self.bis_recorder.runs:
            return
        self.bis_on_attach(run_id)
        if self.bis_password_uri is not None:
            self.bis_recorder.keep_secret("tracking_uri", self.bis_password_uri)
        self.bis_recorder.run_seen(run_id, how=how, experiment_id=experiment_id, uri=self.bis_uri, **identity)

    def _bis_created(self, run: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        tags = {t.key: str(t.value) for t in kwargs.get("tags") or (args[3] if len(args) > 3 else None) or ()}
        given = kwargs.get("run_name") or (args[4] if len(args) > 4 else None) or tags.get(_NAME)
        self._bis_attach(
            run.info.run_id,
            "created",
            str(run.info.experiment_id),
            name=getattr(run.info, "run_name", None) or given or "",
            named=bool(given),
            parent=tags.get(_PARENT, ""),
            tags=_of_the_program(tags),
        )

    def _bis_updated(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        run_id = kwargs.get("run_id") or args[0]
        status = kwargs.get("run_status", args[1] if len(args) > 1 else None)
        new_name = kwargs.get("run_name") or (args[3] if len(args) > 3 else None)
        if new_name and run_id in self.bis_recorder.runs:
            self.bis_recorder.note("tag", run_id=run_id, tags={_NAME: str(new_name)})
        if status is None:  # only renamed
            return
        name = _status_name(status)
        if name == "RUNNING":
            self._bis_attach(run_id, "resumed")
        elif run_id in self.bis_recorder.runs:
            self.bis_recorder.note("run_end", run_id=run_id, status=name)
            self.bis_on_end(run_id)

    def _bis_tags(self, run_id: str, tags: Any) -> None:
        given = {t.key: str(t.value) for t in tags}
        kept = {**_of_the_program(given), **{k: v for k, v in given.items() if k in {_NAME, _PARENT}}}
        if kept:
            self.bis_recorder.note("tag", run_id=run_id, tags=kept)

    def _bis_queued(self, run_id: str, metrics: list[Any], params: list[Any], operations: Any) -> None:
        queued = next(_QUEUED)
        self._bis_metrics(run_id, metrics, queued=queued)
        self._bis_params(run_id, params, queued=queued)

        def ended(future: Any) -> None:
            self.bis_recorder.fence.run("metrics", self._bis_logged, queued, future)

        # MLflow has no public name for them; without them it is not known which batches failed.
        for future in operations._operation_futures:  # noqa: SLF001
            future.add_done_callback(ended)

    def _bis_logged(self, queued: int, future: Any) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None or future.cancelled():
            self.bis_recorder.note("unlogged", queued=queued, why=f"{type(error).__name__}: {error}"[:500])

    def _bis_metrics(self, run_id: str, metrics: list[Any], **more: int) -> None:
        self._bis_attach(run_id, "joined")
        for m in metrics:
            value = float(m.value)
            facts = {"key": m.key, "hex": value.hex(), "step": int(m.step or 0), "at": m.timestamp, **more}
            model = getattr(m, "model_id", None)
            if model:  # logging a model logs metrics of its run again, for the model: distinguished when they are read
                facts["model"] = model
            self.bis_recorder.note("metric", run_id=run_id, **facts)

    def _bis_params(self, run_id: str, params: list[Any], **more: int) -> None:
        self._bis_attach(run_id, "joined")
        for p in params:
            self.bis_recorder.note("param", run_id=run_id, key=p.key, value=str(p.value), **more)

    def _bis_inputs(self, run_id: str, datasets: Any) -> None:
        for given in datasets:
            d = given.dataset
            context = next((t.value for t in given.tags or () if t.key == "mlflow.data.context"), "")
            self.bis_recorder.note(
                "dataset",
                run_id=run_id,
                name=d.name,
                digest=d.digest,
                source_type=d.source_type,
                source=str(d.source)[:2000],
                context=context,
            )

    def _bis_model(self, name: str, run_id: str, named: bool = True) -> None:  # noqa: FBT001, FBT002
        model = _object_being_logged()
        if model is not None:
            self.bis_recorder.model_seen(name or "model", model, run_id, named=named)

    def _bis_tagged(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        from mlflow.entities import RunTag

        session = self.bis_recorder.session
        created = {
            "bis.version": session.bis_version,
            "bis.session": session.session,
            "bis.mode": session.mode,
            "bis.state": "recording",
        }
        tags = [RunTag(k, v) for k, v in created.items()]
        if "tags" in kwargs:
            kwargs = {**kwargs, "tags": [*(kwargs["tags"] or ()), *tags]}
        elif len(args) > 3:
            args = (*args[:3], [*(args[3] or ()), *tags], *args[4:])
        return args, kwargs


def observe(store: Any, recorder: Recorder, uri: str, on_attach: Any, on_end: Any) -> Any:
    """Exchange the class of `store` for one that observes."""
    kind = type(store)
    if isinstance(store, Observing):
        return store
    store.__class__ = type(kind.__name__, (Observing, kind), {"__module__": kind.__module__, "__doc__": kind.__doc__})
    store.bis_recorder = recorder
    address = _address(store, uri)
    store.bis_uri = without_password(address)
    store.bis_password_uri = None if store.bis_uri == address else address
    store.bis_on_attach = on_attach
    store.bis_on_end = on_end
    return store


def _of_the_program(tags: dict[str, str]) -> dict[str, str]:
    """The tags that are not MLflow's or of bis."""
    return {k: v[:_LONGEST_TAG] for k, v in tags.items() if not k.startswith(_NOT_OF_THE_PROGRAM)}


def _address(store: Any, uri: str) -> str:
    """The tracking URI of a store that was just built, with the path that it has in this working directory."""
    folder = getattr(store, "root_directory", None)  # of a file store, whatever it was called
    if isinstance(folder, str):
        return os.path.abspath(folder)  # noqa: PTH100 (as MLflow does it: links are not followed)
    path = uri.removeprefix(_SQLITE)
    if path != uri and path and not path.startswith((":", "file:")):  # in memory, or an address of SQLite's own
        return _SQLITE + os.path.abspath(path)  # noqa: PTH100 (same)
    return uri


def _status_name(status: Any) -> str:
    from mlflow.entities import RunStatus

    return str(RunStatus.to_string(status)) if isinstance(status, int) else str(status)


def _object_being_logged() -> Any:
    """The trained object among the arguments of ``Model.log``, which is on the stack when its metadata is stored."""
    frame = sys._getframe(1)  # noqa: SLF001 (the documented way to the calling frames)
    while frame is not None:
        if frame.f_code.co_name == "log" and frame.f_globals.get("__name__") == "mlflow.models.model":
            kwargs = frame.f_locals.get("kwargs") or {}
            named = [v for k, v in kwargs.items() if k.endswith("model") or k in {"model", "booster", "learn"}]
            return named[0] if named else None
        frame = frame.f_back  # type: ignore[assignment]
    return None
