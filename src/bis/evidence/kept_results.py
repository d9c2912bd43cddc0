"""What is kept with a run beside its record, a document for each kind of result: how it is written and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bis._version import __version__
from bis.errors import EvidenceDamaged
from bis.evidence.documents import document_text, parse_document
from bis.model.jsonable import from_json, strict_json, to_json

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceReader
    from bis.evidence.redaction import Redactor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A kind of result: its artifact, the format and version of that, its key in it, and the tag that tells of it."""

    artifact: str
    kind: str
    version: int
    name: str
    tag: str

    def text(self, value: Any, redactor: Redactor, *, created_unix_s: float) -> str:
        """The document of a result, without secrets."""
        document = {
            "format": self.kind,
            "version": self.version,
            "bis_version": __version__,
            "created_unix_s": created_unix_s,
            self.name: strict_json(to_json(value)),
        }
        return redactor.text(document_text(document), place=self.name, assignments=False)

    def of_text(self, text: str, stored: type[T], *, where: str) -> T:
        """The result of a document.

        Raises
        ------
        EvidenceDamaged, EvidenceTooNew
            It cannot be read.
        """
        document = parse_document(text, kind=self.kind, version=self.version, where=where)
        try:
            return from_json(stored, document)
        except ValueError as error:
            raise EvidenceDamaged(f"{where}: {error}") from error

    def read(self, store: EvidenceReader, run_id: str, stored: type[T]) -> T | None:
        """The latest result of a run; None where none was stored.

        Raises
        ------
        RunNotFound, StoreUnavailable
            There is no such run, or MLflow does not answer.
        EvidenceDamaged, EvidenceTooNew
            There is one, and it cannot be read.
        """
        if self.tag not in store.tags(run_id):
            return None
        return self.of_text(store.text(run_id, self.artifact), stored, where=f"{self.artifact} of run {run_id}")
