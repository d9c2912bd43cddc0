"""Real frameworks: unseeded programs replay bit for bit, seeded ones give the bits that they give without bis."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.entropy_launcher import PASSIVE, A, B, Outcome, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def needs(module: str) -> pytest.MarkDecorator:
    """Skip where a framework is not installed, without importing it."""
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed")


torch = [pytest.mark.torch, pytest.mark.slow, needs("torch")]
keras = [pytest.mark.keras, pytest.mark.slow, needs("tensorflow"), needs("keras")]
PROGRAMS = [
    pytest.param("sklearn_program.py", id="sklearn", marks=[pytest.mark.slow, needs("sklearn")]),
    pytest.param("torch_program.py", id="torch", marks=torch),
    pytest.param("keras_program.py", id="keras", marks=keras),
]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcome]:
    """What a program did under the first root: several tests look at it, and TensorFlow takes ten seconds to load."""

    @cache
    def original(program: str) -> Outcome:
        return run(A, tmp_path_factory.mktemp("original") / "log", program)

    return original


def leaves(value: Any) -> list[Any]:
    """All values in nested dictionaries, in order."""
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    return [value]


@pytest.mark.parametrize("program", PROGRAMS)
def test_unseeded_program_replays(tmp_path: Path, originals: Callable[[str], Outcome], program: str) -> None:
    """Splits, initial and final weights, curves and orders are the same bits under one root, and differ under two."""
    original = originals(program)
    assert run(A, tmp_path / "log", program).printed == original.printed
    assert (original.told("failed"), original.told("uncontrolled")) == ([], [])
    other = run(B, tmp_path / "log", program).printed
    common = [one for one, two in zip(leaves(original.printed), leaves(other), strict=True) if one == two]
    assert common == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_seeded_program_gives_the_bits_it_gives_without_bis(tmp_path: Path, program: str) -> None:
    """Served or observed, a seeded program is not interfered with."""
    plain = run(None, tmp_path / "log", program, "--seed", "3").printed
    served, observed = (run(plan, tmp_path / "log", program, "--seed", "3") for plan in (A, PASSIVE))
    assert [served.printed, observed.printed] == [plain, plain]
    assert [fact for fact in served.told("seed") if fact[1] == 3 and "(in" not in fact[0]] != []


@pytest.mark.parametrize("module", [pytest.param("keras", marks=keras)])
def test_unseeded_fit_and_datasets_shuffle_anew_in_each_epoch(originals: Callable[[str], Outcome], module: str) -> None:
    """Serving an unseeded Keras program does not give it one fixed order: each epoch is a permutation of its own."""
    facts = originals(f"{module}_program.py").printed
    for orders in (facts["orders"], facts["dataset"]):
        assert len({tuple(order) for order in orders}) == len(orders)
        assert len({tuple(sorted(order)) for order in orders}) == 1
    assert sorted(facts["orders"][0]) == list(range(48))


@needs("optuna")
@pytest.mark.slow
def test_optuna_replays(tmp_path: Path) -> None:
    """An unseeded TPE study proposes the same values again."""
    code = (
        "import json, optuna; optuna.logging.set_verbosity(optuna.logging.ERROR)\n"
        "study = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=3))\n"
        "study.optimize(lambda t: t.suggest_float('x', -1, 1) ** 2, n_trials=8)\n"
        "print(json.dumps([t.params['x'] for t in study.trials]))"
    )
    original, replay, other = (run(plan, tmp_path / "log", "-c", code).printed for plan in (A, A, B))
    assert original == replay
    assert original[0] != other[0]


@pytest.mark.parametrize("framework", [pytest.param("torch", marks=torch)])
def test_passive_states_restore_torch(tmp_path: Path, framework: str) -> None:
    """The state that a passive record holds of PyTorch's generator is restored in a replay."""
    code = f"import json, {framework} as t; print(json.dumps(t.randn(3).tolist()))"
    original = run(PASSIVE, tmp_path / "log", "-c", code)
    states = {generator: state for generator, _, state in original.told("state")}
    assert run(PASSIVE, tmp_path / "log", "-c", code, states=states).printed == original.printed
    assert run(PASSIVE, tmp_path / "log", "-c", code).printed != original.printed


@pytest.mark.parametrize("program", [pytest.param("kernels_program.py", marks=keras)])
def test_random_operation_in_a_graph_is_reported(originals: Callable[[str], Outcome], program: str) -> None:
    """An unseeded operation in the function of a `Dataset.map` is left to TensorFlow, fresh each time, and reported."""
    outcome = originals(program)
    assert [fact[0] for fact in outcome.told("uncontrolled")] == ["tensorflow graph"]
    first, second = outcome.printed["in a graph"]
    assert first != second


@pytest.mark.parametrize("program", [pytest.param("kernels_program.py", marks=keras)])
def test_served_eager_draws_neither_repeat_nor_pile_up(
    tmp_path: Path, originals: Callable[[str], Outcome], program: str
) -> None:
    """Thousands of unseeded eager draws replay, are all different and independent, and keep no kernel each."""
    facts, replay = originals(program).printed, run(A, tmp_path / "log", program).printed
    assert facts["distinct"] == facts["draws"] == 5021
    assert abs(facts["correlation"]) < 4 / 10_000**0.5
    assert facts["growth_kib"] < 20_000  # a kernel for each draw takes 175,000
    assert replay["last"] == facts["last"]
