"""What goes wrong, each with an exit code and a message that helps."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from bis.evidence.digests import digest_bytes
from bis.evidence.record_document import record_text
from bis.evidence.store import RECORD, SOURCE
from bis.model.facets import Package
from tests.functional.scene import Done, Project, free_port, notebook_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bis.model.record import Record

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Recorded:
    """A project with a recorded run, from which damaged ones are made."""

    project: Project
    run_id: str

    def craft(
        self,
        change: Callable[[Record], Record] = lambda record: record,
        *,
        archive: bytes | None = None,
        text: Callable[[bytes], bytes] | None = None,
        sealed: bool = True,
    ) -> str:
        """Store another run with this record changed; `text` changes its bytes, `sealed` tags their digest."""
        store = self.project.store
        original = store.read(self.run_id).record
        source = self.project.folder.parent / "crafted.tar.gz"
        source.write_bytes(archive or store.download(self.run_id, SOURCE).read_bytes())
        record = change(original)
        if archive is not None:
            assert record.code.snapshot is not None
            snapshot = replace(record.code.snapshot, digest=digest_bytes(archive) if sealed else "0" * 64)
            record = replace(record, code=replace(record.code, snapshot=snapshot))
        run_id = store.create("Default", "crafted", {}, started_unix_s=1.0)
        store.write(run_id, record, {SOURCE: source})
        if text is not None:
            content = text(record_text(record))
            folder = store.artifact_folder(run_id)
            assert folder is not None
            (folder / RECORD).write_bytes(content)
            if sealed:
                store.tag(run_id, {"bis.digest": digest_bytes(content)})
        return run_id

    def replay(self, run_id: str, *options: str, **variables: str) -> Done:
        """Replay once, in JSON; crafted runs have no seal of this home, as those of others."""
        return self.project.bis("replay", run_id, "-n", "1", "--json", "--yes", *options, timeout=300, **variables)


@pytest.fixture(scope="module")
def recorded(new_project: Callable[..., Project]) -> Recorded:
    """A program without MLflow, recorded."""
    project = new_project("errors")
    project.add("draw.py")
    return Recorded(project, project.record("draw.py"))


# -- which run ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["0123456789abcdef0123456789abcdef", "no-such-run", "fffffffff"])
def test_unknown_run(recorded: Recorded, reference: str) -> None:
    """An id that is nowhere: the message names it and where it was looked for."""
    done = recorded.project.bis("show", reference)
    assert done.code == 3
    done.explains(reference)


def test_ambiguous_prefix(recorded: Recorded) -> None:
    """A prefix of several ids: the message lists them and asks for more."""
    store, seen = recorded.project.store, {recorded.run_id[0]: recorded.run_id}
    while (made := store.create("Default", "twin", {}, started_unix_s=1.0))[0] not in seen:
        seen[made[0]] = made
    done = recorded.project.bis("replay", made[0])
    assert done.code == 3
    done.explains(made, seen[made[0]], "Give more of the id")


def test_server_down_is_told_fast(recorded: Recorded) -> None:
    """A server that does not answer is given up within half a minute, and named."""
    uri = f"http://127.0.0.1:{free_port()}"
    done = recorded.project.bis("show", "last", "--tracking-uri", uri)
    assert done.code == 3
    assert done.seconds < 30
    done.explains(uri, "Is the server running")


def test_server_down_while_recording(recorded: Recorded) -> None:
    """The program's output and exit status stay; the message says where the evidence waits."""
    uri = f"http://127.0.0.1:{free_port()}"
    done = recorded.project.bis("run", "draw.py", "3", MLFLOW_TRACKING_URI=uri)
    assert done.code == 3
    assert len(done.out.split()) == 3
    done.explains(str(recorded.project.home), uri, "waits")


# -- what was recorded ----------------------------------------------------------------------------------------------


