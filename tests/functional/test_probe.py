"""Predictions on a fixed probe set, by the models of real programs."""

from __future__ import annotations

import base64
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bis._replay.campaign import campaign
from bis._replay.executors import CallingThread
from bis._replay.inputs import PROBE_SUFFIX
from bis._replay.planning import ReplayOptions
from bis._replay.prepare import prepare
from bis._replay.probes import keep_given_probe
from bis.config import Settings
from bis.instrument.probe_examples import unpacked
from bis.model.verdict import ReplayKind
from bis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bis.model.probe_prediction import ProbePrediction
    from bis.model.verdict import Outcome
    from tests.functional.scene import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    *(pytest.mark.skipif(find_spec(name) is None, reason=f"{name} is not installed") for name in ("sklearn", "torch")),
]


class Experiment:
    """A recorded run, and its varied replays."""

    def __init__(self, project: Project) -> None:
        project.add("predicts.py")
        run = project.store.read(project.record("predicts.py"))
        self.home = project.home
        workspace = Workspace(Settings(), project.store, project.home)
        self.prepared = prepare(run, ReplayOptions(kind=ReplayKind.VARIED), workspace=workspace)
        self.found = self.replay("find")

    def replay(self, probe: str, *, root: str | None = None) -> Outcome:
        """One replay with a probe."""
        variation = replace(self.prepared.recorded, probe=probe)
        variation = variation if root is None else replace(variation, root=root)
        (outcome,) = campaign(self.prepared, [variation], executor=CallingThread())
        assert outcome.failure is None, outcome.failure
        assert not [note for note in outcome.notes if "failed" in note], outcome.notes
        return outcome


@pytest.fixture(scope="module")
def experiment(new_project: Callable[..., Project]) -> Iterator[Experiment]:
    """The program of the assets, recorded, and replayed once with what it predicts for."""
    project = new_project()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIS_HOME", str(project.home))
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        yield Experiment(project)


def numbers(prediction: ProbePrediction) -> np.ndarray:
    """What was predicted."""
    assert not prediction.problem, prediction
    return np.frombuffer(base64.b64decode(prediction.values), "<f8").reshape(prediction.shape)


def test_models_predict_for_what_the_program_asked_them(experiment: Experiment) -> None:
    """Those that a function made too; steps of a pipeline, trees of a forest and losses are no models of their own."""
    pytest.importorskip("torch")  # to read the examples of the net
    found = experiment.found
    assert found.unkept == ()
    assert [(p.model, p.kind, p.shape) for p in found.predictions] == [
        ("Pipeline", "probabilities", (50, 2)),
        ("Sequential", "values", (50, 2)),
        ("linear", "values", (7,)),
    ]
    assert {p.probe for p in found.predictions} == {found.probe}
    content = (experiment.home / "sources" / f"{found.probe}{PROBE_SUFFIX}").read_bytes()
    probe = unpacked(content)
    assert list(probe["Pipeline"].columns) == ["a", "b", "c", "kind"]
    assert probe["linear"].shape == (7, 3)
    assert [call["args"][0].shape for call in probe["Sequential"]] == [(20, 3), (20, 3), (10, 3)]


def test_predictions_are_those_of_the_replays_models(experiment: Experiment) -> None:
    """With the recorded entropy the same bits, with another root others, for the same examples."""
    same = experiment.replay(experiment.found.probe)
    assert same.predictions == experiment.found.predictions
    assert same.outputs is not None
    assert experiment.found.outputs is not None
    assert same.trace == experiment.found.trace
    other = experiment.replay(experiment.found.probe, root="ab" * 32)
    for one, two in zip(same.predictions, other.predictions, strict=True):
        assert (one.model, one.shape, one.probe) == (two.model, two.shape, two.probe)
        assert not np.array_equal(numbers(one), numbers(two))
    assert np.allclose(numbers(other.predictions[0]).sum(axis=1), 1)


def test_a_probe_that_does_not_fit_a_model_is_told(experiment: Experiment) -> None:
    """For that model, with what is wrong; the others predict."""
    path = experiment.home / "probe.npy"
    np.save(path, np.linspace(-1, 1, 12).reshape(4, 3))
    given = keep_given_probe(path, home=experiment.home)
    pipeline, net, linear = experiment.replay(given.digest).predictions
    assert (pipeline.model, pipeline.problem) == ("Pipeline", "other-columns")
    assert pipeline.detail == "3 columns, expected 4"
    assert (numbers(net).shape, numbers(linear).shape) == ((4, 2), (4,))
    assert (pipeline.values, pipeline.shape) == ("", ())
