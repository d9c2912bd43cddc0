"""A run as a Process Run Crate 0.5, a profile of RO-Crate 1.1.

Written from values, without a library: a crate is a flat list of entities, and the library of the RO-Crate community
writes version 1.3, to which the profile does not apply.

References
----------
Soiland-Reyes, S. et al. (2022). Packaging research artefacts with RO-Crate. Data Science, 5(2), 97-138.
Leo, S. et al. (2024). Recording provenance of workflow runs with RO-Crate. PLoS ONE, 19(9), e0309210.
"""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from bis.model.exported_run import FileRole
from bis.report.rocrate.crate_actions import add_replays, add_run, add_verdict
from bis.report.rocrate.crate_entities import CrateGraph, file_id, reference, timestamp

if TYPE_CHECKING:
    from bis.model.exported_run import ExportedFile, ExportedRun

METADATA = "ro-crate-metadata.json"
CRATE, PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"
_TERMS = "https://w3id.org/ro/terms/workflow-run#"
# Terms of Workflow Run RO-Crate that the context of RO-Crate 1.1 does not have.
CONTEXT = [f"{CRATE}/context", {"sha256": f"{_TERMS}sha256", "environment": f"{_TERMS}environment"}]
NO_LICENCE = "No licence was stated for this export."

_FILES = {
    FileRole.RECORD: ("record of the run: all facets of its provenance", "application/json"),
    FileRole.SOURCE: ("source of the program", "application/gzip"),
    FileRole.LOCK: ("packages of the environment, as a requirements file", "text/plain"),
    FileRole.NOTEBOOK: ("notebook as it was executed", "application/x-ipynb+json"),
    FileRole.CARRIED: ("files as they were before the program changed them", "application/gzip"),
    FileRole.STDIN: ("standard input of the program", "application/octet-stream"),
    FileRole.VERDICT: ("latest verdict, with its figures", "application/json"),
    FileRole.EXPLANATION: ("latest explanation of what makes the results differ", "application/json"),
    FileRole.REPLAY: ("outcome of a replay", "application/json"),
    FileRole.OUTPUT: ("artifact of the run", ""),  # its name says of which kind it is
}


def process_run_crate(run: ExportedRun) -> dict[str, Any]:
    """The metadata document of the crate, ready for ``json.dump``."""
    graph = CrateGraph()
    graph.add(
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": reference("./"),
            "conformsTo": reference(CRATE),
        }
    )
    inner = CrateGraph()
    action = add_run(inner, run)
    replays = add_replays(inner, run)
    verdict = add_verdict(inner, run, [action, *replays])
    parts = [inner.add(_file(file)) for file in run.files]
    graph.add(
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"run {run.name or run.run_id}",
            "description": _description(run),
            "datePublished": timestamp(run.created_unix_s),
            "license": run.licence or NO_LICENCE,
            "conformsTo": reference(PROFILE),
            "hasPart": parts,
            "mentions": [action, *replays, *([verdict] if verdict else [])],
        }
    )
    graph.add({"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"})
    for entity in inner.entities:
        graph.add(entity)
    return {"@context": CONTEXT, "@graph": graph.entities}


def _description(run: ExportedRun) -> str:
    recorded = "recorded by bis" if run.recorded else "not recorded by bis: what is known is what MLflow has"
    judged = f"verdict: {run.verdict.verdict.level.value}" if run.verdict else "no verdict: not replayed"
    return f"MLflow run {run.run_id}, {recorded}; {judged}. Exported by bis {run.bis_version}."


def _file(file: ExportedFile) -> dict[str, Any]:
    what, media_type = _FILES[file.role]
    if file.redacted:
        places = "1 place" if file.redacted == 1 else f"{file.redacted} places"
        what += f"; secrets were taken out of it in {places} when it was exported, so that it is not as recorded"
    return {
        "@id": file_id(file.path),
        "@type": "File",
        "name": file.path.rpartition("/")[2],
        "description": what,
        "encodingFormat": media_type or mimetypes.guess_type(file.path)[0],
        "contentSize": str(file.size_bytes),
        "sha256": file.sha256,
    }
