"""The plan of a process, and the keys of processes that were started by others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.instrument.entropy.entropy_plan import CHILD_KEY_VARIABLE, PLAN_VARIABLE, EntropyPlan

if TYPE_CHECKING:
    from pathlib import Path

ROOT = bytes(range(32))
PYTHON = ["/usr/bin/python", "/home/me/train.py", "--lr", "0.1"]


@pytest.mark.parametrize(
    "plan", [EntropyPlan(ROOT), EntropyPlan(ROOT, "main/a;b", serve=False), EntropyPlan(ROOT, claims="/folder/a;b c")]
)
def test_plan_survives_the_environment(plan: EntropyPlan) -> None:
    """What the launcher writes is what the process reads."""
    assert EntropyPlan.from_environment(plan.to_environment(), PYTHON) == plan


def test_no_plan_in_a_plain_environment() -> None:
    """A process outside of bis has no plan."""
    assert EntropyPlan.from_environment({"PATH": "/bin"}, PYTHON) is None


@pytest.mark.parametrize(
    "text", ["nonsense", "2;serve;00;main", "1;other;00;main", "1;serve;00;main", "1;serve;xy;main"]
)
def test_damaged_plan_is_refused(text: str) -> None:
    """A plan that cannot be read is an error, never another plan."""
    with pytest.raises(ValueError, match=r"plan|root|hex"):
        EntropyPlan.from_environment({PLAN_VARIABLE: text}, PYTHON)


def test_plan_is_a_value() -> None:
    """Plans are immutable, compare by value, and do not show the root."""
    plan = EntropyPlan(ROOT, "key")
    with pytest.raises(AttributeError):
        plan.key = "other"
    assert (plan, hash(plan)) == (EntropyPlan(ROOT, "key"), hash(EntropyPlan(ROOT, "key")))
    assert plan != EntropyPlan(ROOT)
    assert ROOT.hex() not in repr(plan)


def started(arguments: list[str], claims: Path | None = None) -> str:
    """The key of a process that was started under the key ``main/start``."""
    environment = EntropyPlan(ROOT, claims=None if claims is None else str(claims)).to_environment()
    plan = EntropyPlan.from_environment({**environment, CHILD_KEY_VARIABLE: "main/start"}, arguments)
    assert plan is not None
    return plan.key


def test_started_process_is_keyed_by_what_it_runs_not_where() -> None:
    """Another folder and another interpreter give the same key, other arguments another one."""
    key = started(PYTHON)
    assert key.startswith("main/start/")
    assert started(["/venv/python3.12", "/elsewhere/copy/train.py", "--lr", "0.1"]) == key
    assert started([*PYTHON[:-1], "0.2"]) != key


def test_same_commands_claim_distinct_keys(tmp_path: Path) -> None:
    """Processes that were handed the same key and run the same program are told apart, in their order."""
    keys = [started(PYTHON, tmp_path) for _ in range(3)]
    (tmp_path / "replay").mkdir()
    assert len(set(keys)) == 3
    assert [started(PYTHON, tmp_path / "replay") for _ in range(3)] == keys


def test_missing_claims_folder_does_no_harm(tmp_path: Path) -> None:
    """Where no claim can be made the process goes on with the key that it was handed."""
    assert started(PYTHON, tmp_path / "gone") == started(PYTHON)
