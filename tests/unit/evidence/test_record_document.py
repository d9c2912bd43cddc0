"""Records as text and back."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import pytest

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.evidence.record_document import read_record, record_text
from bis.model.facets import Code, Curve, Data, Failure, FileDigest, Outputs, Randomness, Seed, Status
from bis.model.record import VERSION, missing_record


def test_a_record_comes_back() -> None:
    """Every bit of a metric, every odd path and every reason survives."""
    outputs = Outputs(
        Status.PARTIAL,
        ("why",),
        metrics=(Curve("loss", (0, 1), ((0.1).hex(), float("nan").hex())),),
        stdout="naïve \u2028 \x00 text",
    )
    record = replace(
        missing_record("never seen", outputs=outputs),
        code=Code(Status.RECORDED, argv=("--name", os.fsdecode(b"\xff"))),
        data=Data(Status.RECORDED, files=(FileDigest("a b/ü.csv", 3, "ab"),)),
    )
    text = record_text(record)
    assert read_record(text, "here") == record
    assert "ü.csv" in text.decode("utf-8")


def test_what_a_later_bis_adds_is_ignored() -> None:
    """Unknown keys of the same format version are no fault."""
    document = json.loads(record_text(missing_record("x")))
    document["news"] = 1
    document["code"]["news"] = {"a": 1}
    assert read_record(json.dumps(document).encode(), "here") == missing_record("x")


def _without(key: str) -> dict[str, Any]:
    document = json.loads(record_text(missing_record("x")))
    del document[key]
    return dict(document)


@pytest.mark.parametrize(
    ("document", "error", "words"),
    [
        (b'{"format": "bis.rec', EvidenceDamaged, "here is not JSON"),
        (b"\xff\xfe", EvidenceDamaged, "here is not JSON"),
        (b"[]", EvidenceDamaged, "not a record of bis"),
        (b'{"format": "other", "version": 1}', EvidenceDamaged, "not a record of bis"),
        (b'{"format": "bis.record", "version": 0}', EvidenceDamaged, "found 0"),
        (b'{"format": "bis.record", "version": "1"}', EvidenceDamaged, "found '1'"),
        (json.dumps({**_without("code"), "version": VERSION + 1}).encode(), EvidenceTooNew, "this bis knows"),
        (json.dumps(_without("code")).encode(), EvidenceDamaged, "expected the key 'code'"),
        (json.dumps({**_without("notes"), "code": {"status": "maybe"}}).encode(), EvidenceDamaged, r"code\.status"),
    ],
)
def test_unreadable_records_are_explained(document: bytes, error: type, words: str) -> None:
    """Torn, foreign, later and malformed records are told apart, with the place of the fault."""
    with pytest.raises(error, match=words):
        read_record(document, "here")


def test_a_later_version_says_what_to_do() -> None:
    """The message names the writer; the hint, the upgrade."""
    document = {**_without("notes"), "version": VERSION + 1, "bis_version": "9.9"}
    with pytest.raises(EvidenceTooNew, match=r"9\.9") as caught:
        read_record(json.dumps(document).encode(), "here")
    assert "pip install" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("message", "exception"),
    [
        ("ValueError: no", "ValueError"),
        ("torch.OutOfMemoryError: no", "torch.OutOfMemoryError"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        ("cell 3 raised KeyError: 'x'", "KeyError"),
        ("the program ended with exit status 3", ""),
    ],
)
def test_the_class_of_an_exception_is_read_from_old_messages(message: str, exception: str) -> None:
    """Records from before the class was a field have it in the message; what is none is not taken for one."""
    failed = replace(missing_record("x"), outputs=Outputs(Status.RECORDED, failure=Failure("exception", message)))
    found = read_record(record_text(failed), "r").outputs.failure
    assert found is not None
    assert found.exception == exception


def test_packages_of_seeds_are_read_from_old_records() -> None:
    """What a library seeded was told apart in the name of the function only."""
    seeds = (Seed("random.seed (in lightning)", "1", "train.py", 2), Seed("random.seed", "1", "train.py", 3))
    old = replace(missing_record("x"), randomness=Randomness(Status.RECORDED, seeds=seeds))
    found = read_record(record_text(old), "r").randomness.seeds
    assert [(s.api, s.package) for s in found] == [("random.seed", "lightning"), ("random.seed", "")]
