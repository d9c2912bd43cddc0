"""The verbs that hand a run on: as a crate, as a document of its provenance, as a badge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis.api.named_runs import runs_asked_for

# Late are the imports of the rooms: the other verbs do not need them.
if TYPE_CHECKING:
    from bis.model.exported_run import ExportCheck, ExportedRun
    from bis.report.badges.verdict_badge import Badge


def export(
    run_id: str,
    *,
    ro_crate: str | Path | None = None,
    prov: str | Path | None = None,
    sign: str | Path | None = None,
    artifacts: bool = False,
    licence: str = "",
    tracking_uri: str | None = None,
) -> ExportedRun:
    """Export a run with its provenance, its latest verdict and its replays; no secret goes with it.

    Parameters
    ----------
    run_id : str
        An MLflow run id, a unique prefix of one, or ``last``.
    ro_crate : str or Path, optional
        A new or empty folder for a Process Run Crate 0.5 (RO-Crate 1.1).
    prov : str or Path, optional
        A file for PROV-JSON.
    sign : str or Path, optional
        The SSH key that signs the crate.
    artifacts : bool
        Whether the artifacts that the run logged go into the crate, too, and not only their digests.
    licence : str
        Under which licence the crate is given on: a URL, or words.
    tracking_uri : str, optional
        Where the run is; else where bis knows it to be.

    Raises
    ------
    UsageError
        Nothing is to be written, or the folder is not empty.
    RunNotFound, StoreUnavailable, EvidenceError, StorageError
        The run cannot be read, or the export not be written.
    """
    from bis._export.export_run import ExportWishes, export_run
    from bis.evidence.verdicts import with_results

    (found,) = runs_asked_for(tracking_uri, run_id)
    stored = with_results(found.store, found.store.read(found.run_id))
    crate, document, key = (None if path is None else Path(path) for path in (ro_crate, prov, sign))
    return export_run(found.store, stored, ExportWishes(crate, document, key, artifacts, licence))


def check_export(folder: str | Path, *, allowed_signers: str | Path) -> ExportCheck:
    """Check a signed crate: who signed it, and whether each file is as it was then.

    Parameters
    ----------
    folder : str or Path
        The crate.
    allowed_signers : str or Path
        Who may have signed it, in the format of ssh-keygen: lines of an identity and a public key.

    Raises
    ------
    NotFound, EvidenceDamaged, ExecutionError
        It is not signed, its list of digests is none, or ssh-keygen is not there.
    """
    from bis._export.signed_manifest import check_folder

    return check_folder(Path(folder), Path(allowed_signers))


def badge(run_id: str, *, tracking_uri: str | None = None) -> Badge:
    """What a badge says of the latest verdict on a run.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or the verdict cannot be read.
    """
    from bis.evidence.verdicts import read_verdict
    from bis.report.badges.verdict_badge import verdict_badge

    (found,) = runs_asked_for(tracking_uri, run_id)
    stored = read_verdict(found.store, found.run_id)
    return verdict_badge(None if stored is None else stored.verdict)
