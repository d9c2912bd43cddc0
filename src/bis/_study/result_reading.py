"""The result of a study, read back from ``study.json``."""

from __future__ import annotations

from bis.errors import EvidenceDamaged
from bis.evidence.documents import parse_document
from bis.model.jsonable import from_json
from bis.model.study_result import FORMAT, VERSION, StudyResult


def study_from_text(text: str | bytes, *, where: str = "study.json") -> StudyResult:
    """Read what `bis.report.json.study_json.study_document` gave.

    Parameters
    ----------
    text : str or bytes
        JSON; bytes are UTF-8.
    where : str
        What is being read, for messages.

    Raises
    ------
    EvidenceDamaged
        It is not such a document.
    EvidenceTooNew
        It was written by a newer bis.
    """
    document = parse_document(text, kind=FORMAT, version=VERSION, where=where)
    try:
        return from_json(StudyResult, document)
    except ValueError as error:
        raise EvidenceDamaged(f"{where}: {error}") from error
