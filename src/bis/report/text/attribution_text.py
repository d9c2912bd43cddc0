"""An explanation as text: the answer first, then for each target the shares, then where in the code they come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bis.model.attribution import Attribution, RepairKind, TargetKind
from bis.report.text.environment_text import environment_parts
from bis.report.text.explanation_statements import whole_percent
from bis.report.text.figure_words import counted, duration, short
from bis.report.text.statement_text import statement_text
from bis.report.text.terminal import bullet, headline, print_text, table, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.attribution import (
        Cause,
        Estimate,
        RemainingVariance,
        TargetShares,
    )
    from bis.model.role import DrawPlace

_EIGHTHS = " ▏▎▍▌▋▊▉"
_BAR = 24  # characters of a bar on a terminal of 100 or more; fewer on a narrower one
_FEW_PLACES = 4
_FEW_TARGETS = 5
_NARROW = 100


def attribution_text(attribution: Attribution, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """An explanation as text.

    Parameters
    ----------
    attribution : Attribution
        What was found.
    width : int
        Of the terminal, in characters.
    colour : bool
        Whether to use colour; without it the text says as much.
    full : bool
        All targets and all places, instead of the first ones.

    Returns
    -------
    str
        Lines that end in a newline; the first is the answer.
    """
    said = attribution.statements
    parts: list[Any] = [headline("explained" if attribution.exit_code == 0 else "not explained", _said(said[:1]))]
    parts.append(f"run {attribution.run_id}")
    shown = attribution.targets if full else attribution.targets[:_FEW_TARGETS]
    for target in shown:
        parts += ["", *_target(target, attribution.confidence, width)]
    if len(shown) < len(attribution.targets):
        parts += ["", f"and {counted(len(attribution.targets) - len(shown), 'more target')} (--full)"]
    if any(t.indicative and t.problem is None for t in shown):
        parts += [
            "",
            "indicative: with so few blocks, an interval may be too short or a share far off; --precise makes 16",
        ]
    if attribution.effects:
        parts += ["", *environment_parts(attribution.effects)]
    if attribution.causes:
        parts += ["", *_causes(attribution, full=full)]
    if attribution.remaining:
        parts += ["", *_remaining(attribution.remaining)]
    parts += ["", *_circumstances(attribution)]
    parts += [bullet(statement_text(one)) for one in said[1:]]
    return text_of(parts, width=width, colour=colour)


def print_attribution(attribution: Attribution, *, full: bool = False) -> None:
    """Print an explanation on stdout."""
    print_text(lambda width, colour: attribution_text(attribution, width=width, colour=colour, full=full))


def attribution_summary(attribution: Attribution) -> list[str]:
    """The lines that `bis show` has of an explanation: the answer, and the shares of the first target."""
    lines = [_said(attribution.statements[:1])]
    first = next((t for t in attribution.targets if t.problem is None), None)
    if first is not None:
        shares = sorted(first.shares, key=lambda s: -s.shapley.value)
        listed = ", ".join(f"{s.cause} {whole_percent(s.shapley.value)}" for s in shares)
        lines.append(f"{target_name(first)}: {listed}{' (indicative)' if first.indicative else ''}")
    made = f"{counted(attribution.replays, 'replay')}"
    lines.append(f"{made}, {attribution.failed} failed" if attribution.failed else made)
    return lines


def target_name(target: TargetShares) -> str:
    """What a target is called: a metric by its name."""
    return f"predictions of {target.name}" if target.kind is TargetKind.PREDICTIONS else target.name


def block_count(target: TargetShares) -> str:
    """``6 blocks``, or ``5 of 6 blocks`` where some are left out."""
    if not target.incomplete:
        return counted(target.blocks, "block")
    return f"{target.blocks} of {counted(target.blocks + target.incomplete, 'block')}"


def share_bar(value: float, *, cells: int) -> str:
    """A bar of so many characters for a share of 1; what is estimated outside of 0 to 1 is cut."""
    eighths = round(min(1.0, max(0.0, value)) * cells * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def interval_text(estimate: Estimate, *, most: float = 1.0) -> str:
    """An interval in percent, cut to 0 to `most`, of a share 100; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (100 * min(most, max(0.0, bound)) for bound in (estimate.low, estimate.high))
    return f"{low:.0f} .. {high:.0f} %"


def _said(statements: Sequence[Any]) -> str:
    return statement_text(statements[0]) if statements else ""


def _target(target: TargetShares, confidence: float, width: int) -> list[Any]:
    name = target_name(target)
    if target.problem is not None:
        return [f"{name}: {statement_text(target.problem)}"]
    blocks = block_count(target)
    spread = "" if target.variance is None or target.kind is not TargetKind.METRIC else _spread(target.variance)
    head = f"{name}{spread}, {blocks}{', indicative' if target.indicative else ''}"
    cells = _BAR if width >= _NARROW else 10
    rows = [
        (
            share.cause,
            whole_percent(share.shapley.value),
            share_bar(share.shapley.value, cells=cells),
            interval_text(share.shapley),
            whole_percent(share.first_order.value),
            whole_percent(share.total.value),
            "changes nothing" if share.cause in target.inert else "",
        )
        for share in sorted(target.shares, key=lambda s: -s.shapley.value)
    ]
    if target.scheduling is not None:
        value = target.scheduling.value
        text = "0 %" if value == 0 else whole_percent(value) if value >= 0.01 else f"{100 * value:.2g} %"
        rows.append(("scheduling", text, share_bar(value, cells=cells), interval_text(target.scheduling), "", "", ""))
    heads = ["cause", "share", "", f"{100 * confidence:.3g} % interval", "alone", "total", ""]
    if not target.inert:
        heads, rows = heads[:-1], [row[:-1] for row in rows]  # type: ignore[misc]
    parts: list[Any] = [head, table(heads, rows, right=(1, 3, 4, 5), whole=(0, 1, 2, 3, 4, 5), fold=0)]
    if target.scheduling is None:
        parts.append("scheduling: not measured")
    if target.interaction is not None:
        interval = interval_text(target.interaction)
        parts.append(
            f"interaction: {whole_percent(target.interaction.value)}{f' ({interval})' if interval else ''} of the "
            "variance is there only where several causes change together"
        )
    return parts


