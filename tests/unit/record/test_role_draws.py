"""Draws by role, read from the events of a spool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipykernel.compiler import get_tmp_hash_seed, murmur2_x86

from bis.model.facets import Cell
from bis.model.role import DrawPlace, Role
from bis.record.observed_session import NotebookReport, ObservedSession
from bis.record.role_draws import cell_number, role_draws, share_of_unknown
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path


def drew(role: str, draws: int, digest: str, *places: tuple[str, int, int]) -> dict[str, Any]:
    """What a process reports of a role."""
    found = [{"file": file, "line": line, "site": "s", "draws": number} for file, line, number in places]
    return {"role": role, "draws": draws, "digest": digest, "seeded": False, "uncounted": 0, "places": found}


def seen(folder: Path, *events: dict[str, Any], notebook: NotebookReport | None = None) -> ObservedSession:
    """A session with these events."""
    session = described_session(folder, target="study.ipynb" if notebook else "train.py")
    return ObservedSession(folder, session, None, (), {"draws": list(events)}, notebook)


def event(pid: int, key: str, *roles: dict[str, Any]) -> dict[str, Any]:
    """A report of a process."""
    return {"k": "draws", "pid": pid, "key": key, "roles": list(roles)}


def test_last_report_of_each_process_counts(tmp_path: Path) -> None:
    """Reports of a process replace its earlier ones; those of several processes are added up, by role and place."""
    train = str(tmp_path / "train.py")
    found = role_draws(
        seen(
            tmp_path,
            event(1, "main", drew("split", 1, "a", (train, 3, 1))),
            event(1, "main", drew("split", 5, "b", (train, 3, 5)), drew("other", 1, "o")),
            event(2, "main/fork:1", drew("split", 2, "c", (train, 3, 2))),
        )
    )
    assert [(d.role, d.draws) for d in found] == [(Role.SPLIT, 7), (Role.OTHER, 1)]
    assert found[0].places == (DrawPlace("train.py", 3, "s", 7),)
    assert share_of_unknown(found) == 1 / 8
    assert share_of_unknown(()) is None


def test_digest_of_one_process_is_its_own(tmp_path: Path) -> None:
    """A program without further processes has the digest that it reported; with others all count."""
    one = role_draws(seen(tmp_path, event(1, "main", drew("init", 1, "a"))))
    two = role_draws(seen(tmp_path, event(1, "main", drew("init", 1, "a")), event(2, "k", drew("init", 1, "b"))))
    assert one[0].digest == "a" != two[0].digest


def test_workers_that_work_ahead_are_in_no_digest(tmp_path: Path) -> None:
    """How far they get may be a race: they are counted, and told apart from what two replays share."""
    main = event(1, "main", drew("augmentation", 3, "a"))
    ahead = event(2, "main/fork:torch:1", {**drew("augmentation", 7, "b"), "ahead": True})
    further = event(2, "main/fork:torch:1", {**drew("augmentation", 9, "c"), "ahead": True})
    (one,), (two,) = (role_draws(seen(tmp_path, main, *workers)) for workers in ([ahead], [ahead, further]))
    assert [(d.draws, d.ahead) for d in (one, two)] == [(10, 7), (12, 9)]
    assert one.repeatable == two.repeatable == (3, "a")


def test_cells_of_notebooks_are_named(tmp_path: Path) -> None:
    """A kernel names the code of a cell by a hash of its text, from which the cell is found."""
    source = "rng = np.random.default_rng()\nprint('ü')"
    assert cell_number(source) == murmur2_x86(source, get_tmp_hash_seed())
    notebook = NotebookReport(cells=(Cell(0, "import numpy", 0), Cell(1, source, 2)))
    place = (f"/somewhere/ipykernel_77/{cell_number(source)}.py", 1, 4)
    (found,) = role_draws(seen(tmp_path, event(1, "main", drew("sampling", 4, "a", place)), notebook=notebook))
    assert found.places == (DrawPlace("study.ipynb", 1, "s", 4, 3),)
