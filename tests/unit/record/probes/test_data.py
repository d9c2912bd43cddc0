"""The data facet: what counts as input, and what is said about it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bis.evidence.digests import DigestCache, digest_bytes
from bis.model.facets import Data, FileDigest, Snapshot, Status
from bis.record.probes.child_commands import Process
from bis.record.probes.data import Opened, native_readers, probe_data

if TYPE_CHECKING:
    from pathlib import Path


def _read(path: Path, *, write: bool = False) -> Opened:
    try:
        status = path.stat()
    except OSError:
        return Opened(str(path), write)
    return Opened(str(path), write, status.st_size, status.st_mtime_ns)


def _probe(tmp_path: Path, *opened: Opened, **options: object) -> Data:
    return probe_data(
        opened,
        root=tmp_path / "p",
        prefixes=(str(tmp_path / "env"),),
        home=str(tmp_path / "home"),
        **options,  # type: ignore[arg-type]  # options of the test
    )


def _make(path: Path, content: bytes = b"1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_inputs_are_digested(tmp_path: Path) -> None:
    """Files of the project by relative, others by absolute path; each once however often it was read."""
    inside, outside = _make(tmp_path / "p/data/a.csv", b"a"), _make(tmp_path / "d/b.csv", b"b")
    with DigestCache(tmp_path / "cache.sqlite") as cache:
        data = _probe(tmp_path, _read(inside), _read(outside), _read(inside), cache=cache)
    assert data == Data(
        Status.RECORDED,
        files=(FileDigest(str(outside), 1, digest_bytes(b"b")), FileDigest("data/a.csv", 1, digest_bytes(b"a"))),
    )


def test_products_are_no_inputs(tmp_path: Path) -> None:
    """What the program wrote before it read it is its own, temporary files that are gone included."""
    made = tmp_path / "p/model.bin"
    events = [_read(made, write=True)]
    events.append(_read(_make(made)))
    gone = str(tmp_path / "p/tmp123")
    assert _probe(tmp_path, *events, Opened(gone, write=True), Opened(gone, size_bytes=1)).files == ()


@pytest.mark.parametrize(
    "name",
    [
        "env/lib/python3.11/site-packages/sklearn/datasets/data/iris.csv",
        "env/share/x",
        "env/pyvenv.cfg",
        "p/train.py",
        "p/ext.cpython-311-x86_64-linux-gnu.so",
        "p/libx.so.1.2",
        "p/__pycache__/a.bin",
        "home/.cache/matplotlib/fontlist.json",
        "home/.cache/fontconfig/x",
        "p/mlruns/1/meta.yaml",
        "p/mlflow.db",
        "home/.gitconfig",
    ],
)
def test_environment_caches_and_code_are_no_data(tmp_path: Path, name: str) -> None:
    """Libraries with what they ship, caches, code, and MLflow's books are left out."""
    assert _probe(tmp_path, _read(_make(tmp_path / name))).files == ()


@pytest.mark.parametrize(
    "name",
    ["env/data/x.csv", "home/.cache/huggingface/x", "p/mlruns/1/r/artifacts/model/w.bin", "home/.keras/datasets/m.npz"],
)
def test_data_in_odd_places_is_data(tmp_path: Path, name: str) -> None:
    """A project within the prefix, downloaded data sets, and artifacts of earlier runs are inputs."""
    assert len(_probe(tmp_path, _read(_make(tmp_path / name))).files) == 1


def test_a_link_into_the_environment_is_no_data(tmp_path: Path) -> None:
    """A linked prefix is recognised."""
    _make(tmp_path / "env/lib/x.csv")
    (tmp_path / "alias").symlink_to(tmp_path / "env")
    assert _probe(tmp_path, _read(tmp_path / "alias/lib/x.csv")).files == ()


def test_system_files_and_devices_are_no_data(tmp_path: Path) -> None:
    """Files that the kernel provides are not input."""
    assert _probe(tmp_path, *(Opened(p) for p in ("/proc/self/stat", "/dev/urandom", "/etc/hosts"))).files == ()


def test_changed_vanished_and_unreadable_files_are_reasons(tmp_path: Path) -> None:
    """Without the content that was read there is no digest, and the facet says why."""
    changed, own, gone = (_make(tmp_path / f"p/{n}.csv") for n in ("changed", "own", "gone"))
    events = [_read(changed), _read(own), _read(gone), _read(own, write=True)]
    changed.write_bytes(b"22")
    gone.unlink()
    data = _probe(tmp_path, *events)
    assert data.status is Status.PARTIAL
    assert {f.path: (f.size_bytes, f.digest) for f in data.files}["own.csv"] == (1, "")
    assert any("changed.csv was changed after it was read" in r for r in data.reasons)
    assert any("own.csv was changed by the program" in r for r in data.reasons)


