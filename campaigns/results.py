"""What calls of the campaign found, one file for each kind and first seed: those of different seeds add up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from campaigns.trials import Tally, tally_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def keep(folder: Path, tally: Tally, seed: int) -> None:
    """Keep what a call found, in place of what an earlier one with the same `seed` did."""
    folder.mkdir(exist_ok=True)
    place = folder / f"{tally.kind}-{seed}.json"
    whole = place.with_suffix(".part")
    whole.write_text(tally.text(), encoding="utf-8")
    os.replace(whole, place)  # noqa: PTH105 - a campaign that is ended leaves the one or the other


def kept(folder: Path) -> dict[str, list[Tally]]:
    """All that is kept, by kind, the first seeds first; where two calls tried the same groups, the later one counts."""
    places = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    return counted_once(tally_of(path.read_text(encoding="utf-8")) for path in places)


def counted_once(latest_first: Iterable[Tally]) -> dict[str, list[Tally]]:
    """Tallies by kind, without those of which a later one may have tried the same groups."""
    found: dict[str, list[Tally]] = {}
    for tally in latest_first:
        others = found.setdefault(tally.kind, [])
        if (tally.tried or not others) and not any(tally.overlaps(other) for other in others):
            others.append(tally)
    return {kind: sorted(tallies, key=lambda tally: tally.first or 0) for kind, tallies in found.items()}
