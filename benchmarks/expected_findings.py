"""Findings against what a reader said, before the audit ran, that a careful reviewer would report: recall, by rule.

A row of the reader's list is one place at which a rule applies: ``repository``, ``commit``, ``code``, ``file``,
``cell``, ``line`` (each empty where it says nothing) and a ``note``; one whose note begins with ``arguable`` may be
found and need not be. What the audit finds beyond the list was judged afterwards, as in the other samples.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.project_audit import Finding, Place

ARGUABLE = "arguable"
_NEAR = 5  # lines: a reader may name the head of a call, and the audit its argument


class Spot(NamedTuple):
    """A place in a repository; `cell` and `line` are -1 and 0 where there is none, `file` is empty for all of it."""

    repository: str
    code: str
    file: str
    cell: int
    line: int


@dataclass
class RuleScore:
    """One rule: places of the reader's list that were found and missed, and findings beyond it, right and wrong."""

    found: int = 0
    missed: list[Spot] = field(default_factory=list)
    right: int = 0
    wrong: int = 0
    unjudged: list[Spot] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """The share of the findings that are right; None where there is none that was judged."""
        made = self.found + self.right + self.wrong
        return (self.found + self.right) / made if made else None

    @property
    def recall(self) -> float | None:
        """The share found of what the reader listed, and of what was found right beyond it; None without either."""
        there = self.found + self.right + len(self.missed)
        return (self.found + self.right) / there if there else None


def by_rule(
    expected: Iterable[dict[str, str]], found: dict[str, Iterable[Finding]], judged: Iterable[dict[str, str]] = ()
) -> dict[str, RuleScore]:
    """Scores of all rules that the reader or the audit named, by their codes.

    Args:
        expected: The reader's rows.
        found: Repository -> the findings of its audit. Others are left out.
        judged: Rows with a ``label``, ``right`` or ``wrong``, of findings that are not in the reader's list.
    """
    scores: dict[str, RuleScore] = defaultdict(RuleScore)
    labels = {_spot(row): row["label"] for row in judged}
    listed = [(_spot(row), row["note"].startswith(ARGUABLE)) for row in expected if row["repository"] in found]
    reported: set[Spot] = set()
    for repository, findings in found.items():
        here = [(spot, arguable) for spot, arguable in listed if spot.repository == repository]
        for finding in findings:
            spots = [_at(repository, finding.code, place) for place in (finding.place, *finding.related)]
            agreeing = [spot for spot, _ in here if any(_same(spot, one) for one in spots)]
            if agreeing:
                reported.update(agreeing)
            elif spots[0] in labels:
                score = scores[finding.code]
                score.right += labels[spots[0]] == "right"
                score.wrong += labels[spots[0]] == "wrong"
            else:
                scores[finding.code].unjudged.append(spots[0])
    for spot, arguable in listed:
        if spot in reported:
            scores[spot.code].found += not arguable
        elif not arguable:
            scores[spot.code].missed.append(spot)
    return dict(sorted(scores.items()))


def _spot(row: dict[str, str]) -> Spot:
    return Spot(
        row["repository"], row["code"], row["file"], int(row["cell"]) if row["cell"] else -1, int(row["line"] or 0)
    )


def _at(repository: str, code: str, place: Place) -> Spot:
    return Spot(repository, code, place.file, place.cell, place.line or 0)


def _same(listed: Spot, found: Spot) -> bool:
    """Whether the audit's place is that of the reader; what either leaves open agrees."""
    if (listed.repository, listed.code) != (found.repository, found.code):
        return False
    if not listed.file or not found.file:
        return True
    if listed.file != found.file:
        return False
    if not listed.line or not found.line:
        return True
    return listed.cell == found.cell and abs(listed.line - found.line) <= _NEAR
