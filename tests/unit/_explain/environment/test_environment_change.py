"""What one value of a setting changes of a replay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bis._explain.environment.environment_change import (
    THREAD_VARIABLES,
    EnvironmentChange,
    RunSurroundings,
    changes_of,
    recorded_threads,
)
from bis._explain.environment.settings import parse
from bis._replay.planning import ReplayOptions, make_plan
from bis.errors import UsageError
from bis.evidence.redaction import REDACTED
from bis.model.facets import ThreadPool
from bis.model.statement import StatementCode
from bis.model.verdict import ReplayKind
from tests.unit._replay.records import environment, here, machine, record

if TYPE_CHECKING:
    from bis.model.facets import Machine

POOLS = (ThreadPool("blas", "openblas", threads=2, architecture="SkylakeX"), ThreadPool("openmp", "libgomp", threads=2))
AVX2 = ("avx", "avx2", "fma", "popcnt", "sse4_2")


def run(on: Machine | None = None, **plan: Any) -> RunSurroundings:
    """A run that had NumPy and two threads, with a plan that has these fields."""
    made = record(machine=on or machine(pools=POOLS))
    planned = make_plan(made, ReplayOptions(kind=ReplayKind.VARIED), here(), run_id="r")
    return RunSurroundings(made.machine, replace(planned, **plan), made.environment, AVX2)


def only(spec: str, of: RunSurroundings | None = None) -> EnvironmentChange:
    """The only change of a setting."""
    [change] = changes_of(parse(spec), of or run())
    return change


def test_threads_are_set_for_every_library() -> None:
    """What was recorded is what libraries had; the value that they had is not measured."""
    one, two = changes_of(parse("threads=1,2"), run())
    assert (one.recorded, one.changed, one.problem) == ("2", "1", None)
    assert one.variables == dict.fromkeys(THREAD_VARIABLES, "1")
    assert [s.code for s in one.statements] == [StatementCode.SETTING_DOES_NOT_GOVERN]
    assert two.problem is not None
    assert two.problem.code is StatementCode.SETTING_AS_RECORDED


def test_different_thread_counts_are_all_named() -> None:
    """One number would say something that was not."""
    pools = (POOLS[0], replace(POOLS[1], threads=1))
    assert recorded_threads(machine(pools=pools)) == "libgomp 1, openblas 2"
    assert recorded_threads(machine()) == "2"  # no library had threads: what they would have had


def test_kernels_are_those_that_this_machine_has() -> None:
    """Others are refused with those that are possible."""
    change = only("cpu=haswell")
    assert (change.recorded, change.changed) == ("SkylakeX", "haswell")
    assert change.variables["OPENBLAS_CORETYPE"] == "Haswell"
    assert change.variables["NPY_DISABLE_CPU_FEATURES"].startswith("AVX512F")
    with pytest.raises(UsageError, match="lacks instructions") as caught:
        only("cpu=skylakex")
    assert "haswell" in str(caught.value.hint)
    with pytest.raises(UsageError) as elsewhere:
        only("cpu=haswell", replace(run(), cpu_flags=("asimd",)))
    assert "x86-64 only" in str(elsewhere.value.hint)


def test_switches_are_for_programs_that_have_the_library() -> None:
    """Others are told so before anything is replayed; where it is not known, it is tried."""
    torch = machine(switches={"torch.deterministic_algorithms": "False", "torch.mkldnn": "True"})
    change = only("determinism=on", run(torch))
    assert (change.recorded, change.switches) == ("off", ("deterministic",))
    assert change.variables["TF_DETERMINISTIC_OPS"] == "1"
    assert only("onednn=off", run(torch)).switches == ("without-onednn",)
    on = machine(switches={"torch.deterministic_algorithms": "True"})
    assert only("determinism=on", run(on)).problem is not None
    with pytest.raises(UsageError, match="has loaded neither"):
        only("onednn=off", run(machine(switches={"python.optimize": "0"})))
    assert only("onednn=off", run(machine())).problem is None


def test_hash_seeds() -> None:
    """A given one, or a new one for each pair."""
    assert (only("hash_seed=0").hash_seed, only("hash_seed=0").recorded) == ("0", "7")
    assert only("hash_seed=7").problem is not None
    new = only("hash_seed")
    assert (new.new_hash_seed, new.changed) == (True, "new")


def test_variables_replace_those_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a replay would inherit counts as recorded; a secret is never shown."""
    monkeypatch.setenv("MODE", "slow")
    change = only("env:MODE=fast")
    assert (change.recorded, change.changed, change.variables) == ("slow", "fast", {"MODE": "fast"})
    assert only("env:MODE=slow").problem is not None
    assert only("env:MODE=fast", run(unset=("MODE",))).recorded == ""
    secret = only("env:API_TOKEN=abc", run(variables={"API_TOKEN": "xyz"}))
    assert (secret.recorded, secret.changed, secret.problem) == (REDACTED, REDACTED, None)
    assert secret.variables == {"API_TOKEN": "abc"}


def test_packages_must_have_been_there() -> None:
    """A name that is near is proposed."""
    change = only("package:numpy=1.26.4")
    assert (change.recorded, change.changed, change.environment) == ("2.0.0", "1.26.4", None)
    assert only("package:numpy=2.0.0").problem is not None
    with pytest.raises(UsageError, match="did not have the package") as caught:
        only("package:num=1")
    assert "numpy" in str(caught.value.hint)


def test_python_and_dates() -> None:
    """A minor version that was recorded is the same, whichever patch release."""
    assert only("python=3.11").problem is not None
    assert (only("python=3.12").recorded, only("python=3.12").problem) == ("3.11.7", None)
    assert (only("packages=2024-01-15").recorded, only("packages=2024-01-15").changed) == ("", "2024-01-15")
    with pytest.raises(UsageError, match="not recorded"):
        only("packages=2024-01-15", replace(run(), environment=environment()))
