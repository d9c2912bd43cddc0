"""A run of a session, as it is stored with a replay."""

from __future__ import annotations

from bis.model.facets import Outputs, Status
from bis.model.jsonable import from_json, to_json
from bis.model.run_identity import RunIdentity
from bis.model.session_run import SessionRun
from bis.model.verdict import Outcome, ReplayKind


def test_it_comes_back_whole() -> None:
    """With an outcome; one of before runs were kept has none."""
    run = SessionRun(RunIdentity("a", 1, "n", True, "p", {"k": "1"}, {"t": "x"}), Outputs(Status.RECORDED))
    outcome = Outcome(0, ReplayKind.EXACT, None, None, runs=(run,))
    document = to_json(outcome)
    assert from_json(Outcome, document) == outcome
    del document["runs"]
    assert from_json(Outcome, document).runs is None
