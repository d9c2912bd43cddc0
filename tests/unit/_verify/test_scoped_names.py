"""Names of metrics that belong to one of several runs."""

from __future__ import annotations

from bis._verify.case import counts
from bis._verify.fresh.direction import smaller_is_better
from bis._verify.scoped_names import plain, scope, scoped
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance


def test_the_run_comes_off_again() -> None:
    """A name without a run is its own plain form."""
    name = scoped("val/loss", 12)
    assert (plain(name), scope(name)) == ("val/loss", 12)
    for other in ("val/loss", "", "\x1f", "a\x1f\x1erun x", "a\x1f1"):
        assert (plain(other), scope(other)) == (other, None)


def test_what_a_name_says_does_not_depend_on_the_run() -> None:
    """Scale, tolerance, and what measures the machine."""
    assert smaller_is_better(scoped("loss", 3))
    assert not smaller_is_better(scoped("accuracy", 3))
    assert not counts(scoped("fit_time", 3), Tolerances())
    assert counts(scoped("accuracy", 3), Tolerances())
    near = Tolerances(declared={"val_*": Tolerance(atol=0.5), "acc": Tolerance(atol=0.1)})
    assert near.apply(scoped("acc", 3), [1.0]).atol == 0.1
    assert near.apply(scoped("val_x", 3), [1.0]).atol == 0.5
