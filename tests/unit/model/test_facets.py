"""What facets say of themselves."""

from __future__ import annotations

import math

from bis.model.facets import Curve, Outputs, Status


def test_final_value_is_that_of_the_last_step() -> None:
    """Not the one that was logged last; of equal steps the later logging counts, as in MLflow."""
    assert Curve("m", (2, 0, 1), ((3.0).hex(), (1.0).hex(), (2.0).hex())).final == 3.0
    assert Curve("m", (1, 1), ((1.0).hex(), (2.0).hex())).final == 2.0
    assert math.isnan(Curve("m", (0,), ("nan",)).final)


def test_metric_by_name() -> None:
    """The curve of a name, or none."""
    curve = Curve("m", (0,), ((1.0).hex(),))
    outputs = Outputs(Status.RECORDED, metrics=(curve,))
    assert outputs.metric("m") is curve
    assert outputs.metric("n") is None
