"""What this machine recorded, and what only says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.evidence.machine_seal import DIGEST, SEAL, is_sealed_here, seal

if TYPE_CHECKING:
    from pathlib import Path

RUN, RECORD = "a" * 32, "b" * 64


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_seal_is_known_again(home: Path) -> None:
    """By the machine that has the key, which is the user's alone."""
    made = seal(RUN, RECORD)
    assert is_sealed_here(RUN, {DIGEST: RECORD, SEAL: made})
    assert seal(RUN, RECORD) == made
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in home.iterdir()] == ["key"]


def test_a_seal_is_of_one_run_and_one_record(home: Path) -> None:
    """Whoever can read one cannot put it on anything else."""
    assert home is not None
    made = seal(RUN, RECORD)
    assert not is_sealed_here("c" * 32, {DIGEST: RECORD, SEAL: made})
    assert not is_sealed_here(RUN, {DIGEST: "d" * 64, SEAL: made})
    for other in ("", "f" * 64, made[:-1], made.upper(), "\udcff"):
        assert not is_sealed_here(RUN, {DIGEST: RECORD, SEAL: other})
    assert not is_sealed_here(RUN, {DIGEST: RECORD})


def test_another_machine_does_not_know_it(home: Path) -> None:
    """Nor one that has lost its key, or whose key was cut off; looking for it makes none."""
    made = seal(RUN, RECORD)
    (home / "key").write_bytes(b"short")
    assert not is_sealed_here(RUN, {DIGEST: RECORD, SEAL: made})
    (home / "key").unlink()
    assert not is_sealed_here(RUN, {DIGEST: RECORD, SEAL: made})
    assert list(home.iterdir()) == []
    assert seal(RUN, RECORD) != made


def test_without_a_place_for_a_key_there_is_no_seal(home: Path) -> None:
    """The run is stored all the same."""
    home.write_text("a file")
    assert seal(RUN, RECORD) == ""
