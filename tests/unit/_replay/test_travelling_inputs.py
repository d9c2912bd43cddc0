"""Inputs that a worker lacks are named, sent in pieces, and kept by digest, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bis._replay.execution import Job
from bis._replay.inputs import Inputs, Origin, lock_digest, resolve
from bis._replay.planning import ReplayOptions, make_plan
from bis._replay.travelling_inputs import (
    DATA_LIMIT_MIB,
    NamedInput,
    check_size,
    lacking_inputs,
    pieces,
    receive,
    send,
)
from bis._replay.variations import exact_variations
from bis.config import MIB, Settings
from bis.errors import DataMissing, ExecutionError, StorageError
from bis.evidence.digests import digest_bytes
from bis.evidence.hosts import host_digest
from bis.model.facets import FileDigest
from bis.model.plan import DataPlacement
from bis.record.probes.packages import probe_environment
from tests.unit._replay.records import here, record

TEXT = b"the content of an input"
DIGEST = digest_bytes(TEXT)


def job(inputs: Inputs, *data: DataPlacement) -> Job:
    """A job that needs these inputs."""
    made = record(data={"files": ()})
    plan = replace(make_plan(made, ReplayOptions(), here(), run_id="r"), data=data)
    return Job(plan, 0, exact_variations(made.randomness, 1)[0], inputs, Settings())


def placed(target: str | None = "x.csv", digest: str = DIGEST, found: str = "/client/only/x.csv") -> DataPlacement:
    """A file of data that is elsewhere."""
    return DataPlacement(FileDigest("x.csv", len(TEXT), digest), found, target)


def test_what_a_machine_lacks_is_named_once(tmp_path: Path) -> None:
    """The source, the carried state and the standard input by digest; on the machine of the plan no data."""
    origin = Origin(host_digest())
    inputs = Inputs(source="a" * 64, stdin="c" * 64, state="a" * 64, origin=origin)
    assert lacking_inputs(job(inputs, placed()), home=tmp_path) == (
        NamedInput("a" * 64, ".tar.gz", 0),
        NamedInput("c" * 64, ".stdin", 0),
    )


def test_a_trial_and_a_probe_travel(tmp_path: Path) -> None:
    """What there was when a trial began, and the examples that models predict for; not before these were found."""
    needs = job(Inputs(begun="b" * 64, origin=Origin("another machine")))
    trial, probe = NamedInput("b" * 64, ".trial", 0), NamedInput("d" * 64, ".probe", 0)
    given = replace(needs, variation=replace(needs.variation, probe="d" * 64))
    assert lacking_inputs(given, home=tmp_path) == (trial, probe)
    looked_for = replace(needs, variation=replace(needs.variation, probe="find"))
    assert lacking_inputs(looked_for, home=tmp_path) == (trial,)


def test_data_that_cannot_be_put_in_its_place_does_not_travel(tmp_path: Path) -> None:
    """A file that is read at its absolute place, and one whose content is not known by digest, stay missing."""
    elsewhere = Inputs(origin=Origin("another machine"))
    lacking = lacking_inputs(job(elsewhere, placed(), placed(target=None), placed(digest="")), home=tmp_path)
    assert lacking == (NamedInput(DIGEST, ".data", len(TEXT), "/client/only/x.csv"),)


@pytest.mark.parametrize("size_bytes", [1, 7, len(TEXT), 1000])
def test_an_input_arrives_whole(tmp_path: Path, size_bytes: int) -> None:
    """In pieces of any size; then it is not lacking any more, and a replay finds it."""
    original = tmp_path / "x.csv"
    original.write_bytes(TEXT)
    named = NamedInput(DIGEST, ".data", len(TEXT), str(original))
    there = tmp_path / "there"
    sent = list(pieces(named, home=tmp_path, size_bytes=size_bytes))
    for piece in sent:
        assert not (there / "sources" / f"{DIGEST}.data").exists()
        assert receive(piece, home=there) == ""
    assert [p.name for p in (there / "sources").iterdir()] == [f"{DIGEST}.data"]
    elsewhere = Inputs(origin=Origin("another machine"))
    assert lacking_inputs(job(elsewhere, placed()), home=there) == ()
    kept = there / "sources" / f"{DIGEST}.data"
    kept.write_bytes(TEXT + b"damaged")
    assert lacking_inputs(job(elsewhere, placed()), home=there)
    with pytest.raises(DataMissing):
        resolve(replace(elsewhere, rebuilt=None, lock=lock_digest(probe_environment())), (placed(),), home=there)


def test_an_empty_input_arrives(tmp_path: Path) -> None:
    """As one piece of nothing."""
    original = tmp_path / "empty"
    original.touch()
    named = NamedInput(digest_bytes(b""), ".stdin", 0, str(original))
    (piece,) = pieces(named, home=tmp_path)
    assert receive(piece, home=tmp_path / "there") == ""
    assert (tmp_path / "there" / "sources" / f"{digest_bytes(b'')}.stdin").read_bytes() == b""


def test_another_content_is_not_kept(tmp_path: Path) -> None:
    """What arrives must have its digest; nothing of it stays."""
    original = tmp_path / "x.csv"
    original.write_bytes(b"another content")
    named = NamedInput(DIGEST, ".data", len(TEXT), str(original))
    with pytest.raises(ExecutionError, match=r"worker w cannot keep x\.csv: .*the file has changed"):
        send((named,), lambda piece: receive(piece, home=tmp_path / "there"), home=tmp_path, worker="w")
    assert not list((tmp_path / "there" / "sources").iterdir())


def test_a_file_that_has_gone_here_is_said(tmp_path: Path) -> None:
    """With its name."""
    named = NamedInput(DIGEST, ".data", len(TEXT), str(tmp_path / "gone.csv"))
    with pytest.raises(StorageError, match=r"gone\.csv cannot be read"):
        list(pieces(named, home=tmp_path))


def test_too_much_data_is_refused_with_the_limit() -> None:
    """Sources do not count: they are small, and there is no other way for them."""
    large = NamedInput("d" * 64, ".data", int(DATA_LIMIT_MIB * MIB), "x.csv")
    check_size((large, NamedInput("e" * 64, ".tar.gz", 10**12)), worker="w")
    with pytest.raises(DataMissing, match=rf"at most {DATA_LIMIT_MIB} MiB are sent"):
        check_size((large, NamedInput("f" * 64, ".data", 1, "y.csv")), worker="w")


def test_a_worker_that_cannot_write_says_so(tmp_path: Path) -> None:
    """Its disk is full or may not be written: the reason is a value, since another machine has to say it."""
    (tmp_path / "there").write_text("a file where a folder should be", encoding="utf-8")
    original = tmp_path / "x.csv"
    original.write_bytes(TEXT)
    (piece,) = pieces(NamedInput(DIGEST, ".data", len(TEXT), str(original)), home=tmp_path)
    assert "cannot be written" in receive(piece, home=tmp_path / "there")
    assert Path(original).read_bytes() == TEXT
