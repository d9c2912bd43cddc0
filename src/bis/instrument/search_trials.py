"""One trial of an Optuna search: where it begins, and running it alone from there.

In a replay that looks for the trial the search runs as it always does; what there was when the trial began is written
down. In one that runs it alone the study gets the earlier trials as they ended (which pruners and callbacks look at),
and runs this one trial, with the parameters that it had. A program that asks for trials itself (``study.ask``) has no
function that could be run alone.
"""

from __future__ import annotations

import os
import sys

from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from bis.instrument.recorder import Recorder

MODULE = "optuna.study.study"
TRIAL = "trial.json"  # in the spool: written for the host, or given by it


class SearchTrials:
    """Watches, or cuts down, the searches of a program.

    Parameters
    ----------
    recorder : Recorder
        Of this process; its session says which trial is meant.
    """

    def __init__(self, recorder: Recorder) -> None:
        given: Any = recorder.session.trial
        self._recorder = recorder
        self._number: int = given["number"]
        self._alone: bool = given["alone"]
        self._restores: bool = given["restores"]
        self._studies: list[str] = []
        self._before: dict[str, int] | None = None  # the runs that there were when the trial began
        self._begun: dict[str, Any] = {}
        self._is_noted = self._has_run = False

    def hooks(self) -> dict[str, Callable[[ModuleType], None]]:
        """What to do after the import of which module."""
        return {MODULE: self._attach}

    def _attach(self, module: Any) -> None:
        optimize = module.Study.optimize
        if is_ours(optimize):
            return

        def optimized(study: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
            if self._alone:
                return self._run_alone(optimize, study, func, args, kwargs)
            self._recorder.fence.run("trials", self._see_study, study)
            try:
                return optimize(study, self._watched(study, func), *args, **kwargs)
            finally:
                self._recorder.fence.run("trials", self._note)

        module.Study.optimize = disguise(optimized, optimize)

    # -- looking for the trial ----------------------------------------------------------------------------------------

    def _see_study(self, study: Any) -> None:
        if study.study_name not in self._studies:
            self._studies.append(study.study_name)
            self._recorder.note("study", name=study.study_name)

    def _watched(self, study: Any, func: Any) -> Any:
        def objective(trial: Any) -> Any:
            self._recorder.fence.run("trials", self._note)  # the callbacks of the trial before have made their runs
            if trial.number != self._number or self._begun:
                return func(trial)
            self._recorder.fence.run("trials", self._begin, study, trial)
            try:
                return func(trial)
            finally:
                self._recorder.fence.run("trials", self._end, study, trial)

        return objective

    def _begin(self, study: Any, trial: Any) -> None:
        earlier = study.get_trials(deepcopy=False)[: trial.number]
        running = [t for t in study.get_trials(deepcopy=False) if not t.state.is_finished()]
        self._before = dict(self._recorder.runs)
        entropy = self._recorder.entropy
        self._begun = {
            "number": trial.number,
            "study": study.study_name,
            "together": len([t for t in running if t.number != trial.number and t.state.name == "RUNNING"]) > 0,
            "earlier": [_described(t) for t in earlier],
            "position": None if entropy is None else entropy.position(),
        }

    def _end(self, study: Any, trial: Any) -> None:
        frozen = next(t for t in study.get_trials(deepcopy=False) if t.number == trial.number)
        self._begun |= {name: _described(frozen)[name] for name in ("params", "distributions")}
        from json import dumps  # Optuna has loaded it

        path = os.path.join(self._recorder.session.spool, TRIAL)  # noqa: PTH118 (as the recorder names files)
        with self._recorder.unwatched(), open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 (same)
            file.write(dumps(self._begun))

    def _note(self) -> None:
        """Note the runs that were made since the trial began, once it has ended."""
        if self._is_noted or self._before is None or "params" not in self._begun:
            return
        self._is_noted = True
        runs = [run for run in self._recorder.runs if run not in self._before]
        self._recorder.note("trial", number=self._number, runs=runs, together=self._begun["together"])

    # -- running it alone ---------------------------------------------------------------------------------------------

    def _run_alone(self, optimize: Any, study: Any, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._has_run:  # a program that calls it again and again for more trials
            return None
        self._has_run = True
        from json import load  # Optuna has loaded it

        path = os.path.join(self._recorder.session.spool, TRIAL)  # noqa: PTH118 (as the recorder names files)
        with self._recorder.unwatched(), open(path, encoding="utf-8") as file:  # noqa: PTH123 (same)
            begun = load(file)
        there = len(study.get_trials(deepcopy=False))
        for described in begun["earlier"][there:]:
            study.add_trial(_built(described))
        study.enqueue_trial(begun["params"])

        def objective(trial: Any) -> Any:
            if trial.number != self._number:
                raise RuntimeError(f"trial {trial.number} was run in place of trial {self._number}")
            if self._restores and self._recorder.entropy is not None:
                self._recorder.entropy.go_to(begun["position"])
            return func(trial)

        inspect: Any = sys.modules["inspect"]
        bound = inspect.signature(optimize).bind(study, objective, *args, **kwargs)
        bound.arguments |= {"n_trials": 1, "n_jobs": 1, "timeout": None}
        return optimize(*bound.args, **bound.kwargs)


def _described(trial: Any) -> dict[str, Any]:
    """A trial in JSON; what it holds may be kept in a database, so it has that form."""
    to_json = sys.modules["optuna.distributions"].distribution_to_json
    return {
        "state": trial.state.name,
        "values": trial.values,
        "params": trial.params,
        "distributions": {name: to_json(kind) for name, kind in trial.distributions.items()},
        "user_attrs": trial.user_attrs,
        "system_attrs": trial.system_attrs,
        "intermediate": {str(step): value for step, value in trial.intermediate_values.items()},
    }


def _built(described: dict[str, Any]) -> Any:
    optuna: Any = sys.modules["optuna"]
    from_json = sys.modules["optuna.distributions"].json_to_distribution
    return optuna.trial.create_trial(
        state=optuna.trial.TrialState[described["state"]],
        values=described["values"],
        params=described["params"],
        distributions={name: from_json(text) for name, text in described["distributions"].items()},
        user_attrs=described["user_attrs"],
        system_attrs=described["system_attrs"],
        intermediate_values={int(step): value for step, value in described["intermediate"].items()},
    )
