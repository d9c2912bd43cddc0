"""Files that a program wrote and artifacts that it logged: what stands in them, where that can be read."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import finite_relative
from bis._verify.exact.cut_text import KeptText
from bis._verify.exact.log_items import log_items
from bis._verify.exact.printed_items import PrintedPlace, text_items
from bis._verify.exact_numbers import distance_figures, exactly
from bis._verify.figures.clock_times import RunWindow, windows_of
from bis._verify.file_pairing import pair_files
from bis._verify.printed_text import numbers_in
from bis._verify.scoped_names import plain, scope, scoped
from bis._verify.tolerances import Tolerances
from bis._verify.written_figures import counts_as_result, is_passing
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Evidence, Item, ItemKind, Level
from bis.model.written_content import ContentKind, NamedNumbers, WrittenContent
from bis.stats.ulp import measure_ulps, relative_difference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.model.facets import FileDigest, Outputs

# Evidence that bis itself stores under the run is not an output of the program.
OWN_ARTIFACTS = "bis/"
# What a picture or document looks like is not in its bytes alone, which often hold the time of writing.
_SHOWN_TO_PEOPLE = re.compile(
    r"\.(?:png|jpe?g|gif|bmp|tiff?|webp|svg|pdf|e?ps|html?|xml|ipynb|xlsx?|docx?|pptx?|zip|t?gz|bz2|xz|mp4|log)$",
    re.IGNORECASE,
)


_LOG = re.compile(r"\.log(?:\.\d+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Written:
    """One file of a run: its digest, and its content where that was read."""

    path: str
    digest: str
    size_bytes: int
    content: WrittenContent | None


def written_items(
    original: Outputs,
    ran: Sequence[Outputs],
    kind: ItemKind,
    tolerances: Tolerances,
    *,
    measured: frozenset[int | None],
    has_figures: bool,
    has_weights: bool = False,
) -> list[Item]:
    """The items on files or artifacts.

    Parameters
    ----------
    original : Outputs
        What came out of the run.
    ran : sequence of Outputs
        What came out of the replays that are compared.
    kind : ItemKind
        FILE or ARTIFACT.
    tolerances : Tolerances
        What the user declared; names are ``PATH: NAME``.
    measured : frozenset of int or None
        The places of the runs with metrics. Beside metrics, files add to the verdict where their numbers differ, and
        nowhere else.
    has_figures : bool
        Whether numbers are compared anywhere. Where none are, any file that differs and cannot be read leaves the
        verdict open; else one that may hold a result does, and a picture does not.
    has_weights : bool
        Whether the weights of the program's models are compared, and are the same: then no file leaves it open.
    """
    first = _listed(original, kind)
    if kind is ItemKind.FILE:
        first = {path: written for path, written in first.items() if not _is_logged(written, original)}
    if not first or not ran:
        return []
    replayed = [_listed(o, kind) for o in ran]
    pairs = [_paired(first, other) for other in replayed]
    packed = tuple(path.removesuffix("MLmodel") for path in map(plain, first) if path.rpartition("/")[2] == "MLmodel")
    windows = windows_of(original, *ran)
    beside = _Judge(kind, tolerances, bool(measured), has_figures, has_weights, packed, len(ran), windows)
    same: dict[int | None, list[_Written]] = {}
    items: list[Item] = []
    for path, written in first.items():
        found = [other[p[path]] if path in p else None for other, p in zip(replayed, pairs, strict=True)]
        if all(f is not None and _same_bytes(written, f) for f in found):
            same.setdefault(_counted_with(path, measured), []).append(written)
        else:
            spare = any(_has_spare(path, other, p) for other, p in zip(replayed, pairs, strict=True) if path not in p)
            there = [f for f in found if f is not None]
            # Of bytes that nobody can read, what is compared elsewhere in the program says enough.
            readable = len(there) < len(found) or _are_read((written, *there))
            own = replace(beside, has_metrics=beside_metrics(path, measured)) if readable else beside
            items += own.items(written, found, spare=spare)
    listed = Counter(_counted_with(path, measured) for path in first)
    return [*(beside.same(files, run=run, listed=listed[run]) for run, files in same.items()), *items]


def beside_metrics(name: str, measured: frozenset[int | None]) -> bool:
    """Whether metrics were logged to the run of this model or artifact; of what belongs to no run, whether to any."""
    run = scope(name)
    return bool(measured) if run is None else run in measured


def _counted_with(path: str, measured: frozenset[int | None]) -> int | None:
    """The run that a file is evidence of; None for those that are shown together."""
    return scope(path) if not measured or not beside_metrics(path, measured) else None


def _paired(original: Mapping[str, _Written], replayed: Mapping[str, _Written]) -> dict[str, str]:
    """The counterparts of files, each among those of the counterpart of its run."""
    pairs: dict[str, str] = {}
    for run in dict.fromkeys(map(scope, original)):
        ours = {plain(path): path for path in original if scope(path) == run}
        theirs = {plain(path): path for path in replayed if scope(path) == run}

        def alike(a: str, b: str, ours: dict[str, str] = ours, theirs: dict[str, str] = theirs) -> bool:
            return _same_figures(original[ours[a]], replayed[theirs[b]])

        pairs |= {ours[a]: theirs[b] for a, b in pair_files(tuple(ours), tuple(theirs), alike).items()}
    return pairs


def _same_figures(a: _Written, b: _Written) -> bool:
    """Whether two files hold the same bytes, or the same numbers that may be results."""
    if _same_bytes(a, b):
        return True
    if a.content is None or b.content is None:
        return False
    mine, theirs = _results_in(a.content), _results_in(b.content)
    return bool(mine) and mine == theirs


def _results_in(content: WrittenContent) -> dict[str, str]:
    if content.kind is ContentKind.TEXT:
        return {str(i): n.text for i, n in enumerate(numbers_in(content.texts.get("", "")))}
    return {n.name: n.digest for n in content.numbers if counts_as_result(n)}


def _listed(outputs: Outputs, kind: ItemKind) -> dict[str, _Written]:
    digests: Sequence[FileDigest] = outputs.artifacts if kind is ItemKind.ARTIFACT else outputs.files
    contents = {c.path: c for c in outputs.contents if c.artifact is (kind is ItemKind.ARTIFACT)}
    return {
        d.path: _Written(d.path, d.digest, d.size_bytes, contents.get(d.path))
        for d in sorted(digests, key=lambda d: d.path)
        if not (kind is ItemKind.ARTIFACT and d.path.startswith(OWN_ARTIFACTS))
    }


def _under_the_names_of(ours: WrittenContent, theirs: WrittenContent) -> WrittenContent:
    """A replay's content, in which keys that are ids or times have the names of their counterparts."""
    numbers, others = {n.name: n.digest for n in ours.numbers}, {n.name: n.digest for n in theirs.numbers}
    named = pair_files(tuple(numbers), tuple(others), lambda a, b: numbers[a] == others[b])
    texts = pair_files(tuple(ours.texts), tuple(theirs.texts), lambda a, b: ours.texts[a] == theirs.texts[b])
    names, labels = {b: a for a, b in named.items()}, {b: a for a, b in texts.items()}
    return replace(
        theirs,
        numbers=tuple(replace(n, name=names.get(n.name, n.name)) for n in theirs.numbers),
        texts={labels.get(name, name): text for name, text in theirs.texts.items()},
    )


