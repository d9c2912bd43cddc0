"""How a run is replayed, of what a user chose and what is set for the project."""

from __future__ import annotations

from bis._replay.chosen_options import replay_options
from bis.config import Settings
from bis.model.verdict import ReplayKind


def test_what_is_not_chosen_is_set_for_the_project() -> None:
    """An environment is found by itself; the time limit is that of the settings."""
    settings = Settings(replay_timeout_s=7.0)
    options = replay_options(
        settings, fresh=False, environment="auto", overrides=None, data_folders=(), source=None, timeout_s=None
    )
    assert (options.kind, options.environment, options.overrides) == (ReplayKind.EXACT, None, {})
    assert (options.data_dirs, options.source_dir, options.timeout_s) == ((), None, 7.0)


def test_what_is_chosen_holds() -> None:
    """A time limit of zero, too."""
    options = replay_options(
        Settings(replay_timeout_s=7.0),
        fresh=True,
        environment="current",
        overrides={"lr": "1"},
        data_folders=["data"],
        source="clone",
        timeout_s=0.0,
    )
    assert (options.kind, options.environment, options.overrides) == (ReplayKind.FRESH, "current", {"lr": "1"})
    assert (options.data_dirs, options.source_dir, options.timeout_s) == (("data",), "clone", 0.0)
