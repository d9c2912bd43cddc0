"""The registry of call sites names what is there, once, for roles that there are."""

from __future__ import annotations

from collections import Counter

from bis.instrument.entropy.roles.call_site import CALL, ITERATE, NUMPY, PYTHON, START, TORCH
from bis.instrument.entropy.roles.sites.numpy_sites import DIRECT, role_of_direct
from bis.instrument.entropy.roles.sites.site_catalogue import catalogue
from bis.model.role import Role


def test_each_site_is_named_once() -> None:
    """No call site draws for two roles."""
    assert [name for name, n in Counter((s.module, s.name) for s in catalogue()).items() if n > 1] == []


def test_roles_and_generators_are_known() -> None:
    """Each role is one of the model's but `other`; each generator is one that bis can swap."""
    known = {role.value for role in Role} - {Role.OTHER.value}
    assert {s.role for s in catalogue()} <= known
    assert {g for s in catalogue() for g in s.generators} <= {NUMPY, PYTHON, TORCH}
    assert {s.wrap for s in catalogue()} <= {CALL, ITERATE, START}


def test_each_role_has_a_verified_site() -> None:
    """For each role there is a call site that a test has seen draw."""
    assert {s.role for s in catalogue() if s.verified} == {role.value for role in Role} - {Role.OTHER.value}


def test_private_modules_are_not_named() -> None:
    """A site is shown as users know it."""
    names = {s.qualified_name for s in catalogue()}
    assert "sklearn.model_selection.train_test_split" in names
    assert "torch.utils.data.dataset.random_split" in names


def test_direct_draws_of_orders_are_shuffles() -> None:
    """What the user's code permutes is an order; what else it draws is a sample."""
    assert {name for name in DIRECT if role_of_direct(name) == "shuffle"} == {"permutation", "permuted", "shuffle"}
