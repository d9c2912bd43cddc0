"""Verdicts as documents, and back."""

from __future__ import annotations

import json
from dataclasses import replace

from bis.evidence.outcomes import without_contents
from bis.model.jsonable import from_json
from bis.model.verdict import Verdict
from bis.report.json.verdict_json import verdict_document
from bis.report.text.statement_text import statement_text
from tests.unit.report.scenes import all_scenes


def test_every_verdict_comes_back_whole() -> None:
    """Written as strict JSON and read again, a verdict is the same, NaN and infinity among its figures too."""
    for verdict in all_scenes():
        text = json.dumps(verdict_document(verdict), allow_nan=False)
        # What stands in files is long, and is with the child run.
        slim = replace(verdict, outcomes=tuple(without_contents(o) for o in verdict.outcomes))
        assert repr(from_json(Verdict, json.loads(text))) == repr(slim)


def test_statements_have_their_words_beside_them() -> None:
    """The words are for people; codes and figures are what programs read."""
    verdict = all_scenes()[0]
    document = verdict_document(verdict)
    assert (document["format"], document["version"]) == ("bis.verdict", 2)
    assert [s["text"] for s in document["statements"]] == [statement_text(s) for s in verdict.statements]
    said = [s["text"] for i in document["groups"][0]["items"] for s in i["statements"]]
    assert all(said)
