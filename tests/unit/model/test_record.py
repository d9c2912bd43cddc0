"""The record as a whole."""

from __future__ import annotations

from bis.model.facets import Parameters, Status
from bis.model.record import FACETS, Mode, missing_record


def test_a_run_that_was_never_recorded() -> None:
    """Every facet is missing for the reason given, but those that the tags contain."""
    parameters = Parameters(Status.RECORDED, (), {"lr": "0.1"})
    record = missing_record("nobody looked", parameters=parameters)
    assert record.mode is Mode.TAGS
    assert list(record.facets()) == list(FACETS)
    missing = {name: facet.reasons for name, facet in record.facets().items() if facet.status is Status.MISSING}
    assert missing == {name: ("nobody looked",) for name in FACETS if name != "parameters"}
