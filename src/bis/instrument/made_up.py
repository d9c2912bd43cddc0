"""What a program expects to find in its store, made up in a replay: experiments and runs that it names by id."""

from __future__ import annotations

import inspect
import itertools
import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

from mlflow.store.tracking.abstract_store import AbstractStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.instrument.quarantine import QuarantineStores

_NUMBERS = itertools.count(1)


class MakingUp:
    """Part of a store of MLflow in which experiments and runs that are named by id come into being when they are named.

    It stands before MLflow's class among the bases. A derived class says how an experiment and a run are made.
    """

    def __init__(self, stores: QuarantineStores, *places: str, draws: bool) -> None:
        self._stores = stores
        self._draws = draws
        self._known: set[str] = set()  # experiments "e…" and runs "r…" that are there
        self._looked_up: set[str] = set()  # experiment names that were made up because the program asked for them
        self._making = False  # MLflow's own methods ask for what they are about to make
        self._ready = False
        super().__init__(*places)
        self._ready = True

    def make_experiment(self, experiment_id: str, name: str) -> bool:
        """Make the experiment of this id, if there is none; whether it was made."""
        raise NotImplementedError

    def make_run(self, run_id: str, experiment_id: str) -> bool:
        """Make the run of this id, if there is none; whether it was made."""
        raise NotImplementedError

    def create_experiment(
        self,
        name: str,
        artifact_location: str | None = None,  # noqa: ARG002 (MLflow's signature)
        tags: Any = None,
    ) -> Any:
        """Create an experiment; its artifacts go to the quarantine wherever the program wants them."""
        store: Any = super()
        if name in self._looked_up:
            return store.get_experiment_by_name(name).experiment_id
        self._making = True
        try:
            return store.create_experiment(name, None, tags)
        finally:
            self._making = False

    def get_experiment_by_name(self, experiment_name: str) -> Any:
        """Find or make an experiment.

        The original store may have had it for years: a program that takes its id without asking must not fail, and
        one that creates it where it is not there goes on with what is found.
        """
        store: Any = super()
        found = store.get_experiment_by_name(experiment_name)
        if found is None and experiment_name and not self._making:
            self.create_experiment(experiment_name)
            self._looked_up.add(experiment_name)
            found = store.get_experiment_by_name(experiment_name)
        return found

    def create_run(self, experiment_id: str, user_id: str, start_time: int, tags: Any, *rest: Any, **more: Any) -> Any:
        """Create a run. Its name is drawn from the program's ``random`` only where it was so in the original.

        Before MLflow 2 a store was given no name, and nothing was drawn.
        """
        store: Any = super()
        takes_name = "run_name" in inspect.signature(store.create_run).parameters
        run_name = rest[0] if rest else more.get("run_name")
        named = run_name or any(tag.key == "mlflow.runName" for tag in tags or ())
        if takes_name and not named and not self._draws:
            rest, more = (), {**more, "run_name": f"replay-{next(_NUMBERS)}"}
        return store.create_run(experiment_id, user_id, start_time, tags, *rest, **more)

    def create_logged_model(self, experiment_id: str, name: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Create a logged model; for its name see `create_run`."""
        if not name and not self._draws:
            name = f"model-{next(_NUMBERS)}"
        store: Any = super()
        return store.create_logged_model(experiment_id, name, *args, **kwargs)

    def ensure_experiment(self, experiment_id: Any) -> None:
        """Make the experiment of this literal id, if there is none."""
        if not str(experiment_id).isdigit() or f"e{experiment_id}" in self._known:
            return
        if self.make_experiment(str(experiment_id), f"experiment {experiment_id} of the original store"):
            self._report_made_up("experiment", str(experiment_id))
        self._known.add(f"e{experiment_id}")

    def ensure_run(self, run_id: Any) -> None:
        """Make the run of this literal id, if there is none."""
        if not isinstance(run_id, str) or not run_id or f"r{run_id}" in self._known:
            return
        experiment_id = _active_experiment()
        self.ensure_experiment(experiment_id)
        if self.make_run(run_id, str(experiment_id)):
            self._report_made_up("run", run_id)
        self._known.add(f"r{run_id}")

    def _report_made_up(self, what: str, identity: str) -> None:
        self._stores.report(
            {
                "what": f"{what} {identity}",
                "recorded": f"one of the original store's {what}s",
                "replayed": f"an empty {what} of this id in the quarantine",
                "why": "the program names it by a literal id, and a replay reads and writes no other store",
            }
        )


def report_missing_model(stores: QuarantineStores, name: str) -> None:
    """Report that a registered model was asked for that the replay itself did not register."""
    stores.report(
        {
            "what": f"registered model {name}",
            "recorded": "possibly a model of the original registry",
            "replayed": "not found",
            "why": "the registry of a replay holds only what the replay itself has registered",
        }
    )


def _active_experiment() -> int:
    """The experiment that the program has set, which a run that it resumes must belong to."""
    chosen = str(getattr(sys.modules.get("mlflow.tracking.fluent"), "_active_experiment_id", None))
    return int(chosen) if chosen.isdigit() else 0


def _with_existence(method: Callable[..., Any], parameters: list[str]) -> Callable[..., Any]:
    """Wrap a store's method so that what it names by id exists."""
    run_at = parameters.index("run_id") if "run_id" in parameters else None
    experiment_at = parameters.index("experiment_id") if "experiment_id" in parameters else None

    def argument(position: int | None, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if position is None:
            return None
        return args[position] if position < len(args) else kwargs.get(name)

    @wraps(method)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._ready:
            self.ensure_run(argument(run_at, "run_id", args, kwargs))
            self.ensure_experiment(argument(experiment_at, "experiment_id", args, kwargs))
        return method(self, *args, **kwargs)

    return wrapped


def wrap_public_methods(store: type[MakingUp]) -> None:
    """Wrap what MLflow's client can call: the methods of the abstract store, of whatever version."""
    for name in dir(AbstractStore):
        if name.startswith("_") or not inspect.isfunction(inspect.getattr_static(AbstractStore, name)):
            continue
        method = getattr(store, name)
        parameters = list(inspect.signature(method).parameters)[1:]
        setattr(store, name, _with_existence(method, parameters))
