"""What stands in the files of a run, beside its record: an artifact of its own, since few readers need it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._version import __version__
from bis.errors import EvidenceDamaged, EvidenceError
from bis.evidence.documents import document_text, parse_document
from bis.model.facets import Status
from bis.model.jsonable import from_json, strict_json, to_json
from bis.model.written_content import WrittenContent

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceReader, EvidenceWriter
    from bis.model.facets import Outputs

ARTIFACT = "bis/contents.json"
FORMAT = "bis.contents"
VERSION = 1
TAG = "bis.contents"  # how many there are: a run without it has no such artifact


def contents_tag(outputs: Outputs | None) -> dict[str, str]:
    """The tag of a run that has contents; none for one that has not."""
    return {TAG: str(len(outputs.contents))} if outputs is not None and outputs.contents else {}


def keep_contents(store: EvidenceWriter, run_id: str, outputs: Outputs | None) -> None:
    """Store the contents of a run's outputs, where there are any; secrets have been taken out of them.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    """
    if outputs is None or not outputs.contents:
        return
    document = {
        "format": FORMAT,
        "version": VERSION,
        "bis_version": __version__,
        "contents": strict_json(to_json(outputs.contents)),
    }
    store.log_text(run_id, document_text(document), ARTIFACT)


def with_contents(store: EvidenceReader, run_id: str, outputs: Outputs, *, kept: bool) -> Outputs:
    """The outputs of a run with the contents that are kept beside them, if any are `kept`.

    Contents that cannot be read are a reason why the outputs are partial: files are then compared by their digests.

    Raises
    ------
    StoreUnavailable
        MLflow does not answer.
    """
    if not kept:
        return outputs
    try:
        return replace(outputs, contents=read_contents_of(store, run_id))
    except EvidenceError as error:
        return replace(outputs, status=Status.PARTIAL, reasons=(*outputs.reasons, error.message))


def read_contents_of(store: EvidenceReader, run_id: str) -> tuple[WrittenContent, ...]:
    """The contents that are kept with a run.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    EvidenceDamaged, EvidenceTooNew
        They cannot be read.
    """
    where = f"{ARTIFACT} of run {run_id}"
    document = parse_document(store.text(run_id, ARTIFACT), kind=FORMAT, version=VERSION, where=where)
    try:
        return from_json(tuple[WrittenContent, ...], document.get("contents"))
    except ValueError as error:
        raise EvidenceDamaged(f"{where}: {error}") from error
