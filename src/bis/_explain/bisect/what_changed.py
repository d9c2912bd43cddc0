"""What is not here as it was recorded: the candidates of a bisection, and what cannot be one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion

from bis._replay.environment import requirement
from bis.model.bisection import ChangeKind, NotVaried, SettingChange
from bis.model.facets import Environment, Machine, Package, Status
from bis.model.lock import normalised
from bis.record.probes.machine import is_of_machine

if TYPE_CHECKING:
    from bis.evidence.redaction import Redactor
    from bis.model.plan import Plan
    from bis.model.record import Record

_OWN = "bis"
_HASH_SEED = "PYTHONHASHSEED"
_CPU = frozenset({
    "ATEN_CPU_CAPABILITY",
    "DNNL_MAX_CPU_ISA",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
})  # fmt: skip
_THREADS = frozenset({"LOKY_MAX_CPU_COUNT", "TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS"})
KINDS = {
    "packages": frozenset({ChangeKind.PACKAGE, ChangeKind.PYTHON}),
    "variables": frozenset({ChangeKind.VARIABLE}),
    "threads": frozenset({ChangeKind.THREADS}),
    "hash_seed": frozenset({ChangeKind.HASH_SEED}),
    "cpu": frozenset({ChangeKind.CPU}),
}


@dataclass(frozen=True, slots=True)
class Today:
    """What this machine has today: the environment that bis runs in, its interpreter, the variables that are set.

    `metadata` are the folders in which the distributions of that environment are described.
    """

    environment: Environment
    interpreter: str
    variables: Mapping[str, str]
    machine: Machine
    metadata: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The candidates, packages first, and differences that are none."""

    candidates: tuple[SettingChange, ...] = ()
    not_varied: tuple[NotVaried, ...] = field(default=())

    @property
    def of_packages(self) -> tuple[SettingChange, ...]:
        """Those that need an environment of their own."""
        return tuple(c for c in self.candidates if c.kind in KINDS["packages"])


def what_changed(
    record: Record, plan: Plan, today: Today, *, only: Collection[str] = (), redactor: Redactor | None = None
) -> Changes:
    """Find what differs between a record and today.

    Parameters
    ----------
    record : Record
        Of the run.
    plan : Plan
        For exact replays: its variables are the recorded ones, and those that stand in for the recorded machine.
    today : Today
        This machine.
    only : collection of str
        Keys of `KINDS`: the rest is `NotVaried`.
    redactor : Redactor, optional
        Variables whose value today is secret are no candidates.
    """
    packages, cannot = _packages(record, today)
    variables = _variables(record, plan, today, redactor)
    seed = _hash_seed(record, today, asked="hash_seed" in only)
    found = [*packages, *variables, *seed]
    wanted = frozenset().union(*(KINDS[kind] for kind in only)) if only else frozenset(ChangeKind)
    refused = [NotVaried(c, "not-asked") for c in found if c.kind not in wanted]
    return Changes(
        tuple(c for c in found if c.kind in wanted), (*cannot, *_processor(record, today, variables), *refused)
    )


def _packages(record: Record, today: Today) -> tuple[list[SettingChange], list[NotVaried]]:
    recorded = record.environment
    if not recorded.packages:
        python = SettingChange(ChangeKind.PYTHON, "python", recorded.python or None, today.environment.python)
        return [], [NotVaried(python, "not-recorded")] if recorded.status is Status.MISSING else []
    before, now = _by_name(recorded), _by_name(today.environment)
    found, cannot = [], []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if _described(old) == _described(new):
            continue
        change = SettingChange(ChangeKind.PACKAGE, name, _described(old), _described(new))
        if any(p is not None and not requirement(p) for p in (old, new)):
            cannot.append(NotVaried(change, "from-folder"))
        else:
            found.append(change)
    if recorded.python and _interpreter(recorded) != _interpreter(today.environment):
        pair = _interpreter(recorded), _interpreter(today.environment)
        found.append(SettingChange(ChangeKind.PYTHON, "python", *pair))
    return found, cannot


def _by_name(environment: Environment) -> dict[str, Package]:
    return {normalised(p.name): p for p in environment.packages if normalised(p.name) != _OWN}


def _described(package: Package | None) -> str | None:
    if package is None:
        return None
    text = package.version if package.url is None else f"{package.version} from {package.url}"
    return f"{text} (editable)" if package.editable else text


