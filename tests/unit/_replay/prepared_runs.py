"""A prepared run, and variations of it, for tests of campaigns."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import bis
from bis._replay.inputs import Inputs, Origin, keep_source, lock_digest
from bis._replay.planning import Layout, ReplayOptions, make_plan
from bis._replay.prepare import Prepared
from bis._replay.variations import exact_variations
from bis.config import Settings
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.hosts import host_digest
from bis.evidence.store import StoredRun
from bis.model.variation import Variation, recorded_variation
from bis.record.probes.packages import probe_environment
from tests.unit._replay.records import here, record

if TYPE_CHECKING:
    import pytest

TEXT = "import random\nprint(random.random())\n"


def prepared_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A run of a script that prints a random number, prepared without a store."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(bis.__file__).parents[1]))
    archive = tmp_path / "source.tar.gz"
    archive.write_bytes(pack([ArchiveEntry("train.py", TEXT.encode())]).content)
    made = record(data={"files": ()}, tracking_scheme="", ordinal=0)
    return Prepared(
        run=StoredRun("r", "0", "r", "FINISHED", 0.0, "", {}, made, recorded=True),
        plan=make_plan(made, ReplayOptions(), here(), run_id="r"),
        inputs=Inputs(
            source=keep_source(archive, home=tmp_path / "home"),
            lock=lock_digest(probe_environment()),
            origin=Origin(host_digest(), sys.executable),
        ),
        recorded=recorded_variation(made.randomness),
        settings=Settings(),
        layout=Layout(),
    )


def exact(prepared: Prepared, times: int) -> tuple[Variation, ...]:
    """Variations for exact replays."""
    return exact_variations(prepared.run.record.randomness, times)
