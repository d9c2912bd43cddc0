"""The plan as a document."""

from __future__ import annotations

from bis.model.facets import EntryKind, FileDigest
from bis.model.jsonable import from_json, to_json
from bis.model.plan import DataPlacement, Missing, Plan
from bis.model.verdict import Deviation, ReplayKind


def test_plan_survives_its_json_form() -> None:
    """`--dry-run --json` loses nothing of a plan."""
    plan = Plan(
        run_id="r", kind=ReplayKind.EXACT, entry=EntryKind.NOTEBOOK, target="n.ipynb", argv=(), interpreter_options=(),
        cwd=".", source="snapshot", environment="current", hash_seed="1", root="00", original_scheme="http",
        data=(DataPlacement(FileDigest("d.csv", 3, "ab"), None, "d.csv", "it is missing"),),
        skipped_cells=((3, "starts a server"),), deviations=(Deviation("a", "b", "c"),), missing=(Missing("x", "y"),),
    )  # fmt: skip
    assert from_json(Plan, to_json(plan)) == plan
