"""Environment variables of a session, from its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.evidence.session_secrets import forget_secrets, keep_variables, kept_variables
from bis.model.facets import Variable
from bis.model.record import Mode
from bis.record.given_variables import unkept_values, variables_of
from bis.record.observed_session import ObservedSession
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path


def observed(folder: Path, *events: tuple[str, str, bool], mode: Mode = Mode.RUN) -> ObservedSession:
    """A session with these events: name, how, whether it was there."""
    seen: dict[str, list[dict[str, Any]]] = {"library-variables": [{"names": {"PATH": [True, "shutil"]}}]}
    seen["variable"] = [
        {"name": n, "how": how, "there": there, "file": "<string>", "line": 1, "t": t}
        for t, (n, how, there) in enumerate(events)
    ]
    return ObservedSession(folder, described_session(folder, mode=mode), None, (), seen)


def test_what_was_set_before_it_was_read_is_not_input(tmp_path: Path) -> None:
    """The order over all processes decides."""
    keep_variables(tmp_path, {"A": "1", "B": "2"}, ())
    seen = observed(tmp_path, ("A", "set", True), ("A", "read", True), ("B", "read", True), ("B", "set", True))
    assert variables_of(seen, tuple) == (Variable("B"),)


def test_what_a_shell_puts_in_is_input(tmp_path: Path) -> None:
    """``subprocess.run("echo $LR", shell=True)`` reads LR, unless the program set it before."""
    keep_variables(tmp_path, {"LR": "0.5", "B": "2"}, ())
    seen = observed(tmp_path, ("B", "set", True))
    commands = [(["/bin/sh", "-c", "echo $LR $B"], False), (["python", "-c", "$C"], True)]
    seen.events["child"] = [{"command": command, "python": python} for command, python in commands]
    assert variables_of(seen, tuple) == (Variable("LR", "0.5"),)


def test_sessions_without_events_are_not_recorded(tmp_path: Path) -> None:
    """An older recorder noted none; in ambient mode what came before MLflow is not known."""
    assert variables_of(ObservedSession(tmp_path, described_session(tmp_path), None, ()), tuple) is None
    assert variables_of(observed(tmp_path, mode=Mode.AMBIENT), tuple) is None
    assert variables_of(observed(tmp_path), tuple) == ()


def test_lost_values_are_reasons() -> None:
    """Neither secrets nor the surroundings are a loss."""
    fine = (Variable("LR", "1"), Variable("TOKEN", secret=True), Variable("HOME"), Variable("FLAG", there=False))
    assert unkept_values(fine) == unkept_values(None) == ()
    (reason,) = unkept_values((*fine, Variable("DATA_DIR")))
    assert "DATA_DIR" in reason
    assert "LR" not in reason


def test_the_environment_is_private_and_goes_with_the_secrets(tmp_path: Path) -> None:
    """It is kept for its user alone, until the session is stored."""
    keep_variables(tmp_path, {"A": "1"}, ("A",))
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept_variables(tmp_path) == ({"A": "1"}, ("A",))
    forget_secrets(tmp_path)
    assert list(tmp_path.iterdir()) == []
