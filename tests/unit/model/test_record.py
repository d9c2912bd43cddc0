"""The record as a whole."""

from __future__ import annotations

from dataclasses import replace

from bis.model.facets import Curve, Outputs, Parameters, Status
from bis.model.record import FACETS, Mode, missing_record


def test_a_run_that_was_never_recorded() -> None:
    """Every facet is missing for the reason given, but those that the tags contain."""
    parameters = Parameters(Status.RECORDED, (), {"lr": "0.1"})
    record = missing_record("nobody looked", parameters=parameters)
    assert record.mode is Mode.TAGS
    assert list(record.facets()) == list(FACETS)
    missing = {name: facet.reasons for name, facet in record.facets().items() if facet.status is Status.MISSING}
    assert missing == {name: ("nobody looked",) for name in FACETS if name != "parameters"}


def test_what_others_logged_to_a_resumed_run_is_not_the_programs_own() -> None:
    """Their points come after its own, or are those of other metrics."""
    curves = (Curve("loss", (0, 1, 2), ("0x1p0", "0x1p-1", "0x1p-2")), Curve("late", (0,), ("0x1p0",)))
    record = missing_record("nobody looked", outputs=Outputs(Status.RECORDED, metrics=curves))
    assert record.own_outputs.metrics == curves
    own = replace(record, own_points={"loss": 2}).own_outputs.metrics
    assert own == (Curve("loss", (0, 1), ("0x1p0", "0x1p-1")),)
    assert replace(record, own_points={}).own_outputs.metrics == ()
