"""One cell of a notebook: its saved outputs against those of now, part by part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from bis._verify.published.library_lines import stopped_showing
from bis._verify.published.pictures import PictureComparison, PictureLikeness, compare_pictures
from bis._verify.published.table_results import compare_html_tables
from bis._verify.published.text_results import ResultComparison, ResultTally, TextResults, worst_by_label
from bis._verify.tolerances import Tolerances
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Evidence, Item, ItemKind, Level

if TYPE_CHECKING:
    from bis._verify.published.cell_parts import CellParts, ShownPicture, ShownValue

NO_RESULT = statement(StatementCode.NOT_COUNTED, reason="no-result")
RESULTS_DECIDE = statement(StatementCode.NOT_COUNTED, reason="results-decide")

# Somebody stopped the cell, or what it needs was not there: nothing that the notebook computes.
_OF_SURROUNDINGS = frozenset(
    {"KeyboardInterrupt", "ModuleNotFoundError", "ImportError", "ConnectionError", "HTTPError"}
)
_LEVEL_OF = {
    PictureLikeness.SAME: Level.BITWISE,
    PictureLikeness.WITHIN: Level.NUMERICAL,
    PictureLikeness.DIFFERENT: Level.DIVERGENT,
    PictureLikeness.OTHER_SIZE: Level.INCONCLUSIVE,
    PictureLikeness.UNREADABLE: Level.INCONCLUSIVE,
    PictureLikeness.OTHER_FORMAT: Level.INCONCLUSIVE,
    PictureLikeness.NOT_KEPT: Level.INCONCLUSIVE,
}


@dataclass(slots=True)
class CellComparison:
    """What comparing a cell gave: items, of which those on pictures do not count until it is known that they must.

    `results` counts what was compared; `within`, `differing` and `undecided` those of them that are not printed alike.
    """

    position: int
    tolerances: Tolerances
    items: list[Item] = field(default_factory=list)
    results: int = 0
    within: int = 0
    differing: int = 0
    undecided: int = 0
    logs: bool = False
    raises_again: bool = False

    def compare(self, saved: CellParts, now: CellParts, *, has_pictures: bool) -> None:
        """Compare all parts; without `has_pictures` those of now were not kept."""
        self._error(saved, now)
        # Where nothing was printed when it was saved, what is printed now has nothing to be compared with.
        cut = stopped_showing(saved.stderr) or not saved.stdout.strip()
        self._tally("stdout", TextResults(self.tolerances, cut=cut).compare(saved.stdout, now.stdout))
        self._tally("stderr", TextResults(self.tolerances, paired_only=True).compare(saved.stderr, now.stderr))
        for before, after in zip_longest(saved.values, now.values):
            kind = (before or after).kind
            if saved.values:
                self._tally(kind, self._values(before, after))
        self._pictures(saved, now, has_pictures=has_pictures)

    def _values(self, before: ShownValue | None, after: ShownValue | None) -> ResultTally:
        if before and after and before.tables and len(before.tables) == len(after.tables):
            tally = ResultTally()
            for a, b in zip(before.tables, after.tables, strict=True):
                tally.add(compare_html_tables(a, b, tolerances=self.tolerances))
            return tally
        texts = (one.text if one else "" for one in (before, after))
        return TextResults(self.tolerances).compare(*texts)

    def _tally(self, name: str, tally: ResultTally) -> None:
        by_level = {level: [one for one in tally.others if one.compared.level is level] for level in Level}
        agreeing, undecided = by_level[Level.BITWISE] + by_level[Level.NUMERICAL], by_level[Level.INCONCLUSIVE]
        differing = by_level[Level.DIVERGENT]
        self.logs |= tally.logs > 0
        self.results += tally.results
        self.within += len(agreeing)
        self.differing += len(differing)
        self.undecided += len(undecided)
        self.items += [self._difference(name, one) for one in worst_by_label([*differing, *undecided])]
        if tally.same or agreeing:
            self.items.append(self._agreement(name, tally.same, agreeing))
        if tally.texts:
            saved, now = tally.texts[0]
            said = statement(StatementCode.SAVED_TEXT_DIFFERS, lines=len(tally.texts), saved=saved, found=now)
            self._add(name, Level.DIVERGENT, said, NO_RESULT, counts=False)

    def _difference(self, name: str, one: ResultComparison) -> Item:
        compared = one.compared
        return Item(
            name, ItemKind.CELL, compared.level, compared.statements, compared.evidence,
            cell=self.position, label=one.label, line=one.line,
        )  # fmt: skip

    def _agreement(self, name: str, same: int, within: list[ResultComparison]) -> Item:
        worst = max(within, key=lambda one: one.compared.distance, default=None)
        said = statement(
            StatementCode.SAVED_AGREE,
            *(worst.compared.statements if worst else ()),
            results=same + len(within),
            within=len(within),
            label=worst.label or None if worst else None,
        )
        level = max((one.compared.level for one in within), key=lambda x: x.rank, default=Level.BITWISE)
        evidence = worst.compared.evidence if worst else Evidence()
        return Item(name, ItemKind.CELL, level, (said,), evidence, cell=self.position)

    def _error(self, saved: CellParts, now: CellParts) -> None:
        """Whether the cell fails is a result, unless something around it made it fail."""
        if saved.exception == now.exception:
            self.raises_again = saved.error is not None
            return
        if now.error is None:
            said = statement(StatementCode.RAISED_WHEN_SAVED, saved=saved.error)
        elif saved.error is None:
            said = statement(StatementCode.RAISED_NOW, found=now.error)
        else:
            said = statement(StatementCode.RAISED_OTHERWISE, saved=saved.error, found=now.error)
        evidence = Evidence(original=_one(saved.error), replayed=_one(now.error))
        if now.error is None and saved.exception in _OF_SURROUNDINGS:
            self._add("error", Level.DIVERGENT, said, NO_RESULT, counts=False, evidence=evidence)
            return
        self.results += 1
        self.differing += 1
        self._add("error", Level.DIVERGENT, said, evidence=evidence)

    def _pictures(self, saved: CellParts, now: CellParts, *, has_pictures: bool) -> None:
        for number, (before, after) in enumerate(zip_longest(saved.pictures, now.pictures), 1):
            if before is None:
                said, level = statement(StatementCode.PICTURE_NOT_SAVED), Level.INCONCLUSIVE
            elif after is None and has_pictures:
                said, level = statement(StatementCode.OUTPUT_GONE), Level.DIVERGENT
            else:
                compared = (
                    PictureComparison(PictureLikeness.NOT_KEPT) if after is None else compare_shown(before, after)
                )
                said, level = _likeness(compared), _LEVEL_OF[compared.likeness]
            item = Item(str(number), ItemKind.PICTURE, level, (said, RESULTS_DECIDE), cell=self.position)
            self.items.append(replace(item, counts=False))

    def _add(
        self, name: str, level: Level, *said: Statement, counts: bool = True, evidence: Evidence | None = None
    ) -> None:
        found = evidence or Evidence()
        self.items.append(Item(name, ItemKind.CELL, level, said, found, counts, cell=self.position))


def compare_shown(before: ShownPicture, after: ShownPicture) -> PictureComparison:
    """Compare two pictures in the first format that both have."""
    for mime, form in before.forms.items():
        if mime in after.forms:
            return compare_pictures(form, after.forms[mime], mime=mime)
    return PictureComparison(PictureLikeness.OTHER_FORMAT)


def _likeness(compared: PictureComparison) -> Statement:
    apart = compared.likeness in {PictureLikeness.WITHIN, PictureLikeness.DIFFERENT} and compared.greatest > 0
    return statement(
        StatementCode.PICTURE_COMPARED,
        likeness=compared.likeness.value,
        greatest=compared.greatest if apart else None,
        share=compared.share if apart and compared.share else None,
        saved=compared.saved or None,
        found=compared.found or None,
    )


def _one(error: str | None) -> tuple[str, ...]:
    return () if error is None else (error,)
