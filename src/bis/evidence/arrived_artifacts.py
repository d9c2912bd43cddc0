"""Whether artifacts that were sent through a server have arrived.

What stands before a server (a proxy that asks people to sign in) answers some requests itself, with a page and a status
that says that all is well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_THROUGH_SERVER = "mlflow-artifacts:"


def goes_through_server(artifact_uri: str) -> bool:
    """Whether the artifacts of a run are taken and given by the tracking server."""
    return artifact_uri.startswith(_THROUGH_SERVER)


def check_arrived(client: Any, run_id: str, folder: Path) -> None:
    """Look for each file of a folder among the artifacts of a run, under its path in the folder and with its size.

    Parameters
    ----------
    client : MlflowClient
        What they were sent with.
    run_id : str
        The run.
    folder : Path
        What was sent.

    Raises
    ------
    OSError
        One is not there, or not whole.
    """
    sent = {p.relative_to(folder).as_posix(): p.stat().st_size for p in folder.rglob("*") if p.is_file()}
    for parent in sorted({path.rpartition("/")[0] for path in sent}):
        there = {info.path: info.file_size for info in client.list_artifacts(run_id, parent or None)}
        for path, size in sent.items():
            if path.rpartition("/")[0] != parent:
                continue
            if path not in there:
                raise OSError(f"{path} was sent and accepted, and is not there")
            if there[path] is not None and int(there[path]) != size:
                raise OSError(f"{path} was sent and accepted, and has {there[path]} bytes there instead of {size}")
