"""When two records differ."""

from __future__ import annotations

import pytest

from bis.model.facets import Status
from bis.model.record_difference import FacetDifference, Likeness, RecordDifference


@pytest.mark.parametrize(("likeness", "differs"), [(k, k is Likeness.DIFFERS) for k in Likeness])
def test_what_was_not_recorded_is_no_difference(likeness: Likeness, differs: bool) -> None:
    """Only what both sides recorded can differ."""
    facet = FacetDifference("code", likeness, Status.RECORDED, Status.PARTIAL)
    assert RecordDifference("a", "b", (facet,)).differs is differs
