"""The generators that a task may draw from."""

from __future__ import annotations

import functools
import random

import numpy as np

from bis.instrument.entropy.task_generators import generators_of

SHARED = {"python.random": lambda: "state"}
RNG = np.random.default_rng(0)
OWN = random.Random(0)


def draws_shared() -> float:
    """Of the shared generator."""
    return random.random()


def draws_of_a_global() -> float:
    """Of a generator that the module has."""
    return float(RNG.standard_exponential())


def calls_another() -> float:
    """By way of another function."""
    return draws_shared() + OWN.betavariate(1, 1)


def draws_nothing(value: object) -> object:
    """Of none."""
    return value


class Late:
    """What notices when it is asked for an attribute."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


LATE = Late()


def names_a_proxy() -> object:
    """Nothing of the proxy is asked."""
    return LATE


class Model:
    """A model that has a generator of its own."""

    def __init__(self) -> None:
        self.rng = np.random.RandomState(0)

    def fit(self, rows: int) -> int:
        """Use no global name."""
        return rows


def test_shared_generators_where_a_function_that_draws_is_named() -> None:
    """In the task itself or in a function of the program that it calls."""
    assert set(generators_of(draws_shared, SHARED)) == {"python.random"}
    assert set(generators_of(calls_another, SHARED)) == {"python.random", id(OWN)}
    assert generators_of((draws_nothing, (1,), {}), SHARED) == {}


def test_generators_of_the_program() -> None:
    """Of the module, of an enclosing function, among the arguments, in a partial, of an object."""
    inner = np.random.default_rng(1)

    def enclosed() -> object:
        return inner

    assert set(generators_of(draws_of_a_global, {})) == {id(RNG)}
    assert set(generators_of((enclosed, ()), {})) == {id(inner)}
    assert set(generators_of((draws_nothing, (OWN,)), {})) == {id(OWN)}
    assert set(generators_of(functools.partial(draws_nothing, inner), {})) == {id(inner)}
    model = Model()
    assert set(generators_of(model.fit, {})) == {id(model.rng)}


def test_states_are_read_without_drawing() -> None:
    """A state changes with a draw, and with nothing else."""
    (read,) = generators_of((draws_nothing, (RNG,)), {}).values()
    before = read()
    assert read() == before
    RNG.random()
    assert read() != before


def test_objects_do_not_notice() -> None:
    """No attribute is asked of what may load itself late, or be a proxy."""
    assert generators_of((names_a_proxy, (LATE, [LATE], {"a": LATE})), SHARED) == {}
