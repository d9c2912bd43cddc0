"""What a program drew, by role and by place in its code: read from the events of a spool, over all its processes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.model.role import DrawPlace, Role, RoleDraws
from bis.record.probes.code import relative_to

if TYPE_CHECKING:
    from bis.record.observed_session import ObservedSession

_CELL = re.compile(r"ipykernel_\d+[/\\](\d+)\.py$")
_SEED = 0xC70F6907  # of the kernel
_MASK = 0xFFFFFFFF
_MIX = 0x5BD1E995


def role_draws(seen: ObservedSession) -> tuple[RoleDraws, ...]:
    """The draws of a program by role.

    A process reports all its draws each time: its last report counts. Processes are told apart by their keys, which are
    the same in every replay.

    Parameters
    ----------
    seen : ObservedSession
        A replay whose roles were scoped.

    Returns
    -------
    tuple of RoleDraws
        In the order of `Role`, without those for which nothing was drawn.
    """
    reports: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for event in seen.all("draws"):
        reports[str(event.get("key", "")), int(event.get("pid", 0))] = event["roles"]
    cells = _cells(seen)
    root = Path(seen.session.project_root)
    found = []
    for role in Role:
        of_role = [(key, r) for (key, _), roles in sorted(reports.items()) for r in roles if r["role"] == role.value]
        if not of_role:
            continue
        places: dict[tuple[str, int, str, int | None], int] = {}
        for _, report in of_role:
            for place in report["places"]:
                if place["file"] and not place["file"].startswith("<"):
                    name = (*_place(place["file"], root, cells, seen), place["line"], place["site"])
                    key = (name[0], name[2], name[3], name[1])
                    places[key] = places.get(key, 0) + int(place["draws"])
        found.append(
            RoleDraws(
                role=role,
                draws=sum(int(r["draws"]) for _, r in of_role),
                digest=_digest([(key, r) for key, r in of_role if not r.get("ahead")]),
                places=tuple(DrawPlace(file, line, site, n, cell) for (file, line, site, cell), n in places.items()),
                seeded=any(r["seeded"] for _, r in of_role),
                uncounted=sum(int(r.get("uncounted", 0)) for _, r in of_role),
                ahead=sum(int(r["draws"]) for _, r in of_role if r.get("ahead")),
            )
        )
    return tuple(found)


def share_of_unknown(draws: tuple[RoleDraws, ...]) -> float | None:
    """The share of all numbers that were drawn at places which the registry does not know; None where none were."""
    total = sum(d.draws for d in draws)
    return None if total == 0 else sum(d.draws for d in draws if d.role is Role.OTHER) / total


def _digest(reports: list[tuple[str, dict[str, Any]]]) -> str:
    if len(reports) == 1 and reports[0][0] in {"", "main"}:
        return str(reports[0][1]["digest"])
    over_all = hashlib.sha256()
    for key, report in sorted((key, str(report["digest"])) for key, report in reports):
        over_all.update(f"{key}\0{report}\0".encode())
    return over_all.hexdigest()


def _place(file: str, root: Path, cells: dict[int, int], seen: ObservedSession) -> tuple[str, int | None]:
    """The file of a place relative to the project; of a cell of a notebook that, and the number of the cell."""
    found = _CELL.search(file)
    if found is not None and int(found[1]) in cells:
        return seen.session.target, cells[int(found[1])]
    return relative_to(file, root), None


def _cells(seen: ObservedSession) -> dict[int, int]:
    """By the number that a kernel gives the code of a cell, the position of that cell, from 1."""
    if seen.notebook is None:
        return {}
    return {cell_number(c.source): c.position + 1 for c in seen.notebook.cells if c.position is not None}


def cell_number(source: str) -> int:
    """The number by which ipykernel names the code of a cell: MurmurHash2 of its text."""
    data = source.encode("utf-8")
    number = _SEED ^ len(data)
    end = len(data) & ~3
    for start in range(0, end, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _MIX & _MASK
        k = (k ^ k >> 24) * _MIX & _MASK
        number = number * _MIX & _MASK ^ k
    if data[end:]:
        number = (number ^ int.from_bytes(data[end:], "little")) * _MIX & _MASK
    number = (number ^ number >> 13) * _MIX & _MASK
    return number ^ number >> 15
