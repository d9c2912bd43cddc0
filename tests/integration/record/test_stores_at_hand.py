"""Runs are found wherever their programs put them, and looking for them makes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bis.errors import RunNotFound, StoreUnavailable
from bis.evidence import spool as spool_files
from bis.evidence.known_stores import KnownSession, place_of, remember
from bis.evidence.spool import write_document
from bis.evidence.store import EvidenceStore
from bis.instrument.events import EventWriter
from bis.launch.liveness import release
from bis.model.session import Exit
from bis.record.stores_at_hand import find_runs, last_elsewhere
from tests.unit.sessions import session_of


@dataclass(frozen=True)
class Scene:
    """A project, three databases beside it, and what is remembered of sessions."""

    home: Path
    project: Path
    uris: Mapping[str, str]

    def run(self, name: str, at: float, tags: Mapping[str, str] | None = None) -> str:
        """A run in one of the databases."""
        return EvidenceStore(self.uris[name]).create("Default", name, tags or {}, started_unix_s=at)

    def session(self, name: str, at: float, *run_ids: str, **changes: object) -> None:
        """A session from here that is remembered."""
        folder, uri = str(self.project), place_of(self.uris[name], "/")
        known = KnownSession(f"s{at}", at, folder, folder, uri, run_ids)
        remember(self.home, replace(known, **changes))  # type: ignore[arg-type]  # fields of KnownSession

    def find(self, reference: str, uri: str | None = None) -> str:
        """The run that a reference means, and in which of the databases."""
        (found,) = find_runs((reference,), uri, self.project)
        return f"{Path(found.store.tracking_uri).name} {found.run_id}"


@pytest.fixture
def scene(project: Path, home: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Nothing is recorded yet; the store of the settings is MLflow's default, in the project."""
    monkeypatch.chdir(project)
    places = {"hand": project / "mlflow.db", "other": project / "other.db", "third": project / "third.db"}
    for place in places.values():
        shutil.copy(empty_database, place)
    return Scene(home, project, {name: f"sqlite:///{place}" for name, place in places.items()})


def test_last_is_the_latest_session_from_here(scene: Scene) -> None:
    """In whatever store, and of its runs the latest that was not deleted; other folders' sessions are not meant."""
    scene.run("hand", 1.0)
    first, second = scene.run("other", 5.0), scene.run("other", 6.0)
    third = scene.run("third", 9.0)
    scene.session("other", 6.0, first, second)
    scene.session("third", 9.0, third, cwd="/elsewhere", project_root="/elsewhere")
    assert scene.find("last") == f"other.db {second}"
    EvidenceStore(scene.uris["other"]).delete(second)
    assert scene.find("last") == f"other.db {first}"
    EvidenceStore(scene.uris["other"]).delete(first)
    assert scene.find("last").startswith("mlflow.db")


def test_where_nothing_was_run_here_the_latest_run_elsewhere_is_named(scene: Scene) -> None:
    """In the hint: it is not what `last` means here."""
    there = scene.run("other", 5.0)
    scene.session("other", 5.0, there, cwd="/elsewhere", project_root="/elsewhere")
    with pytest.raises(RunNotFound, match="no run yet") as raised:
        scene.find("last")
    assert f"{there[:8]}, was started in /elsewhere" in (raised.value.hint or "")


def test_a_store_that_is_named_is_the_only_one(scene: Scene) -> None:
    """For this command."""
    here, there = scene.run("hand", 1.0), scene.run("other", 5.0)
    scene.session("other", 5.0, there)
    assert scene.find("last", scene.uris["hand"]) == f"mlflow.db {here}"
    with pytest.raises(RunNotFound, match="does not exist"):
        scene.find(there, scene.uris["hand"])


def test_a_later_run_that_bis_did_not_see_is_the_last_one(scene: Scene) -> None:
    """Where the store of the settings lies on this machine; what another folder's session put there is not meant."""
    there = scene.run("other", 5.0)
    scene.session("other", 5.0, there)
    elsewhere, later = scene.run("hand", 8.0), scene.run("hand", 7.0)
    scene.run("hand", 9.0, {"bis.replay.of": there})
    scene.session("hand", 8.0, elsewhere, cwd="/elsewhere", project_root="/elsewhere")
    assert scene.find("last") == f"mlflow.db {later}"


