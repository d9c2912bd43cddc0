"""Trials as variations."""

from __future__ import annotations

from bis._explain.bisect.mixtures import Mixtures, without_candidates
from bis._explain.bisect.what_changed import Today, what_changed
from bis._replay.planning import HostState, ReplayOptions, make_plan
from bis.model.facets import Parameters, Status, Variable
from bis.model.variation import recorded_variation
from bis.model.verdict import ReplayKind
from tests.unit._replay.records import environment, machine, record

ASKED = Parameters(Status.RECORDED, variables=(Variable("LR", "0.1"), Variable("NEW", there=False)))
RECORD = record(parameters=ASKED)
NOW = environment(("numpy", "2.1.0"), ("attrs", "23"), python="3.12.1")
VARIABLES = {"LR": "0.2", "NEW": "x", "PYTHONHASHSEED": "5"}
PLAN = make_plan(
    RECORD,
    ReplayOptions(kind=ReplayKind.VARIED, environment="current"),
    HostState(NOW, machine(), "h", variables=frozenset(VARIABLES)),
    run_id="r",
)
TODAY = Today(NOW, "/python", VARIABLES, machine())
CHANGES = what_changed(RECORD, PLAN, TODAY)
EVERY = frozenset(c.key for c in CHANGES.candidates)


def mixtures(always: frozenset[str] = frozenset()) -> Mixtures:
    """Of the record and today."""
    return Mixtures(RECORD, recorded_variation(RECORD.randomness), TODAY, CHANGES, always)


def test_everything_as_recorded() -> None:
    """Packages, interpreter, variables and hash seed."""
    made = mixtures().variation(())
    assert made.environment is not None
    assert (made.environment.python, made.environment.packages) == ("3.11.7", RECORD.environment.packages)
    assert (made.variables, made.hash_seed) == ({"LR": "0.1"}, "7")


def test_everything_as_today() -> None:
    """In the environment that bis runs in, unless it is to be built anew."""
    made = mixtures().variation(EVERY)
    assert made.environment is None
    assert (made.variables, made.hash_seed) == ({"LR": "0.2", "NEW": "x"}, "5")
    built = mixtures().variation(EVERY, built=True).environment
    assert built is not None
    assert (built.python, {p.name: p.version for p in built.packages}) == ("3.12.1", {"numpy": "2.1.0", "attrs": "23"})


def test_a_mixture() -> None:
    """Today's version of some packages, also where it is that they are not there."""
    made = mixtures().variation({"package:six", "package:attrs", "variable:NEW"})
    assert made.environment is not None
    assert {p.name: p.version for p in made.environment.packages} == {"numpy": "2.0.0", "attrs": "23"}
    assert made.environment.python == "3.11.7"
    assert made.variables == {"LR": "0.1", "NEW": "x"}


def test_what_every_trial_has() -> None:
    """A package whose recorded version is lost stays as today."""
    made = mixtures(frozenset({"package:numpy"})).variation(()).environment
    assert made is not None
    assert {p.name: p.version for p in made.packages} == {"numpy": "2.1.0", "six": "1.16.0"}


def test_packages_that_were_not_asked_about_stay_as_recorded() -> None:
    """So the environment that bis runs in is not used."""
    changes = what_changed(RECORD, PLAN, TODAY, only=("variables",))
    made = Mixtures(RECORD, recorded_variation(RECORD.randomness), TODAY, changes).variation({"variable:LR"})
    assert made.environment is not None
    assert made.environment.packages == RECORD.environment.packages


def test_the_plan_leaves_varied_variables_to_the_trials() -> None:
    """Neither the recorded value nor that of this process gets to the program by itself."""
    plan = without_candidates(PLAN, CHANGES.candidates)
    assert "LR" not in plan.variables
    assert {"LR", "NEW"} <= set(plan.unset)
