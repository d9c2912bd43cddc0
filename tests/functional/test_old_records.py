"""Records that an earlier bis wrote are shown, compared, judged and replayed."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.cli.main import main
from bis.evidence.outcomes import read_outcomes
from bis.evidence.store import EvidenceStore
from bis.model.verdict import ReplayKind
from tests.functional.old_store import open_old_session, open_old_store
from tests.functional.scene import Project

if TYPE_CHECKING:
    from tests.functional.warm import WarmProcess

EXPECTED = Path(__file__).parents[1] / "assets" / "old_records" / "expected.tar.gz"
SHOWN = ["seeded", "unseeded", "notebook-3", "notebook-5", "untracked", "fails", "two-1", "two-2", "ambient", "plain"]
# What a copy of the store has elsewhere, and what is said of a failure since then besides.
MOVED = {"artifact_uri"}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the earlier bis printed."""
    folder = tmp_path_factory.mktemp("expected")
    with tarfile.open(EXPECTED) as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old store, opened in another folder than that in which it was made."""
    folder = tmp_path_factory.mktemp("old")
    open_old_store(folder)
    return folder


@pytest.fixture
def old(tmp_path: Path, warm: WarmProcess) -> Project:
    """A copy of the old store, beside an empty project and home."""
    (tmp_path / "project").mkdir()
    return Project(tmp_path / "project", tmp_path / "home", open_old_store(tmp_path / "store"), warm)


def ids(expected: Path) -> dict[str, str]:
    """The ids of the old runs, by name."""
    return dict(line.split() for line in (expected / "runs.txt").read_text(encoding="utf-8").splitlines())


def lacking(old: Any, new: Any, where: str = "$") -> list[str]:
    """Places of `old` that `new` does not have, or has with another value; what is new in `new` does not matter."""
    if isinstance(old, dict) and isinstance(new, dict):
        kept = {key: value for key, value in old.items() if key not in MOVED}
        gone = [f"{where}.{key} is gone" for key in kept if key not in new]
        return gone + [p for k, v in kept.items() if k in new for p in lacking(v, new[k], f"{where}.{k}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [p for i, (a, b) in enumerate(zip(old, new, strict=True)) for p in lacking(a, b, f"{where}[{i}]")]
    return [] if old == new else [f"{where}: {old!r} -> {new!r}"]


@pytest.mark.parametrize("name", SHOWN)
def test_an_old_run_is_shown_as_it_was(
    name: str,
    expected: Path,
    opened: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every fact that the earlier bis printed is still there, with the same value."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    show = ["show", ids(expected)[name], "--tracking-uri", f"sqlite:///{opened}/mlflow.db"]
    assert main([*show, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    before = json.loads((expected / f"show-{name}.json").read_text(encoding="utf-8"))
    for seed in before["record"]["randomness"]["seeds"]:  # the package stood in the name of the function
        seed["api"], _, package = seed["api"].partition(" (in ")
        seed["package"] = package.rstrip(")")
    if not before["recorded"]:  # the reasons are words of the bis that reads
        for facet in before["record"].values():
            if isinstance(facet, dict):
                facet.pop("reasons", None)
    assert lacking(before, shown) == []
    assert main(show) == 0
    assert "Traceback" not in capsys.readouterr().err


def test_old_runs_are_compared_as_they_were(expected: Path, opened: Path, tmp_path: Path, warm: WarmProcess) -> None:
    """Two runs have the same differences as before; and a run reproduces the figures that it reproduced."""
    project = Project(tmp_path, tmp_path / "home", f"sqlite:///{opened}/mlflow.db", warm)
    runs = ids(expected)
    compared = project.bis("diff", runs["seeded"], runs["unseeded"], "--json")
    assert compared.code == 1
    assert lacking(json.loads((expected / "diff-seeded-unseeded.json").read_text()), json.loads(compared.out)) == []
    verified = project.bis("verify", runs["seeded"], "--expect", str(expected / "published.csv"), "--json")
    assert (verified.code, json.loads(verified.out)["level"]) == (0, "numerical")


def test_old_replays_are_read_back_whole(expected: Path, opened: Path) -> None:
    """The outcomes that the earlier bis wrote and never read have their outputs, metrics with all bits."""
    store = EvidenceStore(f"sqlite:///{opened}/mlflow.db")
    for name, kind, count in (("seeded", ReplayKind.EXACT, 2), ("unseeded", ReplayKind.FRESH, 4)):
        run_id = ids(expected)[name]
        outcomes = read_outcomes(store, run_id, kind=kind)
        assert len(outcomes) == count
        original = store.read(run_id).record.outputs
        for outcome in outcomes:
            assert outcome.failure is None
            assert outcome.outputs is not None
            assert [c.name for c in outcome.outputs.metrics] == [c.name for c in original.metrics]
            same = [c.values for c in outcome.outputs.metrics] == [c.values for c in original.metrics]
            assert same is (kind is ReplayKind.EXACT)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["untracked", "two-1", "two-2", "ambient", "notebook-3"])
def test_an_old_run_is_replayed_bit_for_bit(name: str, old: Project, expected: Path) -> None:
    """Its program runs from its snapshot, with the root that was recorded then; the verdict is stored with it."""
    run_id = ids(expected)[name]
    replayed = old.bis("replay", run_id, "-n", "1", "--yes", "--env", "current", "--json")
    assert replayed.code == 0, replayed.err + replayed.out[-3000:]
    assert json.loads(replayed.out)["level"] == "bitwise"
    assert json.loads(old.bis("show", run_id, "--json").out)["verdict"]["verdict"]["level"] == "bitwise"


def test_an_old_session_that_was_never_stored_is_stored(old: Project) -> None:
    """What a killed bis of then left behind goes to the store now, with all that was seen."""
    open_old_session(old.home, Path(old.uri.removeprefix("sqlite:///")).parent)
    before = old.bis("show", "last", "--json")
    assert json.loads(before.out)["recorded"] is False
    stored = old.bis("store")
    assert (stored.code, "stored with" in stored.out) == (0, True), stored.err
    shown = json.loads(old.bis("show", "last", "--json").out)
    assert (shown["recorded"], shown["record"]["state"]) == (True, "finished")
    assert shown["record"]["outputs"]["metrics"]
