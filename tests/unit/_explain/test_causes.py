"""Which causes are varied."""

from __future__ import annotations

import pytest

from bis._explain.causes import check_causes, chosen_causes, drawing, other_share
from bis.errors import UsageError
from bis.model.role import DrawPlace, Role, RoleDraws
from bis.model.statement import StatementCode


def draws(**counts: int) -> tuple[RoleDraws, ...]:
    """What was drawn for roles by name."""
    return tuple(
        RoleDraws(Role(name), count, name, (DrawPlace("train.py", i + 1, draws=count),))
        for i, (name, count) in enumerate(counts.items())
    )


def names(found: tuple[RoleDraws, ...], *wanted: str, replay_s: float = 1.0) -> list[str]:
    """The names of the chosen causes."""
    return [cause.name for cause in chosen_causes(found, wanted, replay_s=replay_s).causes]


def test_roles_that_draw_nothing_are_dropped() -> None:
    """In the order of the roles; the dropped ones are named."""
    found = chosen_causes(draws(shuffle=3, split=1, init=0))
    assert [c.name for c in found.causes] == ["split", "shuffle"]
    assert found.dropped == ("init", "dropout", "augmentation", "sampling", "bootstrap", "hpo", "other")
    assert [d.role for d in drawing(draws(shuffle=3, split=1, init=0))] == [Role.SPLIT, Role.SHUFFLE]


def test_nothing_drawn_is_no_cause() -> None:
    """And no error."""
    assert chosen_causes(()).causes == ()
    assert chosen_causes((), ("split",)).causes == ()


def test_causes_that_are_asked_for_come_in_that_order() -> None:
    """Those that vary together are one."""
    assert names(draws(split=1, init=2, shuffle=3), "shuffle", "split") == ["shuffle", "split"]
    assert names(draws(split=1, init=2, shuffle=3), "init+shuffle", "split") == ["init+shuffle", "split"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (("dropout",), "draws nothing for dropout"),
        (("seed",), "no cause 'seed'"),
        (("split", "split+init"), "split is named twice"),
    ],
)
def test_causes_that_cannot_be_varied(wanted: tuple[str, ...], words: str) -> None:
    """Each with what is wrong."""
    with pytest.raises(UsageError, match=words.replace("+", r"\+")):
        chosen_causes(draws(split=1, init=2), wanted)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (("split", "luck"), "no cause 'luck': expected some of split, init"),
        (("split+init", "init"), "init is named twice"),
    ],
)
def test_names_are_checked_before_anything_is_replayed(wanted: tuple[str, ...], words: str) -> None:
    """What may be drawn for is known without the program."""
    check_causes(("split", "init + shuffle"))
    with pytest.raises(UsageError, match=words):
        check_causes(wanted)


def test_more_than_five_are_grouped() -> None:
    """The four that draw most vary alone, the rest together; also where they were asked for."""
    many = draws(split=1, init=60, shuffle=50, dropout=40, augmentation=30, sampling=2)
    assert names(many) == ["init", "shuffle", "dropout", "augmentation", "split+sampling"]
    asked = chosen_causes(many, ("split", "init", "shuffle", "dropout", "augmentation", "sampling"))
    assert [c.name for c in asked.causes] == ["init", "shuffle", "dropout", "augmentation", "split+sampling"]
    assert [s.code for s in asked.statements] == [StatementCode.CAUSES_GROUPED]


def test_groups_that_were_asked_for_need_no_statement() -> None:
    """The user knows."""
    assert chosen_causes(draws(split=1, init=2), ("split+init",)).statements == ()


def test_long_replays_are_grouped_into_few() -> None:
    """Data, training, ensemble; unless there are few anyway."""
    many = draws(split=1, init=1, shuffle=1, bootstrap=1, other=1)
    assert names(many, replay_s=100.0) == ["split", "init+shuffle", "bootstrap", "other"]
    assert names(draws(split=1, init=1, shuffle=1), replay_s=100.0) == ["split", "init", "shuffle"]


def test_a_cause_has_its_places() -> None:
    """Those of all its roles, the one that draws most first."""
    (cause,) = chosen_causes(draws(split=1, init=20), ("split+init",)).causes
    assert (cause.draws, [p.draws for p in cause.places]) == (21, [20, 1])


def test_the_share_of_unknown_places() -> None:
    """Of all draws; not known where there are none."""
    assert other_share(draws(split=3, other=1)) == 0.25
    assert other_share(draws(split=0)) is None


def test_draws_of_libraries_for_no_line_of_the_program_are_no_cause() -> None:
    """Names of runs and files: few, and at no place; unless they are asked for, or are many."""
    few = (*draws(split=100), RoleDraws(Role.OTHER, 3, "o"))
    assert names(few) == ["split"]
    assert "other" in chosen_causes(few).dropped
    assert names(few, "other", "split") == ["other", "split"]
    assert names((*draws(split=10), RoleDraws(Role.OTHER, 3, "o"))) == ["split", "other"]
    assert names(draws(split=100, other=3)) == ["split", "other"]