def test_the_variable_names_a_store_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves the sessions that went there, and those that were started under it and went elsewhere."""
    under, free = scene.run("other", 5.0), scene.run("third", 6.0)
    scene.session("other", 5.0, under, variable=place_of(scene.uris["hand"], "/"))
    scene.session("third", 6.0, free)
    assert scene.find("last") == f"third.db {free}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", scene.uris["hand"])
    assert scene.find("last") == f"other.db {under}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", scene.uris["third"])
    assert scene.find("last") == f"third.db {free}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{scene.project}/none.db")
    with pytest.raises(RunNotFound, match=r"none\.db"):
        scene.find("last")


def test_ids_and_prefixes_are_found_in_all_known_stores(scene: Scene) -> None:
    """Also a replay, which lies beside what it replays; what several runs begin with is refused."""
    here, there = scene.run("hand", 1.0), scene.run("other", 5.0)
    replay = scene.run("other", 6.0, {"bis.replay.of": there})
    scene.session("other", 5.0, there, cwd="/elsewhere", project_root="/elsewhere")
    assert scene.find(here[:9]) == f"mlflow.db {here}"
    for reference, run_id in ((there, there), (there[:9], there), (replay, replay), (replay[:9], replay)):
        assert scene.find(reference) == f"other.db {run_id}"
    scene.session("third", 7.0, f"{here[:9]}{'0' * 23}")
    with pytest.raises(RunNotFound, match="2 runs start with it"):
        scene.find(here[:9])
    with pytest.raises(RunNotFound, match="not a run id"):
        scene.find("../x")


def test_a_run_that_is_at_hand_is_taken_from_there(scene: Scene) -> None:
    """Though a session is known to have logged it through a server, which may be gone."""
    here = scene.run("hand", 1.0)
    scene.session("other", 5.0, here, uri="http://127.0.0.1:9")
    for reference in (here, here[:9]):
        assert scene.find(reference) == f"mlflow.db {here}"


def test_what_is_nowhere_is_said_with_the_servers_that_were_not_asked(scene: Scene) -> None:
    """A dead one would take a minute."""
    scene.session("other", 5.0, "f" * 32, uri="http://host:1")
    for reference in ("0" * 32, "0000000"):
        with pytest.raises(RunNotFound, match=r"mlflow\.db") as raised:
            scene.find(reference)
        assert "http://host:1" in (raised.value.hint or "")


@pytest.mark.parametrize("reference", ["last", "id", "prefix"])
def test_a_store_that_is_gone_is_named(scene: Scene, reference: str) -> None:
    """No older run is taken instead."""
    scene.run("hand", 1.0)
    there = scene.run("other", 5.0)
    scene.session("other", 5.0, there)
    (scene.project / "other.db").unlink()
    with pytest.raises(RunNotFound, match=r"other\.db, which is not there any more"):
        scene.find({"last": "last", "id": there, "prefix": there[:9]}[reference])
    assert not (scene.project / "other.db").exists()


def test_a_known_run_needs_no_answer_of_the_store_at_hand(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is damaged does not hide what is elsewhere; where nothing is, its damage is said."""
    there = scene.run("other", 5.0)
    scene.session("other", 5.0, there)
    (scene.project / "mlflow.db").write_bytes(b"damaged" * 100)
    assert scene.find("last") == scene.find(there[:9]) == f"other.db {there}"
    with pytest.raises(StoreUnavailable, match="not a database"):
        scene.find("0000000")


def test_sessions_that_are_not_stored_yet_are_known(scene: Scene) -> None:
    """By their events; without a run there is nothing to find yet, and an older one is not taken instead."""
    scene.session("hand", 1.0, scene.run("hand", 1.0))
    there = scene.run("other", 5.0)
    folder = _ended(scene, there)
    assert scene.find("last") == f"other.db {there}"
    assert last_elsewhere(scene.project) == place_of(scene.uris["other"], "/")
    (folder / spool_files.STORED).write_text("{}")
    assert scene.find("last").startswith("mlflow.db")
    assert last_elsewhere(scene.project) is None
    _ended(scene)
    with pytest.raises(RunNotFound, match="has no run before it is stored") as raised:
        scene.find("last")
    assert "bis store" in (raised.value.hint or "")


def test_looking_makes_nothing(scene: Scene) -> None:
    """Neither a database nor a folder, here or in the home."""
    for place in scene.project.glob("*.db"):
        place.unlink()
    for reference in ("last", "0" * 32, "000000"):
        with pytest.raises(RunNotFound):
            scene.find(reference)
    assert list(scene.project.iterdir()) == []
    assert not scene.home.exists()


@pytest.mark.parametrize(
    "uri", ["sqlite:///{}/gone.db?timeout=9", "sqlite:///{}/go%20ne.db", "sqlite+pysqlite:///{}/gone.db"]
)
def test_a_store_that_was_removed_is_not_made_anew(scene: Scene, uri: str) -> None:
    """However its address is spelled, also where MLflow is what reads it; no older run is taken in its place."""
    there = uri.format(scene.project)
    scene.session("hand", 1.0, scene.run("hand", 1.0))
    scene.session("other", 9.0, "f" * 32, uri=there)
    before = sorted(scene.project.iterdir())
    for reference in ("last", "ffff"):
        with pytest.raises(RunNotFound, match="not there any more"):
            scene.find(reference)
    with pytest.raises(RunNotFound):
        scene.find("last", there)
    assert sorted(scene.project.iterdir()) == before


def test_the_store_at_hand_may_be_gone_too(scene: Scene) -> None:
    """That is said, and not that nothing was run."""
    scene.session("hand", 9.0, scene.run("hand", 9.0))
    (scene.project / "mlflow.db").unlink()
    with pytest.raises(RunNotFound, match="not there any more"):
        scene.find("last")


def _ended(scene: Scene, *run_ids: str) -> Path:
    """A session of a program that has ended and that nobody has stored."""
    session = session_of(scene.project, "print(1)")
    session = replace(session, started_unix_s=1e9, cwd=str(scene.project), project_root=str(scene.project))
    folder = Path(session.spool)
    write_document(folder / spool_files.SESSION, session)
    for run_id in run_ids:
        EventWriter(folder).write("run", run_id=run_id, how="created", uri=scene.uris["other"], ordinal=0)
    write_document(folder / spool_files.EXIT, Exit(0, None, timed_out=False, ended_unix_s=2.0, duration_s=1.0))
    release(folder)
    return folder
