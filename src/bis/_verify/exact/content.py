"""All outputs of exact replays that are not metrics: models, what was printed, files and artifacts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.ending import ending_of, ending_of_original, same_end
from bis._verify.exact.cut_text import KeptText, stream_items
from bis._verify.exact.log_items import log_items
from bis._verify.exact.printed_items import PrintedPlace
from bis._verify.exact.shared_text import shared_items
from bis._verify.exact.written_items import OWN_ARTIFACTS, beside_metrics, written_items
from bis._verify.figures.clock_times import windows_of
from bis._verify.known_part import in_part
from bis._verify.printed_text import cell_texts, holds_numbers, printed_texts
from bis._verify.written_figures import has_figures
from bis.model.facets import OutputPart
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Evidence, Item, ItemKind, Level, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.tolerances import Tolerances
    from bis.model.facets import Outputs

_STDERR = "stderr"


def content_items(
    original: Outputs, outcomes: Sequence[Outcome], tolerances: Tolerances, *, measured: frozenset[int | None]
) -> list[Item]:
    """The items on all outputs that are not metrics.

    Models always count. What was printed, and what stands in files and artifacts, counts where there are no metrics;
    beside metrics only numbers in files do, which then differ from metrics that are the same. Models and artifacts are
    beside the metrics of their own run: `measured` has the places of the runs with metrics (see
    `bis._verify.case.runs_with_metrics`). With ``strict``, all must have the same bytes. Replays that ended otherwise
    than the original are left out: what they lack was not reached.
    """
    first = ending_of_original(original)
    ran = [o.outputs for o in outcomes if o.outputs is not None and same_end(first, ending_of(o))]
    strict = tolerances.strict
    has_metrics = bool(measured)
    models = _digest_items(original, ran, ItemKind.MODEL, measured=measured)
    weights = bool(models) and all(i.level is Level.BITWISE for i in models)
    figures = has_metrics or weights or holds_figures(original)
    items = [*models]
    written: list[Item] = []
    for kind in (ItemKind.ARTIFACT, ItemKind.FILE):
        if strict:
            written += _digest_items(original, ran, kind, measured=measured)
        else:
            written += written_items(
                original,
                ran,
                kind,
                tolerances,
                measured=measured,
                has_figures=figures,
                has_weights=weights,
            )
    items += in_part(written, original, has_metrics=has_metrics)
    return items + _printed_items(original, ran, tolerances, has_metrics=has_metrics)


def holds_figures(outputs: Outputs) -> bool:
    """Whether a run printed or wrote numbers."""
    return has_figures(outputs) or any(holds_numbers(text, windows_of(outputs)) for text in printed_texts(outputs))


def _printed_items(
    original: Outputs, ran: Sequence[Outputs], tolerances: Tolerances, *, has_metrics: bool
) -> list[Item]:
    counts = tolerances.strict or not has_metrics
    windows = windows_of(original, *ran)
    items: list[Item] = []
    if original.stdout is not None:
        place = PrintedPlace("stdout", ItemKind.STDOUT, None, counts, windows=windows)
        ours = KeptText(original.stdout, original.stdout_rest, _is_open(original))
        theirs = [None if o.stdout is None else KeptText(o.stdout, o.stdout_rest, _is_open(o)) for o in ran]
        judged = shared_items if original.stderr_in_stdout else stream_items
        items += judged(place, ours, theirs, tolerances, has_metrics=has_metrics)
    if original.stderr is not None:
        place = PrintedPlace(_STDERR, ItemKind.STDERR, None, not has_metrics, windows=windows)
        ours = KeptText(original.stderr, original.stderr_rest, _is_open(original))
        theirs = [KeptText(o.stderr, o.stderr_rest, _is_open(o)) for o in ran if o.stderr is not None]
        items += log_items(place, ours, theirs, replace(tolerances, strict=False), has_metrics=has_metrics)
    cells = [cell_texts(o.cells) for o in ran]
    for key, text in cell_texts(original.cells).items():
        place = PrintedPlace(key[1], ItemKind.CELL, key[0], counts, windows=windows)
        there = [KeptText(found[key]) if key in found else None for found in cells]
        compare = log_items if key[1] == _STDERR and not tolerances.strict else stream_items
        items += compare(place, KeptText(text), there, tolerances, has_metrics=has_metrics)
    return items


def _is_open(outputs: Outputs) -> bool:
    return OutputPart.PRINTED in outputs.incomplete


def _digests(outputs: Outputs, kind: ItemKind) -> dict[str, str]:
    if kind is ItemKind.MODEL:
        return {m.name: m.digest for m in outputs.models}
    if kind is ItemKind.ARTIFACT:
        return {a.path: a.digest for a in outputs.artifacts if not a.path.startswith(OWN_ARTIFACTS)}
    return {f.path: f.digest for f in outputs.files}


def _digest_items(
    original: Outputs, ran: Sequence[Outputs], kind: ItemKind, *, measured: frozenset[int | None]
) -> list[Item]:
    """Outputs that must have the same digest.

    Where metrics agree to the bit and a digest does not, the run is "metrics bitwise"; without metrics, divergent.
    """
    first = _digests(original, kind)
    if not first or not ran:
        return []
    total = len(ran)
    content = "weights" if kind is ItemKind.MODEL else "bytes"
    same: list[str] = []
    items = []
    for name, digest in sorted(first.items()):
        found = [_digests(o, kind).get(name) for o in ran]
        alike = sum(bool(digest) and d == digest for d in found)
        absent = sum(d is None for d in found)
        if alike == total:
            same.append(name)
            if kind is not ItemKind.MODEL:
                continue
        others = tuple(dict.fromkeys(d for d in found if d and d != digest))
        evidence = Evidence(original=(digest,), replayed=others[:1])
        if not digest:
            said = statement(StatementCode.DIGEST_NOT_RECORDED, content=content)
            items.append(Item(name, kind, Level.INCONCLUSIVE, (said,), evidence, counts=False))
        elif alike == total:
            said = statement(StatementCode.SAME_CONTENT, content=content, same=alike, total=total)
            items.append(Item(name, kind, Level.BITWISE, (said,), evidence))
        else:
            said = statement(
                StatementCode.OTHER_CONTENT, content=content, other=total - alike - absent, absent=absent, total=total
            )
            other = Level.METRICS_BITWISE if beside_metrics(name, measured) else Level.DIVERGENT
            items.append(Item(name, kind, other, (said,), evidence))
    if same and kind is not ItemKind.MODEL:
        said = statement(StatementCode.SAME_CONTENTS, kind=kind.value, same=len(same), listed=len(first), total=total)
        items.insert(0, Item("", kind, Level.BITWISE, (said,), Evidence(replays=total)))
    return items
