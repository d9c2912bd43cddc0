"""The client of an existing Dask cluster, connected and looked at: it answers, and its workers have bis."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis._version import __version__
from bis.errors import ExecutionError, MissingExtra
from bis.model.progress import SILENT, Note, Observer

if TYPE_CHECKING:
    from collections.abc import Iterator


def version_here() -> str:
    """The version of bis; asked of each worker."""
    return __version__


@contextmanager
def connected(
    scheduler: str, observer: Observer = SILENT, *, timeout_s: float = 15.0, same_version: bool = False
) -> Iterator[Any]:
    """A client of the cluster, closed at the end.

    Parameters
    ----------
    scheduler : str
        Its address, or the path of its scheduler file.
    observer : Observer
        Receives notes on differing versions.
    timeout_s : float
        For the scheduler to answer, and for it to have a worker, in seconds.
    same_version : bool
        Whether workers with another bis than this one are an error, and not only a note.

    Raises
    ------
    MissingExtra
        dask.distributed is not installed.
    ExecutionError
        The scheduler does not answer, has no workers, or these have no bis, or another one.
    """
    if find_spec("distributed") is None:
        raise MissingExtra(
            "a cluster needs distributed, which is not installed",
            hint="Install it with: pip install 'bis[cluster]'",
            module="distributed",
        )
    distributed = import_module("distributed")  # extra: cluster
    client = _connect(distributed, scheduler, observer, timeout_s)
    try:
        try:
            client.wait_for_workers(1, timeout=timeout_s)
            versions = client.run(version_here)
        except distributed.TimeoutError as error:  # not always the built-in one
            raise ExecutionError(
                f"the scheduler at {scheduler} has no workers", hint="Start some: dask worker ADDRESS"
            ) from error
        except (ImportError, AttributeError) as error:
            raise ExecutionError(
                f"the workers of {scheduler} have no usable bis: {error}",
                hint=f"Install the same one on them: pip install bis=={__version__}",
            ) from error
        others = sorted({str(v) for v in versions.values()} - {__version__})
        if others and same_version:
            raise ExecutionError(
                f"workers of {scheduler} have bis {', '.join(others)}; this machine has {__version__}",
                hint=f"Install the same one on them: pip install bis=={__version__}",
            )
        if others:
            observer.noted(Note("cluster-versions", {"there": ", ".join(others), "here": __version__}))
        yield client
    finally:
        client.close()


def _connect(distributed: Any, scheduler: str, observer: Observer, timeout_s: float) -> Any:
    where = {"scheduler_file": scheduler} if Path(scheduler).is_file() else {"address": scheduler}
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            client = distributed.Client(**where, timeout=timeout_s, set_as_default=False)
        except (OSError, distributed.TimeoutError, ValueError, KeyError) as error:
            raise ExecutionError(
                f"no Dask scheduler answers at {scheduler}: {error}",
                hint="Give the address that `dask scheduler` printed (tcp://host:8786), or its scheduler file.",
            ) from error
    for warning in heard:
        if "ersion" in warning.category.__name__:
            observer.noted(Note("cluster-warning", {"message": " ".join(str(warning.message).split())}))
    return client
