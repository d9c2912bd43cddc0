"""Pairs the files of an original with those of a replay, also where their names hold a time, an id or a random part."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# In order: the longer forms first. What is taken out leaves a mark, so that `run_1.json` and `run.json` stay apart.
_PASSING = (
    re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE),
    re.compile(r"(?<![0-9a-z])[0-9a-f]{32,64}(?![0-9a-z])", re.IGNORECASE),
    # 2026-11-29_08-16-08, 20261129-081608, 2026-11-29T08:16:08.123, 20261129
    re.compile(
        r"(?<!\d)(?:19|20)\d{2}[-_.]?\d{2}[-_.]?\d{2}(?:[-_. T]*\d{2}[-_.:h]?\d{2}(?:[-_.:m]?\d{2})?(?:[.,]\d+)?)?"
    ),
    re.compile(r"(?<!\d)\d{1,2}[-:h]\d{2}[-:m]\d{2}(?!\d)"),
    re.compile(r"(?<!\d)1\d{9}(?:\.\d+|\d{3}|\d{6}|\d{9})?(?!\d)"),  # seconds since 1970, or parts of them
    re.compile(r"(?<![0-9a-z])tmp[0-9a-z_]{6,12}(?![0-9a-z])", re.IGNORECASE),
    re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{6,31}(?![0-9a-z])", re.IGNORECASE),
    re.compile(r"(?<![0-9a-z])[a-z]+-[a-z]+-\d{1,4}(?![0-9a-z])"),  # a run that MLflow named
    re.compile(r"(?<=pid)[-_]?\d+", re.IGNORECASE),
    re.compile(r"(?<!\d)\d{5,}(?!\d)"),
)
_MARK = "\N{WHITE SQUARE}"


def pair_files(
    original: Sequence[str],
    replayed: Iterable[str],
    alike: Callable[[str, str], bool] = lambda _a, _b: False,
) -> dict[str, str]:
    """Which file of a replay answers to which of the original.

    Parameters
    ----------
    original, replayed : sequence of str
        Paths, in the order in which they are listed.
    alike : callable
        Whether a file of the original and one of the replay hold the same: of several whose names differ by what passes
        alone, the names do not say which answers to which.

    Returns
    -------
    dict of str to str
        The replay's path by the original's; files without a counterpart are left out. The same path comes first; then
        the same path but for what passes (times, ids, random parts) where as many are left on both sides, first those
        that are alike, the others in their order; last the same name in another place, for files outside of the
        project.
    """
    left = list(dict.fromkeys(replayed))
    pairs = {path: path for path in original if path in set(left)}
    for name_of in (lasting_name, _outside_name):
        open_ones = [path for path in original if path not in pairs and name_of(path)]
        taken = set(pairs.values())
        free = [path for path in left if path not in taken and name_of(path)]
        for name in dict.fromkeys(map(name_of, open_ones)):
            ours = [path for path in open_ones if name_of(path) == name]
            theirs = [path for path in free if name_of(path) == name]
            if len(ours) == len(theirs):
                pairs.update(_as_sets(ours, theirs, alike))
    return pairs


def _as_sets(ours: list[str], theirs: list[str], alike: Callable[[str, str], bool]) -> list[tuple[str, str]]:
    """Pair as many that are alike as can be, and the others in their order."""
    pairs = []
    left = list(theirs)
    for path in ours if len(ours) > 1 else ():
        partner = next((other for other in left if alike(path, other)), None)
        if partner is not None:
            left.remove(partner)
            pairs.append((path, partner))
    paired = {path for path, _ in pairs}
    return [*pairs, *zip((path for path in ours if path not in paired), left, strict=True)]


def lasting_name(path: str) -> str:
    """A path without what passes; empty where nothing does, so that only the path itself can answer to it."""
    name = path
    for pattern in _PASSING:
        name = pattern.sub(_MARK, name)
    return name if name != path else ""


def _outside_name(path: str) -> str:
    """The last part of the path of a file outside of the project, which may lie elsewhere in a replay."""
    if not posixpath.isabs(path):
        return ""
    name = posixpath.basename(path)
    return lasting_name(name) or name
