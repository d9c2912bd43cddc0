"""The plan of a process, and the keys of processes that were started by others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bis.instrument.entropy.entropy_plan import CHILD_KEY_VARIABLE, CLAIMS, EntropyPlan
from bis.instrument.session_view import SessionView
from bis.model.jsonable import to_json
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path

ROOT = bytes(range(32))
PYTHON = ["/usr/bin/python", "/home/me/train.py", "--lr", "0.1"]


def session(folder: Path, **changes: Any) -> SessionView:
    """A session with the root of these tests, as a program reads it."""
    return SessionView(to_json(described_session(folder, **{"root": ROOT.hex(), **changes})))


@pytest.mark.parametrize("serve", [True, False])
def test_the_first_process_of_a_session_is_the_main_one(tmp_path: Path, serve: bool) -> None:
    """Without a key in the environment the plan has the session's root and the key ``main``."""
    plan = EntropyPlan.of_process(session(tmp_path, serve=serve), {"PATH": "/bin"}, PYTHON)
    assert (plan.root, plan.key, plan.serve) == (ROOT, "main", serve)


@pytest.mark.parametrize("root", ["", "00", "xy" * 32, "00" * 33])
def test_damaged_root_is_refused(tmp_path: Path, root: str) -> None:
    """A root that cannot be read is an error, never another root."""
    with pytest.raises(ValueError, match=r"root|hex"):
        EntropyPlan.of_process(session(tmp_path, root=root), {}, PYTHON)


def test_plan_does_not_show_the_root() -> None:
    """What a traceback or a debugger prints of a plan does not give its root away."""
    assert ROOT.hex() not in repr(EntropyPlan(ROOT, "key"))
    assert repr(ROOT) not in repr(EntropyPlan(ROOT, "key"))


def started(arguments: list[str], folder: Path) -> str:
    """The key of a process that was started under the key ``main/start``."""
    return EntropyPlan.of_process(session(folder), {CHILD_KEY_VARIABLE: "main/start"}, arguments).key


def test_started_process_is_keyed_by_what_it_runs_not_where(tmp_path: Path) -> None:
    """Another folder and another interpreter give the same key, other arguments another one."""
    key = started(PYTHON, tmp_path)
    assert key == "main/start/f0d210649851"
    assert started(["/venv/python3.12", "/elsewhere/copy/train.py", "--lr", "0.1"], tmp_path) == key
    assert started([*PYTHON[:-1], "0.2"], tmp_path) != key


def test_same_commands_claim_distinct_keys(tmp_path: Path) -> None:
    """Processes that were handed the same key and run the same program are distinguished, in their order."""
    for name in ("original", "replay"):
        (tmp_path / name / CLAIMS).mkdir(parents=True)
    keys = [started(PYTHON, tmp_path / "original") for _ in range(3)]
    assert len(set(keys)) == 3
    assert [started(PYTHON, tmp_path / "replay") for _ in range(3)] == keys


def test_missing_claims_folder_does_no_harm(tmp_path: Path) -> None:
    """Where no claim can be made the process goes on with the key that it was handed."""
    assert started(PYTHON, tmp_path / "gone") == started(PYTHON, tmp_path / "gone")
