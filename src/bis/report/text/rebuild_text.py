"""An environment that is built for a replay, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.report.text.figure_words import counted, data_size

if TYPE_CHECKING:
    from bis.model.plan import Fetch, PackageChange, Rebuild

_FEW = 12


def rebuild_rows(rebuild: Rebuild, *, full: bool = False) -> list[tuple[str, str]]:
    """Rows of a table: what differs, what has to be fetched, and where the environment stays."""
    changes = [change_text(change) for change in rebuild.changes if change.recorded or full]
    shown = changes if full else changes[:_FEW]
    more = [f"and {len(changes) - len(shown)} more (--full)"] if len(shown) < len(changes) else []
    if only_here := 0 if full else sum(not change.recorded for change in rebuild.changes):
        more.append(only_here_text(only_here))
    rows = [("differs" if i == 0 else "", text) for i, text in enumerate([*shown, *more])]
    rows.append(("to download", "nothing: it is built already" if rebuild.built else fetch_text(rebuild.fetch)))
    if rebuild.folder:
        rows.append(("stays in", rebuild.folder))
    return rows


def only_here_text(count: int) -> str:
    """How many packages are here that were not there when the run was recorded."""
    return f"{counted(count, 'package')} here {'was' if count == 1 else 'were'} not there"


def change_text(change: PackageChange) -> str:
    """One package that is not here as it was recorded."""
    if not change.recorded:
        return f"{change.name} was not there (here {change.here})"
    return f"{change.name} {change.recorded} ({f'here {change.here}' if change.here else 'not here'})"


def fetch_text(fetch: Fetch) -> str:
    """How much has to be fetched."""
    if fetch.packages is None or fetch.size_bytes is None:
        count = "" if fetch.packages is None else f"{counted(fetch.packages, 'package')}, "
        why = f" ({fetch.problem})" if fetch.problem else ""
        return f"{count}how much is not known{why}"
    if not fetch.packages:
        return "nothing: uv has all packages in its cache"
    count = counted(fetch.packages, "package")
    if fetch.unsized == fetch.packages:
        return f"{count}, how much is not known"
    unsized = f", and {fetch.unsized} whose size is not known" if fetch.unsized else ""
    return f"{count}: {data_size(fetch.size_bytes)} packed{unsized}"