def _is_logged(written: _Written, outputs: Outputs) -> bool:
    """Whether a file was logged as an artifact, and read there with these bytes: then it is judged as that."""
    name, digest = posixpath.basename(written.path), written.content.digest if written.content else ""
    return any(
        c.artifact and c.is_read and c.digest == digest and posixpath.basename(plain(c.path)) == name
        for c in outputs.contents
    )


def _same_bytes(a: _Written, b: _Written) -> bool:
    if a.content is not None and b.content is not None:
        return a.content.digest == b.content.digest
    return bool(a.digest) and a.digest == b.digest


def _are_read(files: Sequence[_Written]) -> bool:
    """Whether what stands in all of these is known, and read in the same way."""
    contents = [f.content for f in files if f.content is not None and f.content.is_read]
    return len(contents) == len(files) and len({c.kind for c in contents}) == 1


def _has_spare(path: str, replayed: Mapping[str, _Written], pairs: Mapping[str, str]) -> bool:
    """Whether a replay wrote a file of the same sort that answers to no other."""
    suffix, run = plain(path).rpartition(".")[2], scope(path)
    taken = set(pairs.values())
    return any(p not in taken and scope(p) == run and plain(p).rpartition(".")[2] == suffix for p in replayed)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Makes the items of files that are not the same in all bytes."""

    kind: ItemKind
    tolerances: Tolerances
    has_metrics: bool
    has_figures: bool
    has_weights: bool
    packed: tuple[str, ...]
    total: int
    windows: Sequence[RunWindow]

    def same(self, written: Sequence[_Written], *, run: int | None, listed: int) -> Item:
        """All files that have the same bytes."""
        beside = self.has_metrics and run is None
        counts = not beside and any(w.size_bytes > 0 for w in written)
        said = statement(
            StatementCode.SAME_CONTENTS, kind=self.kind.value, same=len(written), listed=listed, total=self.total
        )
        aside = (_aside("not-strict"),) if beside else ()
        name = "" if run is None else scoped("", run)
        return Item(name, self.kind, Level.BITWISE, (said, *aside), Evidence(replays=self.total), counts)

    def items(self, written: _Written, found: Sequence[_Written | None], *, spare: bool) -> list[Item]:
        """One file whose bytes differ in a replay, or that is absent there."""
        there = [f for f in found if f is not None]
        items: list[Item] = []
        if len(there) < self.total:
            items.append(self._absent(written, self.total - len(there), spare=spare))
        if all(_same_bytes(written, f) for f in there):
            return items
        if not _are_read((written, *there)):
            return [*items, self._opaque(written, there)]
        assert written.content is not None
        return [*items, *self._by_content(written.content, [f.content for f in there if f.content is not None])]

    def _absent(self, written: _Written, absent: int, *, spare: bool) -> Item:
        said = statement(StatementCode.OTHER_CONTENT, content="bytes", other=0, absent=absent, total=self.total)
        evidence = Evidence(original=(written.digest,))
        if self.has_metrics:
            return Item(
                written.path, self.kind, Level.METRICS_BITWISE, (said, _aside("not-strict")), evidence, counts=False
            )
        if written.path.startswith("/"):
            # Where a replay may not write, libraries that look for a place find another one.
            return Item(written.path, self.kind, Level.INCONCLUSIVE, (said, _aside("outside")), evidence, counts=False)
        return Item(written.path, self.kind, Level.INCONCLUSIVE if spare else Level.DIVERGENT, (said,), evidence)

    def _opaque(self, written: _Written, there: Sequence[_Written]) -> Item:
        """A file of which no more is known than that its bytes differ."""
        other = sum(not _same_bytes(written, f) for f in there)
        evidence = Evidence(original=(written.digest,), replayed=tuple(f.digest for f in there if f.digest)[:1])
        if not written.digest:
            said = statement(StatementCode.DIGEST_NOT_RECORDED, content="bytes")
            return Item(written.path, self.kind, Level.INCONCLUSIVE, (said,), evidence, counts=False)
        if self.has_metrics:
            said = statement(StatementCode.OTHER_CONTENT, content="bytes", other=other, absent=0, total=self.total)
            return Item(
                written.path, self.kind, Level.METRICS_BITWISE, (said, _aside("not-strict")), evidence, counts=False
            )
        said = statement(StatementCode.NOT_COMPARABLE, other=other, total=self.total)
        if self.packed and plain(written.path).startswith(self.packed):
            packed = (said, _aside("packed-model"))
            return Item(written.path, self.kind, Level.INCONCLUSIVE, packed, evidence, counts=False)
        aside = self.has_weights or (self.has_figures and _SHOWN_TO_PEOPLE.search(plain(written.path)) is not None)
        statements = (said, _aside("has-figures")) if aside else (said,)
        return Item(written.path, self.kind, Level.INCONCLUSIVE, statements, evidence, counts=not aside)

    def _by_content(self, ours: WrittenContent, theirs: Sequence[WrittenContent]) -> list[Item]:
        theirs = [_under_the_names_of(ours, other) for other in theirs]
        if ours.kind is ContentKind.TEXT:
            items = self._plain_text(ours, theirs)
        else:
            items = self._figures(ours, theirs) + self._texts(ours, theirs)
        return [*items, *self._rest(ours, theirs, items)]

    def _plain_text(self, ours: WrittenContent, theirs: Sequence[WrittenContent]) -> list[Item]:
        printed = PrintedPlace(
            ours.path, self.kind, None, not self.has_metrics, aside="not-strict", windows=self.windows
        )
        texts = [t.texts.get("", "") for t in (ours, *theirs)]
        if _LOG.search(plain(ours.path)):
            # Lines may stand there from earlier executions, and those of libraries among the program's own.
            mine, *others = map(KeptText, texts)
            return log_items(printed, mine, others, self.tolerances, has_metrics=self.has_metrics)
        pairs = [(texts[0], other) for other in texts[1:]]
        return text_items(printed, pairs, self.tolerances, has_metrics=self.has_metrics)

    def _figures(self, ours: WrittenContent, theirs: Sequence[WrittenContent]) -> list[Item]:
        """An item on all numbers that are the same, and one for each name under which they are not."""
        by_name = [{n.name: n for n in t.numbers} for t in theirs]
        mine = {n.name: n for n in ours.numbers}
        more = {name: NamedNumbers(name, (), 0, "") for found in by_name for name in found if name not in mine}
        items: list[Item] = []
        alike = 0
        for numbers in (*mine.values(), *more.values()):
            others = [found.get(numbers.name) for found in by_name]
            if numbers.count and all(o is not None and o.digest == numbers.digest for o in others):
                alike += numbers.count if counts_as_result(numbers, others) else 0
            else:
                items.append(self._named(ours.path, numbers, others))
        if alike:
            said = statement(StatementCode.FIGURES_SAME, numbers=alike, total=len(theirs))
            aside = (_aside("has-metrics"),) if self.has_metrics else ()
            evidence = Evidence(replays=len(theirs))
            items.insert(0, Item(ours.path, self.kind, Level.BITWISE, (said, *aside), evidence, not self.has_metrics))
        return items

    def _named(self, path: str, numbers: NamedNumbers, others: Sequence[NamedNumbers | None]) -> Item:
        handle = f"{plain(path)}: {numbers.name}"
        level, said, evidence = self._compared(handle, numbers, others)
        if not self.tolerances.names(handle) and not counts_as_result(numbers, others):
            return Item(path, self.kind, level, (said, _aside("passing")), evidence, counts=False, label=numbers.name)
        if self.has_metrics:
            level = min(level, Level.METRICS_BITWISE, key=lambda x: x.rank) if level is not Level.BITWISE else level
        return Item(path, self.kind, level, (said,), evidence, label=numbers.name)

    def _compared(
        self, handle: str, numbers: NamedNumbers, others: Sequence[NamedNumbers | None]
    ) -> tuple[Level, Statement, Evidence]:
        counts = sorted({0 if o is None else o.count for o in others} - {numbers.count})
        if counts:
            said = statement(StatementCode.OTHER_COUNT, original=numbers.count, replayed=tuple(counts))
            return Level.DIVERGENT, said, Evidence(replays=len(others))
        pairs = [
            (float.fromhex(a), float.fromhex(b))
            for o in others
            if o is not None
            for a, b in zip(numbers.values, o.values, strict=False)
            if a != b
        ]
        if not pairs:
            said = statement(StatementCode.REST_DIFFERS, other=len(others), total=len(others))
            return Level.INCONCLUSIVE, said, Evidence(replays=len(others))
        applied = self.tolerances.apply(handle, [v for pair in pairs for v in pair])
        worst = max(pairs, key=lambda p: relative_difference(*p))
        ulps, relative = measure_ulps(*worst), finite_relative(*worst)
        evidence = Evidence(
            original=(exactly(worst[0]),),
            replayed=(exactly(worst[1]),),
            ulps=ulps.count if ulps else None,
            relative=relative,
            tolerance=applied.used,
            replays=len(others),
        )
        if all(applied.holds(b, a) for a, b in pairs):
            figures = {**applied.figures, **distance_figures(ulps, relative)}
            return Level.NUMERICAL, statement(StatementCode.PRINTED_WITHIN, **figures), evidence
        said = statement(
            StatementCode.WRITTEN_AS,
            original=exactly(worst[0]),
            replayed=exactly(worst[1]),
            differing=len(pairs),
            numbers=numbers.count * len(others),
        )
        return Level.DIVERGENT, said, evidence

    def _texts(self, ours: WrittenContent, theirs: Sequence[WrittenContent]) -> list[Item]:
        items: list[Item] = []
        names = dict.fromkeys(name for content in (ours, *theirs) for name in content.texts)
        for name in names:
            text = ours.texts.get(name, "")
            pairs = [(text, t.texts.get(name)) for t in theirs]
            if all(a == b for a, b in pairs):
                continue
            counts = not self.has_metrics and not is_passing(name)
            printed = PrintedPlace(
                ours.path,
                self.kind,
                None,
                counts,
                aside="not-strict" if self.has_metrics else "passing",
                label=name,
                windows=self.windows,
            )
            items += text_items(printed, pairs, self.tolerances, has_metrics=self.has_metrics)
        return items

    def _rest(self, ours: WrittenContent, theirs: Sequence[WrittenContent], items: Sequence[Item]) -> list[Item]:
        """Where not all was kept: what was kept being the same, the whole is not known to be."""
        cut = [t for t in theirs if (ours.cut or t.cut) and t.digest != ours.digest]
        if not cut or any(i.level.rank >= Level.INCONCLUSIVE.rank for i in items):
            return []
        said = statement(StatementCode.REST_DIFFERS, other=len(cut), total=len(theirs))
        aside = (_aside("not-strict"),) if self.has_metrics else ()
        return [Item(ours.path, self.kind, Level.INCONCLUSIVE, (said, *aside), counts=not self.has_metrics)]


def _aside(reason: str) -> Statement:
    return statement(StatementCode.NOT_COUNTED, reason=reason)