def _interpreter(environment: Environment) -> str:
    kind = environment.implementation
    return environment.python if kind.lower() == "cpython" else f"{kind} {environment.python}"


def _variables(record: Record, plan: Plan, today: Today, redactor: Redactor | None) -> list[SettingChange]:
    asked = {v.name for v in record.parameters.variables or ()}
    secret = {n for n in record.machine.variables if n not in plan.variables}  # set, and nobody knows to what
    names = {*plan.variables, *(n for n in today.variables if is_of_machine(n)), *plan.unset} - {_HASH_SEED} - secret
    shown = dict(today.variables) if redactor is None else redactor.variables(today.variables)
    found = []
    for name in sorted(names):
        recorded, now = plan.variables.get(name), today.variables.get(name)
        unknown = now is not None and shown.get(name) != now
        if recorded == now or unknown or not (is_of_machine(name) or name in asked):
            continue
        found.append(SettingChange(_kind(name), name, recorded, now))
    return found


def _kind(name: str) -> ChangeKind:
    if name in _CPU:
        return ChangeKind.CPU
    return ChangeKind.THREADS if name.endswith("_NUM_THREADS") or name in _THREADS else ChangeKind.VARIABLE


def _hash_seed(record: Record, today: Today, *, asked: bool) -> list[SettingChange]:
    """The order of sets of strings: another one where it is set today, or where the user asks for one."""
    recorded, now = record.randomness.hash_seed, today.variables.get(_HASH_SEED)
    if recorded is None or (now is None and not asked) or now == recorded:
        return []
    if now is None or not now.isdigit():  # each start would have another one, and no trial could be repeated
        now = "1" if recorded != "1" else "2"
    return [SettingChange(ChangeKind.HASH_SEED, _HASH_SEED, recorded, now)]


def _processor(record: Record, today: Today, varied: Collection[SettingChange]) -> list[NotVaried]:
    """The processor, where it is another one and nothing stands in for all of its instructions."""
    old, new = record.machine, today.machine
    if not old.cpu_flags or not new.cpu_flags or set(old.cpu_flags) == set(new.cpu_flags):
        return []
    if any(c.kind is ChangeKind.CPU for c in varied):
        return []
    change = SettingChange(ChangeKind.CPU, "processor", old.cpu_model or None, new.cpu_model or None)
    return [NotVaried(change, "cannot-be-emulated")]


def requirements_among(
    changes: Collection[SettingChange],
    recorded: Mapping[str, Collection[str]],
    today: Mapping[str, Collection[str]],
) -> dict[str, frozenset[str]]:
    """Which changes of packages are not expected to work without which others, by what the packages require.

    Parameters
    ----------
    changes : collection of SettingChange
        The candidates.
    recorded, today : mapping of str to collection of str
        The requirements (PEP 508) of each package in its recorded version, and in today's.

    Returns
    -------
    dict
        By key. Today's version of a package needs those changes without which its requirements are not met; and a
        change needs another one where the recorded version of that one does not allow it.
    """
    packages = {c.name: c for c in changes if c.kind is ChangeKind.PACKAGE}
    found: dict[str, set[str]] = {}
    for name, change in packages.items():
        for needed, allows in _needs(today.get(name, ())):
            other = packages.get(needed)
            if other is not None and other is not change and allows(other.today) and not allows(other.recorded):
                found.setdefault(change.key, set()).add(other.key)
        for needed, allows in _needs(recorded.get(name, ())):
            other = packages.get(needed)
            if other is not None and other is not change and allows(other.recorded) and not allows(other.today):
                found.setdefault(other.key, set()).add(change.key)
    return {key: frozenset(needed) for key, needed in found.items()}


class _Allows:
    """Whether a requirement takes a version; a package that is not there is none."""

    def __init__(self, wanted: Requirement) -> None:
        self._wanted = wanted

    def __call__(self, version: str | None) -> bool:
        if version is None:
            return False
        try:
            return self._wanted.specifier.contains(version.split(" ", 1)[0], prereleases=True)
        except InvalidVersion:
            return True


def _needs(lines: Collection[str]) -> list[tuple[str, _Allows]]:
    found = []
    for line in lines:
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue  # what it means is not known: a mixture that needs it shows it
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            found.append((normalised(wanted.name), _Allows(wanted)))
    return found
