"""Two records side by side."""

from __future__ import annotations

from dataclasses import replace

from bis._verify.record_diff import diff_metrics, diff_records
from bis.model.facets import Code, Environment, Package, Parameters, Randomness, Status
from bis.model.record import Record, missing_record
from bis.model.record_difference import FacetDifference, Likeness

from .runs import outputs

OK = Status.RECORDED


def record(lr: str = "0.1", numpy: str = "2.1", code: Status = OK, score: float = 0.5) -> Record:
    """A record with some facets."""
    return replace(
        missing_record("not asked for"),
        code=Code(code, () if code is OK else ("too late",), target="train.py", commit="abc"),
        parameters=Parameters(OK, values={"lr": lr, "epochs": "3"}),
        environment=Environment(OK, python="3.11", implementation="CPython", packages=(Package("numpy", numpy),)),
        randomness=Randomness(OK, hash_seed="0"),
        outputs=outputs({"score": score}),
    )


def facet(a: Record, b: Record, name: str) -> FacetDifference:
    """The comparison of one facet."""
    return next(f for f in diff_records(a, b).facets if f.name == name)


def test_same_records_do_not_differ() -> None:
    """Recorded facets are the same, missing ones are not compared, and nothing differs."""
    found = diff_records(record(), record(), a="one", b="two")
    assert {f.name: f.likeness for f in found.facets}["parameters"] is Likeness.SAME
    assert {f.name: f.likeness for f in found.facets}["machine"] is Likeness.NOT_RECORDED
    assert (found.a, found.b, found.differs) == ("one", "two", False)


def test_changes_are_named() -> None:
    """A changed parameter and a changed package are told with both values."""
    changes = facet(record(), record(lr="0.2"), "parameters").changes
    assert [(c.what, c.a, c.b) for c in changes] == [("lr", "0.1", "0.2")]
    assert facet(record(), record(numpy="2.2"), "environment").changes[0].what == "numpy"


def test_partial_is_the_same_only_as_far_as_recorded() -> None:
    """A partial side is never called the same, and its reason is told."""
    found = facet(record(), record(code=Status.PARTIAL), "code")
    assert found.likeness is Likeness.SAME_AS_FAR
    assert found.reasons == ("B: too late",)


def test_missing_is_not_compared() -> None:
    """Two missing facets are not equal."""
    found = facet(record(), record(), "data")
    assert found.likeness is Likeness.NOT_RECORDED
    assert found.reasons[0] == "not recorded in A and B"


def test_what_a_partial_side_lacks_is_no_difference() -> None:
    """Only a completely recorded side can be said not to have something."""
    full = replace(record(), randomness=Randomness(OK, hash_seed="0", draws={"init": 3}))
    partial = replace(record(), randomness=Randomness(Status.PARTIAL, ("late",), hash_seed="0"))
    assert facet(full, partial, "randomness").changes == ()
    assert facet(full, record(), "randomness").changes[0].what == "draws of init"


def test_metrics_have_a_distance() -> None:
    """Metrics are compared bit by bit, over all steps."""
    a, b = outputs({"m": 0.3, "loss": [1.0, 0.5]}), outputs({"m": 0.1 + 0.2, "loss": [1.0, 0.5]})
    loss, m = diff_metrics(a, b)
    assert (m.likeness, m.ulps, m.first_step) == (Likeness.DIFFERS, 1, 0)
    assert (loss.likeness, loss.steps) == (Likeness.SAME, 2)


def test_a_metric_on_one_side() -> None:
    """A complete record did not log it; a partial one may have lost it."""
    a = outputs({"m": 0.5})
    assert diff_metrics(a, outputs())[0].likeness is Likeness.DIFFERS
    partial = replace(outputs(), status=Status.PARTIAL)
    assert diff_metrics(a, partial)[0].likeness is Likeness.NOT_RECORDED
    assert diff_metrics(a, replace(outputs(), status=Status.MISSING)) == ()
