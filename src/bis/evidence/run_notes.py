"""The note of a run, which its users write in MLflow: bis adds a part between two marks, and touches nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis.errors import EvidenceError

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceWriter

TAG = "mlflow.note.content"
BEGIN, END = "<!-- bis: begin -->", "<!-- bis: end -->"
_LONGEST = 5000  # what the oldest MLflow that is supported keeps of a tag
_PART = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)


def with_part(note: str, part: str) -> str:
    """A note with our part: in place of an earlier one, else below what is there.

    Raises
    ------
    EvidenceError
        The note would be too long, or has one of the marks without the other.

    Examples
    --------
    >>> print(with_part("mine", "ours"))
    mine
    <BLANKLINE>
    <!-- bis: begin -->
    ours
    <!-- bis: end -->
    """
    marked = f"{BEGIN}\n{part.strip()}\n{END}"
    found = _PART.findall(note)
    if len(found) > 1 or note.count(BEGIN) != len(found) or note.count(END) != len(found):
        raise EvidenceError(
            "the note of the run has the marks of bis, but not one pair of them",
            hint=f"Take out {BEGIN} and {END}, and what is between them.",
        )
    if found:
        made = _PART.sub(lambda _match: marked, note)
    else:
        made = f"{note.rstrip()}\n\n{marked}" if note.strip() else marked
    if len(made) > _LONGEST:
        raise EvidenceError(
            f"the note of the run would have {len(made)} characters, and MLflow keeps {_LONGEST}",
            hint="Shorten the note.",
        )
    return made


def write_note(store: EvidenceWriter, run_id: str, part: str) -> None:
    """Put our part into the note of a run; a note that has it already is not written again.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, MLflow does not answer, or the note cannot take it.
    """
    note = store.tags(run_id).get(TAG, "")
    made = with_part(note, part)
    if made != note:
        store.tag(run_id, {TAG: made})
