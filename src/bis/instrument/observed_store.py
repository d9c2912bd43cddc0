"""A tracking store that reports to the recorder what any MLflow client of the process does.

The store is the one that MLflow itself built; only its class is exchanged for a subclass with `Observing` in front, so
that its behaviour, its type for ``isinstance`` and its private attributes stay. Every call goes through first; what is
seen is noted afterwards, behind the fence. Signatures are tolerant, because MLflow's change between versions.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from bis.evidence.reentrancy import outermost

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.instrument.recorder import Recorder


class Observing:
    """Mix-in that observes runs, metrics, params, inputs and models; see the module's docstring."""

    bis_recorder: Recorder
    bis_uri: str
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
            self.bis_recorder.fence.run("run", self._bis_created, run)
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

    def log_batch(self, run_id: Any, metrics: Any = (), params: Any = (), *args: Any, **kwargs: Any) -> Any:
        """Log the batch, and note it."""
        metrics, params = list(metrics or ()), list(params or ())
        with outermost() as first:
            result = super().log_batch(run_id, metrics, params, *args, **kwargs)  # type: ignore[misc]
        if first:
            self.bis_recorder.fence.run("metrics", self._bis_metrics, run_id, metrics)
            self.bis_recorder.fence.run("parameters", self._bis_params, run_id, params)
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
        self.bis_recorder.fence.run("models", self._bis_model, getattr(result, "name", "model"), run_id)
        return result

    def record_logged_model(self, *args: Any, **kwargs: Any) -> Any:
        """Record the logged model (older clients), and note its weights."""
        with outermost():
            result = super().record_logged_model(*args, **kwargs)  # type: ignore[misc]
        run_id = kwargs.get("run_id") or (args[0] if args else "")
        self.bis_recorder.fence.run("models", self._bis_model, "model", str(run_id))
        return result

    # -- noting -------------------------------------------------------------------------------------------------------

    def _bis_attach(self, run_id: str, how: str, experiment_id: str = "") -> None:
        if run_id in self.bis_recorder.runs:
            return
        self.bis_on_attach(run_id)
        self.bis_recorder.run_seen(run_id, how=how, experiment_id=experiment_id, uri=self.bis_uri)

    def _bis_created(self, run: Any) -> None:
        self._bis_attach(run.info.run_id, "created", str(run.info.experiment_id))

    def _bis_updated(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        run_id = kwargs.get("run_id") or args[0]
        status = kwargs.get("run_status", args[1] if len(args) > 1 else None)
        if status is None:  # only renamed
            return
        name = _status_name(status)
        if name == "RUNNING":
            self._bis_attach(run_id, "resumed")
        elif run_id in self.bis_recorder.runs:
            self.bis_recorder.note("run_end", run_id=run_id, status=name)
            self.bis_on_end(run_id)

    def _bis_metrics(self, run_id: str, metrics: list[Any]) -> None:
        self._bis_attach(run_id, "joined")
        for m in metrics:
            value = float(m.value)
            facts = {"key": m.key, "hex": value.hex(), "step": int(m.step or 0), "at": m.timestamp}
            model = getattr(m, "model_id", None)
            if model:  # logging a model logs metrics of its run again, for the model: distinguished when they are read
                facts["model"] = model
            self.bis_recorder.note("metric", run_id=run_id, **facts)

    def _bis_params(self, run_id: str, params: list[Any]) -> None:
        self._bis_attach(run_id, "joined")
        for p in params:
            self.bis_recorder.note("param", run_id=run_id, key=p.key, value=str(p.value))

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

    def _bis_model(self, name: str, run_id: str) -> None:
        model = _object_being_logged()
        if model is not None:
            self.bis_recorder.model_seen(name or "model", model, run_id)

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
    store.bis_uri = uri
    store.bis_on_attach = on_attach
    store.bis_on_end = on_end
    return store


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