def test_pipes_and_folders_are_not_waited_for(tmp_path: Path) -> None:
    """A file that is not a regular one is neither digested nor named."""
    (tmp_path / "p").mkdir()
    os.mkfifo(tmp_path / "p/pipe")
    assert _probe(tmp_path, Opened(str(tmp_path / "p/pipe")), Opened(str(tmp_path / "p"))).files == ()


def test_native_readers_count_where_they_are_used(tmp_path: Path) -> None:
    """A module that only reads counts when loaded; one that others load, when the program calls what reads."""
    source = _make(tmp_path / "p/train.py", b"import keras\nmodel.fit(x)")
    snapshot = Snapshot("a", "d", 1, files=(FileDigest("train.py", 1, ""),))
    assert _probe(tmp_path, snapshot=snapshot, loaded={"h5py", "tensorflow", "pyarrow.lib"}).reasons == ()
    source.write_text("h5py.File('x.h5')")
    assert "HDF5" in _probe(tmp_path, snapshot=snapshot, loaded={"h5py"}).reasons[0]
    assert "Parquet" in _probe(tmp_path, snapshot=snapshot, loaded={"pyarrow.parquet"}).reasons[0]
    assert "HDF5" in native_readers({"h5py"}, lambda: ())[0]


def test_children_and_ends_out_of_sight_are_reasons(tmp_path: Path) -> None:
    """A child that is not Python, an early end, and a late begin make the facet partial; git and uname do not."""
    children = [
        Process(("python", "x.py"), python=True),
        Process(("git", "status")),
        Process(("/bin/sh", "-c", "uname -p 2> /dev/null")),
        Process(("Rscript", "a.R")),
    ]
    data = _probe(tmp_path, children=children, complete=False, ambient=True)
    assert data.status is Status.PARTIAL
    assert len(data.reasons) == 3
    assert "Rscript" in data.reasons[2]


@pytest.mark.parametrize(
    ("module", "watched", "source", "seen"),
    [
        ("pyarrow.parquet", "pyarrow.parquet.core", "pd.read_parquet('x')", True),
        ("pyarrow.parquet", "pyarrow.parquet.core", "fs.open_input_file('x')", False),
        ("pyarrow.parquet", "pyarrow.csv", "pd.read_parquet('x')", False),
        ("h5py", "h5py._hl.files", "h5py.File('x')", True),
        ("cv2", "cv2", "cv2.imread('x')", True),
        ("cv2", "cv2", "cv2.VideoCapture('x')", False),
        ("polars", "polars", "pl.read_csv('x')", True),
        ("duckdb", "duckdb", "duckdb.sql('select 1')", False),
    ],
)
def test_watched_readers_are_no_reason(module: str, watched: str, source: str, *, seen: bool) -> None:
    """What was wrapped was seen; what goes past it was not."""
    assert (native_readers({module}, lambda: [source], {watched}) == ()) is seen


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("c.execute('select 1')", True),
        ("c.execute('attach database ? as d', (path,))", False),
        ("c.execute(f\"ATTACH '{path}' AS d\")", False),
        ("# attach the label", True),
    ],
)
def test_attached_databases_are_not_seen(source: str, *, seen: bool) -> None:
    """No event tells of an ATTACH; that SQLite is loaded says nothing, also where there is no source."""
    assert (native_readers({"sqlite3"}, lambda: [source]) == ()) is seen
    assert native_readers({"sqlite3"}, list) == ()


def test_a_file_that_the_program_changed_is_what_it_was(tmp_path: Path) -> None:
    """Where a copy was made before, the facet has its digest; also where the file is gone."""
    path = _make(tmp_path / "p/counter", b"3")
    events = [_read(path), _read(path, write=True)]
    path.write_bytes(b"44")
    earlier = {str(path): FileDigest(str(path), 1, digest_bytes(b"3"))}
    expected = Data(Status.RECORDED, files=(FileDigest("counter", 1, digest_bytes(b"3")),))
    assert _probe(tmp_path, *events, earlier=earlier) == expected
    path.unlink()
    assert _probe(tmp_path, *events, earlier=earlier) == expected