def test_record_of_a_newer_bis(recorded: Recorded) -> None:
    """A format version that is not known: both versions are named, and what to do."""
    run_id = recorded.craft(text=lambda t: t.replace(b'"version": 1', b'"version": 99', 1))
    done = recorded.project.bis("show", run_id)
    assert done.code == 3
    done.explains(run_id, "99", "versions up to 1", "Upgrade bis")


def test_changed_record(recorded: Recorded) -> None:
    """A record with another byte than it was stored with is not trusted."""
    run_id = recorded.craft(text=lambda t: t.replace(b"draw.py", b"evil.py"), sealed=False)
    done = recorded.replay(run_id)
    assert done.code == 3
    done.explains(run_id, "digest", "restore")


def test_truncated_record(recorded: Recorded) -> None:
    """Half a record is no record."""
    run_id = recorded.craft(text=lambda t: t[: len(t) // 2])
    done = recorded.project.bis("show", run_id)
    assert done.code == 3
    done.explains(run_id, "not JSON", "cut off")


def test_changed_archive(recorded: Recorded) -> None:
    """A source archive of another digest is not unpacked."""
    run_id = recorded.craft(archive=b"\x1f\x8b" + b"\0" * 200, sealed=False)
    done = recorded.replay(run_id)
    assert done.code == 3
    done.explains(run_id, SOURCE, "digest")


def test_archive_that_is_none(recorded: Recorded) -> None:
    """Bytes that are no archive, though their digest is right, are told as damaged."""
    run_id = recorded.craft(archive=b"\x1f\x8b" + b"\0" * 200)
    done = recorded.replay(run_id)
    assert done.code == 3
    done.explains("archive")


def hostile(member: tarfile.TarInfo, content: bytes = b"") -> bytes:
    """A gzipped tar with the program and one more member."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        program = tarfile.TarInfo("draw.py")
        archive.addfile(program, io.BytesIO(b""))
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        if member.type == tarfile.SYMTYPE:
            through = tarfile.TarInfo(f"{member.name}/owned")
            through.size = 5
            archive.addfile(through, io.BytesIO(b"owned"))
    return buffer.getvalue()


@pytest.mark.parametrize("how", ["parent", "absolute", "link"])
def test_hostile_archive(recorded: Recorded, tmp_path: Path, how: str) -> None:
    """An archive that leads out of the workspace is refused, and nothing is written where it wanted to."""
    target = tmp_path / "owned"
    names = {"parent": f"../../../../../../../..{target}", "absolute": str(target), "link": "way"}
    member = tarfile.TarInfo(names[how])
    if how == "link":
        member.type, member.linkname = tarfile.SYMTYPE, str(tmp_path)
    done = recorded.replay(recorded.craft(archive=hostile(member, b"" if how == "link" else b"owned")))
    assert done.code == 3
    done.explains(names[how], "archive")
    assert list(tmp_path.iterdir()) == []


# -- data -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader(new_project: Callable[..., Project]) -> Recorded:
    """A program that reads a file too large for the snapshot."""
    project = new_project("data")
    project.add("pyproject.toml", "[tool.bis]\nsnapshot-file-mib = 0.001\n")
    project.add("reader.py")
    project.add("numbers.csv", "".join(f"{i}.5\n" for i in range(1000)))
    return Recorded(project, project.record("reader.py"))


def test_data_missing_and_found_elsewhere(reader: Recorded, tmp_path: Path) -> None:
    """A missing input is named with what to do; --data finds the same content under another name."""
    kept = tmp_path / "archive" / "of-last-year.csv"
    kept.parent.mkdir()
    place = reader.project.folder / "numbers.csv"
    shutil.move(place, kept)
    try:
        done = reader.replay(reader.run_id)
        assert done.code == 3
        done.explains("numbers.csv", "not found", "--data")
        found = reader.replay(reader.run_id, "--data", str(kept.parent))
        assert found.code == 0, found.err
        assert json.loads(found.out)["level"] == "bitwise"
    finally:
        shutil.move(kept, place)


def test_data_changed(reader: Recorded) -> None:
    """An input with other content of the same size is named, and nothing is run."""
    place, children = reader.project.folder / "numbers.csv", reader.project.children(reader.run_id)
    before = place.read_text(encoding="utf-8")
    place.write_text(before.replace("7.5", "7.6", 1), encoding="utf-8")
    try:
        done = reader.replay(reader.run_id)
    finally:
        place.write_text(before, encoding="utf-8")
    assert done.code == 3
    done.explains("numbers.csv", "another file", "--data")
    assert reader.project.children(reader.run_id) == children


# -- environment ----------------------------------------------------------------------------------------------------


def with_environment(**changes: Any) -> Callable[[Record], Record]:
    """A change of the recorded environment."""
    return lambda record: replace(record, environment=replace(record.environment, **changes))


def test_package_that_cannot_be_installed(recorded: Recorded) -> None:
    """The message names package and version, and the way without."""
    gone = Package("packaging", "99.0")
    run_id = recorded.craft(with_environment(packages=(gone,)))
    done = recorded.replay(run_id)
    assert done.code == 3
    done.explains("packaging 99.0", "--env current")
    assert recorded.project.children(run_id) == []


def test_environment_that_differs_can_be_accepted(recorded: Recorded) -> None:
    """With --env current the run is replayed, and the difference is a deviation."""
    here = recorded.project.store.read(recorded.run_id).record.environment.packages
    run_id = recorded.craft(
        with_environment(packages=tuple(replace(p, version="99.0") if p.name == "packaging" else p for p in here))
    )
    done = recorded.replay(run_id, "--env", "current")
    assert done.code == 0, done.err
    verdict = json.loads(done.out)
    assert [d for d in verdict["deviations"] if "99.0" in json.dumps(d)], verdict["deviations"]


def test_wrong_python(recorded: Recorded) -> None:
    """A Python that is not here is named, with those that are."""
    run_id = recorded.craft(with_environment(python="3.4.1"))
    done = recorded.replay(run_id, "--env", "rebuild")
    assert done.code == 3
    done.explains("3.4.1", "--env current")


# -- programs that fail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "code", "failure"),
    [("0", 0, None), ("3", 3, "exit status 3"), ("raise", 1, "not finite"), ("signal", 143, "signal 15")],
)
def test_exit_status_is_the_programs(recorded: Recorded, how: str, code: int, failure: str | None) -> None:
    """Zero, another status, an exception and a signal come through, and the record says so."""
    done = recorded.project.bis("run", "draw.py", how)
    assert done.code == code
    outputs = recorded.project.store.read(done.run_id).record.outputs
    assert (outputs.failure is None) == (failure is None)
    assert failure is None or (outputs.failure is not None and failure in outputs.failure.message)


def test_failing_cell(project: Project, tmp_path: Path) -> None:
    """A cell that fails in the replay is told by number and error; what was logged before it is compared."""
    marker = tmp_path / "marker"
    marker.touch()
    sources = (
        "import os, random, mlflow\nrun = mlflow.start_run()",
        "mlflow.log_metric('early', random.random())",
        f"if not os.path.exists({str(marker)!r}): raise ValueError('the marker has gone')",
        "mlflow.log_metric('late', random.random()); mlflow.end_run()",
    )
    project.add("steps.ipynb", notebook_text(sources))
    run_id = project.record("steps.ipynb")
    marker.unlink()
    done = project.bis("replay", run_id, "-n", "1", "--json")
    assert done.code == 3, done.err
    verdict = json.loads(done.out)
    [outcome] = verdict["outcomes"]
    assert outcome["failure"]["cell"] == 2
    assert "cell 2" in outcome["failure"]["message"]
    assert "ValueError: the marker has gone" in outcome["failure"]["message"]
    items = {i["name"]: i for g in verdict["groups"] for i in g["items"]}
    assert items["early"]["level"] == "bitwise", items
    assert items["late"]["level"] != "bitwise", items


# -- disks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Make real file systems that are soon full, or read-only."""
    mounted: list[Path] = []

    def make(size: str, *options: str) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", ",".join((f"size={size}", *options)), "bis-test", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
        mounted.append(place)
        return place

    yield make
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> None:
    """Write until there is no room."""
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def test_disk_that_is_full_from_the_beginning(recorded: Recorded, small_disk: Callable[..., Path]) -> None:
    """Nothing can be recorded: it is said, and the program runs as without bis."""
    disk = small_disk("64k")
    fill(disk)
    done = recorded.project.bis("run", "draw.py", "3", BIS_HOME=str(disk / "home"))
    assert done.code == 3
    assert len(done.out.split()) == 3
    done.explains(str(disk), "No space left on device")
    assert len(done.err) < 1000, done.err


def test_disk_that_fills_while_recording(project: Project, small_disk: Callable[..., Path]) -> None:
    """The program's output, metrics and exit status are what they would be; the loss is told."""
    disk = small_disk("6m")
    project.add(
        "filling.py",
        "import mlflow, sys\n"
        "with mlflow.start_run():\n"
        "    mlflow.log_metric('before', 1.0)\n"
        f"    with open({str(disk / 'filler')!r}, 'wb', buffering=0) as file:\n"
        "        try:\n"
        "            while True:\n"
        "                file.write(bytes(4096))\n"
        "        except OSError:\n"
        "            pass\n"
        "    for step in range(50):\n"
        "        mlflow.log_metric('after', 2.0, step=step)\n"
        "print('x' * 5000)\n"
        "sys.exit(7)\n",
    )
    done = project.bis("run", "filling.py", BIS_HOME=str(disk / "home"))
    assert done.code == 7, done.err
    assert "x" * 5000 in done.out
    done.explains("No space left on device")
    assert len(done.err) < 2000, done.err
    assert list(disk.glob("home/sessions/*/events-*.jsonl"))  # recording had begun
    with closing(sqlite3.connect(project.uri.removeprefix("sqlite:///"))) as database:
        assert database.execute("SELECT count(*) FROM metrics WHERE key = 'after'").fetchone() == (50,)
        assert database.execute("SELECT status FROM runs").fetchall() == [("FINISHED",)]


@pytest.mark.parametrize("room", [4096, 20480])
def test_full_disk_while_replaying(recorded: Recorded, small_disk: Callable[..., Path], room: int) -> None:
    """A replay that does not fit is told as such, not as another result; its workspace is removed."""
    disk = small_disk("128k")
    fill(disk)
    os.truncate(disk / "filler", 128 * 1024 - room)
    done = recorded.replay(recorded.run_id, TMPDIR=str(disk))
    assert done.code == 3, done.out
    verdict = json.loads(done.out)
    assert verdict["level"] == "not executable"
    [outcome] = verdict["outcomes"]
    assert outcome["failure"]["stage"] == "resource"
    assert "No space left on device" in outcome["failure"]["message"]
    assert list(disk.iterdir()) == [disk / "filler"]


@pytest.mark.parametrize("kind", ["below-a-file", "read-only"])
def test_no_permission(recorded: Recorded, tmp_path: Path, small_disk: Callable[..., Path], kind: str) -> None:
    """A home that cannot be written costs the recording, and the replay says what to do."""
    if kind == "read-only":
        home = small_disk("64k", "ro") / "home"
    else:
        (tmp_path / "file").touch()
        home = tmp_path / "file" / "home"
    done = recorded.project.bis("run", "draw.py", "3", BIS_HOME=str(home))
    assert done.code == 3
    assert len(done.out.split()) == 3
    done.explains(str(home), "nothing is recorded")
    replayed = recorded.replay(recorded.run_id, BIS_HOME=str(home))
    assert replayed.code == 3
    assert str(home) in replayed.err + replayed.out
    assert "defect" not in replayed.err
