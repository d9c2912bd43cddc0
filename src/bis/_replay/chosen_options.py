"""How a run is replayed, of what a user chose and what is set for the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._replay.planning import ReplayOptions
from bis.model.verdict import ReplayKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.config import Settings


def replay_options(
    settings: Settings,
    *,
    fresh: bool,
    environment: str,
    overrides: Mapping[str, str] | None,
    data_folders: Sequence[str],
    source: str | None,
    timeout_s: float | None,
    kind: ReplayKind | None = None,
) -> ReplayOptions:
    """The options of a replay; `environment` is ``auto``, ``current`` or ``rebuild``, `kind` goes before `fresh`."""
    return ReplayOptions(
        kind=kind or (ReplayKind.FRESH if fresh else ReplayKind.EXACT),
        environment=None if environment == "auto" else environment,
        overrides=dict(overrides or {}),
        data_dirs=tuple(data_folders),
        source_dir=source,
        timeout_s=timeout_s if timeout_s is not None else settings.replay_timeout_s,
    )
