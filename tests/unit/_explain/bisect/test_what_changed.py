"""What is not as it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._explain.bisect.what_changed import Today, requirements_among, what_changed
from bis._replay.planning import HostState, ReplayOptions, make_plan
from bis.evidence.redaction import Redactor
from bis.model.bisection import ChangeKind, SettingChange
from bis.model.facets import Package, Parameters, Status, Variable
from bis.model.verdict import ReplayKind
from tests.unit._replay.records import environment, machine, record

if TYPE_CHECKING:
    from bis._explain.bisect.what_changed import Changes
    from bis.model.facets import Environment, Machine
    from bis.model.record import Record


def changed(
    recorded: Record,
    now: Environment,
    variables: dict[str, str] | None = None,
    *,
    only: tuple[str, ...] = (),
    processor: Machine | None = None,
) -> Changes:
    """What differs between a record and a machine."""
    here = machine() if processor is None else processor
    state = HostState(now, here, "h", variables=frozenset(variables or {}))
    plan = make_plan(recorded, ReplayOptions(kind=ReplayKind.VARIED, environment="current"), state, run_id="r")
    today = Today(now, "/python", variables or {}, here)
    return what_changed(recorded, plan, today, only=only, redactor=Redactor(today.variables))


def names(found: Changes) -> dict[str, tuple[str | None, str | None]]:
    """The candidates, by key."""
    return {c.key: (c.recorded, c.today) for c in found.candidates}


def test_packages_and_python() -> None:
    """Other versions, those that are gone, those that are new, and the interpreter, but not bis itself."""
    now = environment(("numpy", "2.1.0"), ("attrs", "23"), ("bis", "9"), python="3.12.1")
    assert names(changed(record(), now)) == {
        "package:attrs": (None, "23"),
        "package:numpy": ("2.0.0", "2.1.0"),
        "package:six": ("1.16.0", None),
        "python:python": ("3.11.7", "3.12.1"),
    }


def test_nothing_changed() -> None:
    """There is no candidate."""
    assert changed(record(), record().environment).candidates == ()


def test_packages_from_folders_are_no_candidates() -> None:
    """No index has them."""
    now = record().environment
    editable = Package("mine", "2", "file:///src/mine", editable=True)
    with_mine = type(now)(now.status, (), now.python, now.implementation, (*now.packages, editable))
    found = changed(record(), with_mine)
    assert found.candidates == ()
    assert [(n.change.name, n.why) for n in found.not_varied] == [("mine", "from-folder")]


def test_variables_that_the_program_read() -> None:
    """With another value, or set or not set where it was the other way round; what it did not read is none."""
    asked = (Variable("LR", "0.1"), Variable("GONE", "1"), Variable("NEW", there=False))
    parameters = Parameters(Status.RECORDED, variables=asked)
    found = changed(
        record(parameters=parameters), record().environment, {"LR": "0.2", "NEW": "x", "HOME": "/h", "LC_ALL": "C"}
    )
    assert names(found) == {
        "variable:GONE": ("1", None),
        "variable:LC_ALL": (None, "C"),
        "variable:LR": ("0.1", "0.2"),
        "variable:NEW": (None, "x"),
    }


def test_secrets_are_no_candidates() -> None:
    """Their values would be told."""
    parameters = Parameters(Status.RECORDED, variables=(Variable("API_TOKEN", there=False),))
    assert (
        changed(record(parameters=parameters), record().environment, {"API_TOKEN": "hunter2-hunter2"}).candidates == ()
    )


def test_variables_whose_recorded_value_is_secret() -> None:
    """They were set, and to what is not known: no candidates."""
    old = machine(variables={"XLA_FLAGS": "[redacted]"})
    assert changed(record(machine=old), record().environment, {"XLA_FLAGS": "x"}).candidates == ()


def test_numbers_of_threads_and_kernels() -> None:
    """Also where they followed from the machine: the recorded ones stand for it."""
    old = machine(usable_cores=8, cpu_flags=("avx2",))
    new = machine(usable_cores=2, cpu_flags=("avx2", "avx512f"))
    found = changed(record(machine=old), record().environment, processor=new)
    kinds = {c.name: (c.kind, c.recorded, c.today) for c in found.candidates}
    assert kinds["OMP_NUM_THREADS"] == (ChangeKind.THREADS, "8", None)
    assert kinds["ATEN_CPU_CAPABILITY"] == (ChangeKind.CPU, "avx2", None)


def test_a_processor_that_cannot_be_emulated() -> None:
    """Is told, and is no candidate."""
    old = machine(cpu_flags=("avx512f",), cpu_model="A")
    found = changed(record(machine=old), record().environment, processor=machine(cpu_flags=("avx2",), cpu_model="B"))
    assert [(n.change.recorded, n.change.today, n.why) for n in found.not_varied] == [("A", "B", "cannot-be-emulated")]


def test_the_hash_seed() -> None:
    """Where another one is set today, or where the user asks for another one."""
    same = record().environment
    assert names(changed(record(), same, {"PYTHONHASHSEED": "5"})) == {"hash-seed:PYTHONHASHSEED": ("7", "5")}
    assert names(changed(record(), same)) == {}
    assert names(changed(record(), same, only=("hash_seed",))) == {"hash-seed:PYTHONHASHSEED": ("7", "1")}


def test_only() -> None:
    """What was not asked for stays as recorded, and is told."""
    found = changed(record(), environment(("numpy", "2.1.0")), {"OMP_NUM_THREADS": "1"}, only=("threads",))
    assert list(names(found)) == ["threads:OMP_NUM_THREADS"]
    assert {n.change.name for n in found.not_varied if n.why == "not-asked"} == {"numpy", "six"}


def test_what_packages_require_of_each_other() -> None:
    """In both directions: today's version needs another of today, and the recorded one does not take it."""
    changes = [SettingChange(ChangeKind.PACKAGE, name, "1.0", "2.0") for name in ("a", "b", "c", "d")]
    today = {"a": ["b>=2", "x; extra == 'y'", "nonsense at all"], "c": ["d>=0.5"]}
    found = requirements_among(changes, {"c": ["d<2"], "a": ["b"]}, today)
    assert found == {"package:a": {"package:b"}, "package:d": {"package:c"}}