def _spread(variance: float) -> str:
    return f" (standard deviation {short(variance**0.5)})"


def _causes(attribution: Attribution, *, full: bool) -> list[Any]:
    parts: list[Any] = ["where it comes from:"]
    first = next((t for t in attribution.targets if t.problem is None), None)
    shares = {} if first is None else {s.cause: s.shapley.value for s in first.shares}
    for cause in sorted(attribution.causes, key=lambda c: -shares.get(c.name, 0.0)):
        about = f"{whole_percent(shares[cause.name])}, " if cause.name in shares else ""
        seeded = ", seeded by the program" if cause.seeded else ""
        parts.append(bullet(f"{cause.name} ({about}{counted(cause.draws, 'draw')}{seeded})"))
        parts += [_indented(text) for text in _cause_lines(cause, full=full)]
    return parts


def _cause_lines(cause: Cause, *, full: bool) -> list[str]:
    most = len(cause.places) if full else _FEW_PLACES
    lines = []
    for place in cause.places[:most]:
        found = [f for f in cause.findings if (f.file, f.cell) == (place.file, place.cell) and f.line == place.line]
        lines.append(f"{place_text(place)} {place.site} ({counted(place.draws, 'draw')})".replace("  ", " "))
        lines += [f"  {f.code} {f.message}{'; `bis audit --fix` repairs it' if f.fixable else ''}" for f in found]
    if len(cause.places) > most:
        lines.append(f"and {counted(len(cause.places) - most, 'more place')} (--full)")
    shown = {(p.file, p.cell, p.line) for p in cause.places[:most]}
    lines += [
        f"{f.file}:{f.line} {f.code} {f.message}" for f in cause.findings if (f.file, f.cell, f.line) not in shown
    ]
    return lines


def place_text(place: DrawPlace) -> str:
    """``train.py:23``, or ``study.ipynb, cell 4:2``."""
    if not place.file:
        return "(outside of the project)"
    if place.cell is not None:
        return f"{place.file}, cell {place.cell}:{place.line}"
    return f"{place.file}:{place.line}"


def _indented(text: str) -> Any:
    from rich.padding import Padding  # late, as everywhere: `bis --help` needs none of it
    from rich.text import Text

    return Padding(Text(text, overflow="fold"), (0, 0, 0, 6))


def remaining_words(remaining: Sequence[RemainingVariance]) -> tuple[str, list[str]]:
    """What remains once the largest cause is fixed: how that was done, and a line for each target."""
    first = remaining[0]
    how = "repaired in the source" if first.repair is RepairKind.AUDIT else "held: the same seeds in all replays"
    lines = []
    for one in remaining:
        name = f"predictions of {one.target}" if one.kind is TargetKind.PREDICTIONS else one.target
        if one.problem is not None:
            lines.append(f"{name}: {statement_text(one.problem)}")
        elif one.share is not None:
            interval = interval_text(one.share, most=math.inf)  # there may be more of it than before
            remains = f"{100 * max(0.0, one.share.value):.0f} %{f' ({interval})' if interval else ''}"
            lines.append(f"{name}: {remains} of the variance remain")
    return f"with {first.cause} {how}, measured in {counted(first.replays, 'replay')}", lines


def _remaining(remaining: Sequence[RemainingVariance]) -> list[Any]:
    head, lines = remaining_words(remaining)
    parts: list[Any] = [f"{head}:", *map(bullet, lines)]
    if remaining[0].diff:
        parts += [_indented(line) for line in remaining[0].diff.splitlines()]
    return parts


def _circumstances(attribution: Attribution) -> list[Any]:
    made = f"{counted(attribution.replays, 'replay')}{f', {attribution.failed} failed' if attribution.failed else ''}"
    kind = "started warm" if attribution.warm else "started cold"
    if attribution.cold_reasons:
        kind += f" ({', '.join(reason.value for reason in attribution.cold_reasons)})"
    parts: list[Any] = [bullet(f"{made}, {kind}, in {duration(attribution.duration_s)}")]
    if attribution.fixed:
        parts.append(bullet(f"the same in all replays: {', '.join(attribution.fixed)}"))
    left = [name for name in attribution.dropped if attribution.causes]
    if left:
        parts.append(
            bullet(f"not varied, since nothing is drawn for them or they were not asked for: {', '.join(left)}")
        )
    if attribution.other_share is not None and attribution.causes:
        known = 1.0 - attribution.other_share
        parts.append(bullet(f"{100 * known:.3g} % of the draws are from call sites whose role is known"))
    changes = [f"{d.what}: {d.recorded} -> {d.replayed} ({d.why})" for d in attribution.deviations]
    parts += [bullet(f"knowingly changed in the replays: {change}") for change in changes]
    parts += [bullet(statement_text(one)) for one in attribution.uncontrolled]
    return parts
