"""What one value of an environment setting changes of a replay, and what the recorded value was."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

from bis._explain.environment.emulated_cpus import CPUS, kernel_variables, possible_cpus
from bis._explain.environment.settings import EnvironmentSetting, SettingKind
from bis._replay.machine_pins import thread_counts
from bis._replay.program_environment import base_environment
from bis.errors import UsageError
from bis.evidence.redaction import REDACTED, is_secret_name
from bis.instrument.library_switches import DETERMINISTIC, WITHOUT_ONEDNN
from bis.model.facets import Environment, Machine
from bis.model.plan import Plan
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Deviation

NEW = "new"  # where each pair has another value
DIFFERENT_COUNTS = ", "

# What each library with threads of its own reads when it is loaded.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",  # OpenMP: scikit-learn, PyTorch, XGBoost, LightGBM
    "OPENBLAS_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "NUMBA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "LOKY_MAX_CPU_COUNT",
)
_DETERMINISM = {"TF_DETERMINISTIC_OPS": "1", "TF_CUDNN_DETERMINISTIC": "1", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
_WITHOUT_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}
_SWITCHABLE = ("torch.", "tensorflow.")
_NOT_GOVERNED = ("n_jobs", "set-by-program")


@dataclass(frozen=True, slots=True)
class RunSurroundings:
    """What settings are compared with: the run as it is replayed, and this machine.

    `environment` is the one that replays have as planned, `cpu_flags` are those of this machine.
    """

    machine: Machine
    plan: Plan
    environment: Environment
    cpu_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnvironmentChange:
    """One value of a setting.

    `recorded` and `changed` are as in `bis.model.attribution.EnvironmentEffect`. `environment` is set where packages or
    the interpreter change; `new_hash_seed` where each pair is to have another one. `problem` says why nothing is
    measured.
    """

    setting: EnvironmentSetting
    recorded: str
    changed: str
    variables: dict[str, str] = field(default_factory=dict)
    switches: tuple[str, ...] = ()
    hash_seed: str | None = None
    new_hash_seed: bool = False
    environment: Environment | None = None
    deviations: tuple[Deviation, ...] = ()
    statements: tuple[Statement, ...] = ()
    problem: Statement | None = None


def changes_of(setting: EnvironmentSetting, run: RunSurroundings) -> tuple[EnvironmentChange, ...]:
    """One change for each value of a setting; environments are still to be resolved for those of packages and Python.

    Raises
    ------
    UsageError
        The run did not use what is to be set, or this machine cannot do it.
    """
    if setting.kind is SettingKind.HASH_SEED and not setting.values:
        return (EnvironmentChange(setting, run.plan.hash_seed or "", NEW, new_hash_seed=True),)
    make = _MAKERS[setting.kind]
    return tuple(_unless_recorded(make(setting, value, run)) for value in setting.values)


def _unless_recorded(change: EnvironmentChange) -> EnvironmentChange:
    # The name of kernels is not what all libraries have, and the value of a variable may be a secret.
    if change.setting.kind in {SettingKind.CPU, SettingKind.VARIABLE} or change.recorded != change.changed:
        return change
    return _as_recorded(change)


def _as_recorded(change: EnvironmentChange) -> EnvironmentChange:
    same = statement(StatementCode.SETTING_AS_RECORDED, setting=change.setting.name, value=change.changed)
    return replace(change, problem=same)


def _threads(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    rest = statement(StatementCode.SETTING_DOES_NOT_GOVERN, setting=setting.name, what=_NOT_GOVERNED)
    variables = dict.fromkeys(THREAD_VARIABLES, value)
    return EnvironmentChange(setting, recorded_threads(run.machine), value, variables, statements=(rest,))


def recorded_threads(machine: Machine) -> str:
    """How many threads libraries had: one number, or one for each pool where they differ; empty where not known."""
    counts = {p.library or p.api: str(p.threads) for p in machine.pools if p.threads > 0}
    counts |= {name: str(n) for name, n in machine.threads.items() if n > 0 and name == "torch.intraop"}
    if not counts:
        planned = thread_counts(machine)
        return str(planned["OMP_NUM_THREADS"]) if planned else ""
    if len(set(counts.values())) == 1:
        return next(iter(counts.values()))
    return DIFFERENT_COUNTS.join(f"{name} {n}" for name, n in sorted(counts.items()))


def _cpu(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    possible = possible_cpus(run.cpu_flags)
    if value not in possible:
        what = ", ".join(possible) or "none: kernels can be chosen on x86-64 only"
        raise UsageError(f"--vary cpu={value}: this machine lacks instructions of it", hint=f"Possible here: {what}.")
    versions = {p.name: p.version for p in run.environment.packages}
    variables = kernel_variables(CPUS[value], versions.get("numpy", ""))
    cores = [p.architecture for p in run.machine.pools if p.architecture]
    recorded = cores[0] if cores else run.machine.cpu_model
    return EnvironmentChange(setting, recorded, value, variables)


def _onednn(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    _demand_switchable(setting, run)
    switches = run.machine.switches
    known = [switches.get("torch.mkldnn") == "False", switches.get("tensorflow.onednn") == "0"]
    loaded = ["torch.mkldnn" in switches, "tensorflow.onednn" in switches]
    off = any(loaded) and known == loaded
    return EnvironmentChange(setting, "off" if off else "on", value, dict(_WITHOUT_ONEDNN), (WITHOUT_ONEDNN,))


def _determinism(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    _demand_switchable(setting, run)
    names = ("torch.deterministic_algorithms", "tensorflow.op_determinism")
    states = [run.machine.switches[name] == "True" for name in names if name in run.machine.switches]
    on = bool(states) and all(states)
    return EnvironmentChange(setting, "on" if on else "off", value, dict(_DETERMINISM), (DETERMINISTIC,))


def _demand_switchable(setting: EnvironmentSetting, run: RunSurroundings) -> None:
    switches = run.machine.switches
    if switches and not any(name.startswith(_SWITCHABLE) for name in switches):
        raise UsageError(
            f"--vary {setting.name}={','.join(setting.values)} is about PyTorch and TensorFlow: "
            "the run has loaded neither of them"
        )


def _hash_seed(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    return EnvironmentChange(setting, run.plan.hash_seed or "", value, hash_seed=value)


def _variable(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    name = setting.subject
    given = run.plan.variables.get(name)
    if given is None and name not in run.plan.unset:
        given = base_environment(os.environ).get(name)
    recorded, shown = given or "", value
    if is_secret_name(name):
        recorded, shown = REDACTED if given else "", REDACTED
    change = EnvironmentChange(setting, recorded, shown, {name: value})
    return _as_recorded(change) if given == value else change


def _package(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    versions = {p.name: p.version for p in run.environment.packages}
    recorded = versions.get(setting.subject)
    if recorded is None:
        near = sorted(name for name in versions if setting.subject in name or name in setting.subject)
        raise UsageError(
            f"--vary {setting.name}={','.join(setting.values)}: the run did not have the package {setting.subject}",
            hint=f"It had {', '.join(near)}." if near else "`bis show RUN_ID` lists those that it had.",
        )
    return EnvironmentChange(setting, recorded, value)


def _packages(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    if not run.environment.packages:
        raise UsageError(f"--vary {setting.name}={value}: the packages of the run were not recorded")
    return EnvironmentChange(setting, "", value)


def _python(setting: EnvironmentSetting, value: str, run: RunSurroundings) -> EnvironmentChange:
    recorded = run.environment.python
    parts = value.split(".")
    same = recorded.split(".")[: len(parts)] == parts
    return EnvironmentChange(setting, value if same else recorded, value)


_MAKERS = {
    SettingKind.THREADS: _threads,
    SettingKind.CPU: _cpu,
    SettingKind.ONEDNN: _onednn,
    SettingKind.DETERMINISM: _determinism,
    SettingKind.HASH_SEED: _hash_seed,
    SettingKind.VARIABLE: _variable,
    SettingKind.PACKAGE: _package,
    SettingKind.PACKAGES: _packages,
    SettingKind.PYTHON: _python,
}
