"""A verdict in the few words of a badge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.model.verdict import NOTHING_TO_LOOK_AT, Level, ReplayKind

if TYPE_CHECKING:
    from bis.model.verdict import Group, Verdict

LABEL = "repeatable"
NOT_REPLAYED = "not replayed"
NOTHING_COMPARED = "nothing to compare"

# Dark enough for white letters: a contrast of at least 4.5 to 1 (WCAG 2.2, success criterion 1.4.3).
_COLOURS = {
    Level.BITWISE: "#1a7f37",
    Level.METRICS_BITWISE: "#1a7f37",
    Level.NUMERICAL: "#2f7d32",
    Level.STATISTICAL: "#4f7300",
    Level.INCONCLUSIVE: "#8a6100",
    Level.DIVERGENT: "#b3261e",
    Level.NOT_EXECUTABLE: "#7a3e48",
}
_UNKNOWN = "#5f6368"
_ALL_AGREE = frozenset({Level.BITWISE, Level.METRICS_BITWISE, Level.NUMERICAL})


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says: `label` on its left, `message` on its right, on this `colour` (``#rrggbb``)."""

    label: str
    message: str
    colour: str


def verdict_badge(verdict: Verdict | None) -> Badge:
    """The badge of a run, from its latest verdict; None where it has none.

    A share of replays (``5/5``) is said only of a level that every one of them has reached.
    """
    if verdict is None:
        return Badge(LABEL, NOT_REPLAYED, _UNKNOWN)
    if verdict.exit_code == NOTHING_TO_LOOK_AT:  # replays without a result to compare say nothing about repeatability
        return Badge(LABEL, NOTHING_COMPARED, _UNKNOWN)
    level = verdict.level
    # The weakest group decides: its replays are those that the level is about.
    deciding = [group for group in verdict.groups if group.level is level]
    return Badge(LABEL, f"{level.value}{_count(level, deciding)}", _COLOURS[level])


def _count(level: Level, deciding: list[Group]) -> str:
    if len(deciding) != 1:
        return ""
    (group,) = deciding
    if level in _ALL_AGREE and group.kind is ReplayKind.EXACT and not group.failed:
        return f" {group.replays}/{group.replays}"
    if level is Level.STATISTICAL:
        return f" ({group.replays} fresh replays)"
    return ""
