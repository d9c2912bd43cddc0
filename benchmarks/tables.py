"""The document as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console


def print_document(document: dict[str, Any], console: Console) -> None:
    """Print all groups, then the aims, then what else ran on the machine."""
    machine = document["machine"]
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}; {document['runs']} runs of each after a warm-up"
    )
    console.print(", ".join(f"{name} {version}" for name, version in machine["versions"].items()))
    for group in document["groups"]:
        console.print()
        console.print(_group(group))
        for case in group["cases"]:
            problem = case.get("failed") if "runs" in case else case["reason"]
            if problem:
                console.print(f"{case['name']}: {problem}", markup=False)
        if "own_s" in group:
            console.print(
                f"One more replay costs {group['own_s']:+.2f} s (processor {group['own_cpu_s']:+.2f} s) beyond the "
                f"program, the command {group['fixed_s']:.2f} s ({group['fixed_cpu_s']:.2f} s) beyond its replays."
            )
    console.print()
    console.print(_aims(document["aims"]))
    load = document["load"]
    if max(load.values()) > machine["cores"]:
        console.print(
            f"Other work was going on: load {load['start']:.1f} at the start, {load['end']:.1f} at the end, on "
            f"{machine['cores']} cores. Processor times say more than wall times."
        )


def _group(group: dict[str, Any]) -> Table:
    table = Table(title=group["title"], title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("wall s", "min-max", "added s", "ratio", "cpu s", "added", "ratio", "peak MiB", "after s"):
        table.add_column(name, justify="right", no_wrap=True)
    for case in group["cases"]:
        if not case.get("shown"):  # it has no figures, or is a baseline only
            continue
        wall, after = case["wall_s"], case["after_s"]
        table.add_row(
            case["name"],
            f"{wall['median']:.2f}",
            f"{wall['min']:.2f}-{wall['max']:.2f}",
            _figure(case.get("added_wall_s"), "+.2f"),
            _figure(case.get("wall_ratio"), ".2f"),
            f"{case['cpu_s']['median']:.2f}",
            _figure(case.get("added_cpu_s"), "+.2f"),
            _figure(case.get("cpu_ratio"), ".2f"),
            f"{case['peak_mib']:.0f}",
            f"{after:.2f}" if after > 0.05 else "",
        )
    return table


def _figure(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _aims(aims: list[dict[str, Any]]) -> Table:
    table = Table(title="Aims", title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold")
    for name in ("limit", "measured", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for aim in aims:
        word = "[green]met[/green]" if aim["met"] else "[red]missed[/red]"
        table.add_row(aim["aim"], f"{aim['limit']:.2f} {aim['unit']}", f"{aim['measured']:.2f} {aim['unit']}", word)
    return table
