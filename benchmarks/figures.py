"""From samples to figures: a document (JSON) with medians, and ratios taken within each round."""

from __future__ import annotations

import os
import platform
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cases import Cost
    from measurement import Series

FORMAT = "bis.benchmark"
VERSION = 1
Document = dict[str, Any]

HELP_S = 0.2
AMBIENT = 0.05
REPLAY_S = 1.0
SACRED_S = 0.3


def group(key: str, title: str, series: list[Series], missing: dict[str, str] | None = None) -> Document:
    """The figures of one group, each beside its baseline. Cases without samples keep the reason."""
    named = {"": series[0], **{one.case.name: one for one in series}}
    cases = [_case(one, named[one.case.baseline]) for one in series]
    cases += [{"name": name, "reason": reason} for name, reason in (missing or {}).items()]
    return {"key": key, "title": title, "cases": cases}


def _case(one: Series, base: Series) -> Document:
    if not one.samples:
        return {"name": one.case.name, "reason": one.reason or "it was not measured"}
    walls = [s.wall_s for s in one.samples]
    cpus = [s.cpu_s for s in one.samples]
    found: Document = {
        "name": one.case.name,
        "runs": len(walls),
        "shown": one.case.shown,
        "failed": f"failed {one.failures} time(s): {one.reason}" if one.failures else "",
        "wall_s": {"median": statistics.median(walls), "min": min(walls), "max": max(walls)},
        "cpu_s": {"median": statistics.median(cpus), "min": min(cpus), "max": max(cpus)},
        "peak_mib": statistics.median(s.peak_mib for s in one.samples),
        "after_s": statistics.median(s.after_s for s in one.samples),
        "samples": [[s.wall_s, s.cpu_s, s.peak_mib, s.after_s] for s in one.samples],
    }
    if base.samples and one is not base:
        # Rounds, not medians, are compared: what else the machine does changes more slowly than the cases take turns.
        pairs = list(zip(one.samples, base.samples, strict=False))
        found["added_wall_s"] = statistics.median(a.wall_s - b.wall_s for a, b in pairs)
        found["added_cpu_s"] = statistics.median(a.cpu_s - b.cpu_s for a, b in pairs)
        found["wall_ratio"] = statistics.median(a.wall_s / b.wall_s for a, b in pairs)
        found["cpu_ratio"] = statistics.median(a.cpu_s / b.cpu_s for a, b in pairs)
    return found


def replay(key: str, title: str, series: list[Series], costs: dict[str, list[Cost]]) -> Document:
    """The figures of a replay group: the cases, one more replay's own cost, and that of the command.

    `costs` are those of each round, as wall time under ``s`` and as processor time under ``cpu_s``.
    """
    found = group(key, title, series)
    for unit, rounds in costs.items():
        if rounds:
            found[f"own_{unit}"] = statistics.median(c.own_s for c in rounds)
            found[f"fixed_{unit}"] = statistics.median(c.fixed_s for c in rounds)
    return found


def aims(groups: list[Document]) -> list[Document]:
    """Each aim, what was measured for it, and whether it was met; those that were not measured are left out."""
    found: list[Document] = []

    def add(what: str, unit: str, limit: float, measured: float | None) -> None:
        if measured is not None:
            met = measured <= limit
            found.append({"aim": what, "unit": unit, "limit": limit, "measured": measured, "met": met})

    for time in ("wall", "cpu"):
        sacred = value(groups, "script", "Sacred", f"added_{time}_s")
        limit, beside = (SACRED_S, "0.3 s") if sacred is None else (sacred, "Sacred")
        added = value(groups, "script", "bis run", f"added_{time}_s")
        add(f"bis run adds no more than {beside} ({time})", "s", limit, added)
    for one in groups:
        if one["key"].startswith("mlflow"):
            title = one["title"].removeprefix("Script with MLflow: ")
            for time in ("wall", "cpu"):
                ratio = value(groups, one["key"], "ambient", f"{time}_ratio")
                percent = None if ratio is None else (ratio - 1) * 100
                add(f"ambient adds under 5 %: {title} ({time})", "%", AMBIENT * 100, percent)
    help_s = next((c["wall_s"]["median"] for c in cases(groups, "startup") if c["name"] == "bis --help"), None)
    add("bis --help (wall)", "s", HELP_S, help_s)
    for one in groups:
        if one["key"].startswith("replay"):
            title = one["title"].removeprefix("Replay: ")
            add(f"a replay's own cost: {title} (wall)", "s", REPLAY_S, one.get("own_s"))
            add(f"a replay's own cost: {title} (cpu)", "s", REPLAY_S, one.get("own_cpu_s"))
    return found


def cases(groups: list[Document], key: str) -> list[Document]:
    """The measured cases of a group."""
    return [c for g in groups if g["key"] == key for c in g["cases"] if "runs" in c]


def value(groups: list[Document], key: str, name: str, what: str) -> float | None:
    """One figure of one case; None where it was not measured."""
    return next((c[what] for c in cases(groups, key) if c["name"] == name), None)


def machine(versions: dict[str, str]) -> Document:
    """What a reader needs to know of the machine; no names and no places."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "python": platform.python_version(),
        "versions": versions,
    }


def load() -> float:
    """How many processes wanted to run, on average over the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        names = [line.split(":", 1)[1].strip() for line in listed.read_text().splitlines() if "model name" in line]
        if names:
            return names[0]
    return platform.processor() or platform.machine()
