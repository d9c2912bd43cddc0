"""Environment settings that are varied for real: threads, kernels, versions, and the order in which threads finish."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from bis._explain.environment.emulated_cpus import possible_cpus
from bis._explain.environment.environment_change import THREAD_VARIABLES
from bis._explain.environment.environment_effects import environment_effects
from bis._explain.environment.environment_replays import CampaignReplays
from bis._explain.environment.paired_results import same_results
from bis._explain.environment.settings import parse
from bis._replay.executors import CallingThread
from bis._replay.planning import ReplayOptions
from bis._replay.prepare import prepare
from bis.config import Settings
from bis.instrument.library_switches import DETERMINISTIC
from bis.model.attribution import TargetKind
from bis.model.statement import StatementCode
from bis.model.verdict import ReplayKind
from bis.record.probes.machine import probe_machine, usable_cores
from bis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis._replay.prepare import Prepared
    from bis.model.attribution import EffectOnTarget, EnvironmentEffect
    from tests.functional.scene import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.skipif(usable_cores() < 2, reason="needs two processors"),
]
FLAGS = probe_machine(environ=os.environ).cpu_flags

# Sums of products depend on threads and kernels, the largest number does not. Coefficients of elastic nets depend on
# how scikit-learn 1.8 and later stop, but the first is so much penalised that all of its are 0.
CAUSES = """
import mlflow
import numpy as np
from sklearn.linear_model import ElasticNet

rng = np.random.default_rng()
left, right = rng.standard_normal((2, 200_000))
x = rng.standard_normal((300, 20))
target = x @ rng.standard_normal(20) + rng.standard_normal(300)
with mlflow.start_run():
    value = float(left.max())
    for step in range(10):
        mlflow.log_metric("product", value, step=step)
        left = left + right
        value = float(left @ right)
    for step, alpha in enumerate((1e6, 0.08, 0.05, 0.03, 0.02, 0.01)):
        fitted = ElasticNet(alpha=alpha).fit(x, target)
        mlflow.log_metric("coefficients", float(np.abs(fitted.coef_).sum()), step=step)
"""

# Two threads add to the same places: which one comes first decides over the last bits. What they are is in the net.
NOISY = """
import torch

torch.manual_seed(1)
net = torch.nn.Linear(50, 3, bias=False)
values = torch.randn(2_000_000)
places = torch.randint(0, 50, (2_000_000,))
with torch.no_grad():
    for row in net.weight:
        row.copy_(torch.zeros(50).index_put((places,), values, accumulate=True))
"""


@pytest.fixture
def prepared_for(monkeypatch: pytest.MonkeyPatch) -> Callable[[Project, str], tuple[Prepared, Workspace]]:
    """Prepare a recorded run for varied replays in this process, as in the project."""

    def make(project: Project, run_id: str) -> tuple[Prepared, Workspace]:
        for name in set(os.environ) - project.environ().keys():
            monkeypatch.delenv(name)
        for name, value in project.environ().items():
            monkeypatch.setenv(name, value)
        workspace = Workspace(Settings(), project.store, project.home)
        options = ReplayOptions(kind=ReplayKind.VARIED)
        return prepare(project.store.read(run_id), options, workspace=workspace), workspace

    return make


def metric(effect: EnvironmentEffect, name: str) -> EffectOnTarget:
    """What it does to a metric."""
    [found] = [e for e in effect.effects if (e.kind, e.name) == (TargetKind.METRIC, name)]
    return found


@pytest.mark.skipif("haswell" not in possible_cpus(FLAGS) or "avx512f" not in FLAGS, reason="needs AVX-512")
def test_threads_kernels_and_versions_are_named_as_causes(
    project: Project, prepared_for: Callable[[Project, str], tuple[Prepared, Workspace]]
) -> None:
    """Each with the first divergent step; a version that is nowhere is a problem of its own."""
    other = "1.7.2" if Version(version("scikit-learn")) >= Version("1.8") else "1.8.0"
    project.add("causes.py", CAUSES)
    # A machine may choose a kernel for everything on it.
    run_id = project.record("causes.py", OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2", OPENBLAS_CORETYPE="")
    prepared, workspace = prepared_for(project, run_id)
    settings = [parse(spec) for spec in ("threads=1", "cpu=haswell", f"package:scikit-learn={other},0.0.1")]
    replay = CampaignReplays(prepared, CallingThread())
    measured = environment_effects(prepared, settings, replay=replay, workspace=workspace, pairs=1)
    assert (measured.replays, measured.failed) == (8, 0)
    found = {f"{e.setting}={e.changed}": e for e in measured.effects}
    threads, cpu = found["threads=1"], found["cpu=haswell"]
    assert threads.recorded == "2"
    for effect in (threads, cpu):
        assert not metric(effect, "product").bit_identical
        assert metric(effect, "product").diverges_at in range(1, 10)
        untaken = {StatementCode.SETTING_NOT_TAKEN, StatementCode.SETTING_REACHES_NOTHING}
        assert not untaken & {s.code for s in effect.statements}
    package = found[f"package:scikit-learn={other}"]
    assert (package.recorded, package.problem, package.deviations) == (version("scikit-learn"), None, ())
    assert metric(package, "product").bit_identical
    assert metric(package, "coefficients").diverges_at in range(1, 6)
    nowhere = found["package:scikit-learn=0.0.1"].problem
    assert nowhere is not None
    assert nowhere.code is StatementCode.VERSION_UNAVAILABLE
    assert nowhere.figures["near"]


@pytest.mark.torch
def test_the_order_in_which_threads_finish(
    project: Project, prepared_for: Callable[[Project, str], tuple[Prepared, Workspace]]
) -> None:
    """At two threads replays with one root differ; with one thread, or with determinism on, they do not."""
    pytest.importorskip("torch")
    project.add("noisy.py", NOISY)
    prepared, _ = prepared_for(project, project.record("noisy.py"))
    two, one, deterministic = (
        replace(prepared.recorded, variables=dict.fromkeys(THREAD_VARIABLES, threads), switches=switches)
        for threads, switches in (("2", ()), ("1", ()), ("2", (DETERMINISTIC,)))
    )
    found = CampaignReplays(prepared, CallingThread())([two, two, one, one, deterministic, deterministic])
    assert not [o.failure for o in found if o.failure]
    assert all(o.outputs is not None and [m.framework for m in o.outputs.models] == ["torch"] for o in found)
    assert [same_results(found[i], found[i + 1]) for i in (0, 2, 4)] == [False, True, True]
    assert [d.what for d in found[4].deviations] == ["torch.use_deterministic_algorithms"]
    assert found[0].libraries is not None
    assert found[0].libraries.threads["torch.intraop"] == 2
