"""The table of a campaign in docs/reliability.md: what was tried, what held, and what did not, with seeds."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from campaigns.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaigns.trials import Tally, Trial

BEGIN, END = "<!-- campaign: begin -->", "<!-- campaign: end -->"
_HEAD = "| what | tried | held | seeds | date |\n|---|---:|---:|---|---|"
_ROW = re.compile(r"^\| (?P<title>[^|]+?) \|.*$", re.MULTILINE)
_VARYING = re.compile(r"(?<!\w)/\S*|0x[0-9a-f]+|[0-9a-f]{12,}|\d+|'[^']*'|\"[^\"]*\"")
_LONGEST = 110
_MOST_KINDS = 15


def rewritten(text: str, tallies: Mapping[str, Sequence[Tally]]) -> str:
    """The page with the rows of these kinds; those of others stay as they are."""
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    rows = {match["title"]: match[0] for match in _ROW.finditer(old)}
    lines = []
    for name, kind in KINDS.items():
        of_kind = [t for t in tallies.get(name, ()) if t.tried or t.skipped]
        if of_kind:
            lines.append(_row(kind.title, of_kind))
        elif kind.title in rows:
            lines.append(rows[kind.title])
    parts = ["\n".join([_HEAD, *lines]), _failures(tallies)]
    return f"{before}{BEGIN}\n" + "\n\n".join(p for p in parts if p) + f"\n{END}{after}"


def _row(title: str, tallies: Sequence[Tally]) -> str:
    """The row of a kind: what several calls with other seeds tried, added up."""
    days = sorted({tally.date for tally in tallies})
    date = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    made = [tally for tally in tallies if tally.tried]
    if not made:
        return f"| {title} | 0 | 0 | not tried: {tallies[0].skipped} | {date} |"
    tried, held = sum(t.tried for t in made), sum(t.held for t in made)
    return f"| {title} | {tried:,} | {held:,} | {', '.join(map(_seeds, made))} | {date} |"


def _seeds(tally: Tally) -> str:
    return f"`{tally.kind}:{tally.first}`" + (f" to `{tally.last}`" if tally.last != tally.first else "")


def _failures(tallies: Mapping[str, Sequence[Tally]]) -> str:
    """What did not hold, alike ones together, each with the seed of the first."""
    alike: dict[str, list[Trial]] = defaultdict(list)
    for trial in (trial for of_kind in tallies.values() for tally in of_kind for trial in tally.failed):
        alike[f"{trial.kind}: {summary(trial.breaches[0])}"].append(trial)
    if not alike:
        return ""
    ordered = sorted(alike.items(), key=lambda item: -len(item[1]))
    lines = [
        f"- {'once' if len(trials) == 1 else f'{len(trials):,} times'}: {what} (`{trials[0].seed}`)"
        for what, trials in ordered[:_MOST_KINDS]
    ]
    if len(ordered) > _MOST_KINDS:
        rest = sum(len(trials) for _, trials in ordered[_MOST_KINDS:])
        lines.append(f"- {rest:,} of {len(ordered) - _MOST_KINDS} other kinds")
    return "What did not hold; `python -m campaigns --repeat SEED` repeats one:\n\n" + "\n".join(lines)


def summary(breach: str) -> str:
    """A breach without what differs from one trial to the next, as text for a list in Markdown."""
    plain = _VARYING.sub("…", " ".join(breach.split()))
    short = plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"
    return re.sub(r"([|<>`*_\[\]])", r"\\\1", short)
