"""Errors of MLflow, of its transports and of artifact stores as errors of bis, which say what to do."""

from __future__ import annotations

import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bis.errors import BisError, EvidenceDamaged, RunNotFound, StoreUnavailable
from bis.evidence.addresses import scheme_of, without_password
from bis.evidence.redaction import Redactor
from bis.evidence.reentrancy import unobserved
from bis.evidence.sqlite_writer import LeftToMLflow
from bis.evidence.tracking_reader import LOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE_HINT = "Is this file or folder MLflow's and undamaged, is its disk full, and may this user read and write it?"


@contextmanager
def as_errors_of_bis(uri: str | None, *, missing: str | None = None) -> Iterator[None]:
    """Turn what MLflow and its transports raise into errors of bis."""
    try:
        with unobserved():  # the process may itself be recorded
            yield
    except BisError:
        raise
    except Exception as error:
        mapped = _as_ours(error, uri, missing)
        if mapped is None:
            raise
        raise mapped from error


def _as_ours(error: Exception, uri: str | None, missing: str | None) -> BisError | None:
    """The error of bis for one of MLflow's or of its transports; None for a defect.

    MLflow and SQLAlchemy are not imported for this: where they are not loaded they have raised nothing.
    """
    mlflow, database = sys.modules.get("mlflow.exceptions"), sys.modules.get("sqlalchemy.exc")
    if isinstance(error, getattr(mlflow, "MlflowException", ())):
        if missing and getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
            return not_found(uri, missing)
        return StoreUnavailable(
            f"MLflow at {shown_uri(uri)} does not answer as it should: {first_line(error)}",
            hint=_FILE_HINT
            if _is_of_files(uri)
            else "Is the server running, and is this its address? The work done so far is kept.",
            reached=not _is_unreached(error),
        )
    if isinstance(error, ModuleNotFoundError) and error.name and error.name.partition(".")[0] not in {"bis", "mlflow"}:
        return StoreUnavailable(
            f"the store {shown_uri(uri)} needs a package that is not installed: {error.name}",
            hint="Install it where bis is installed, or name another driver in the address (scheme+driver://).",
        )
    if isinstance(error, (OSError, getattr(database, "SQLAlchemyError", OSError))):
        if _is_of_files(uri):
            return StoreUnavailable(f"the store {shown_uri(uri)} cannot be used: {first_line(error)}", hint=_FILE_HINT)
        return StoreUnavailable(
            f"MLflow at {shown_uri(uri)} cannot be reached: {first_line(error)}",
            hint="Is the server running, is there space on its disk, and may this user write there?",
            reached=not _is_unreached(error),
        )
    return None


def _is_unreached(error: BaseException) -> bool:
    """Whether nobody answered: what comes next to this server would wait as long, and fail as well."""
    requests, database = sys.modules.get("requests.exceptions"), sys.modules.get("sqlalchemy.exc")
    kinds = (
        ConnectionError,
        TimeoutError,
        socket.gaierror,
        *(getattr(requests, name, ConnectionError) for name in ("ConnectionError", "Timeout")),
        getattr(database, "OperationalError", ConnectionError),
    )
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kinds):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def not_an_address(uri: str | None, error: ValueError) -> StoreUnavailable:
    """Nothing can be at such an address."""
    return StoreUnavailable(
        f"{shown_uri(uri)} is not the address of a store: {first_line(error)}",
        hint="Give a tracking URI as MLflow takes it: sqlite:///mlflow.db, https://host, ./mlruns.",
    )


def _is_of_files(uri: str | None) -> bool:
    return uri is not None and (scheme_of(uri) == "file" or uri.startswith("sqlite:"))


def not_found(uri: str | None, run_id: str) -> RunNotFound:
    """No run has this id."""
    return RunNotFound(f"run {run_id} does not exist in {shown_uri(uri)}", hint=LOOK)


def not_fetched(run_id: str, artifact: str, why: str) -> EvidenceDamaged:
    """An artifact is not where it was stored."""
    return EvidenceDamaged(
        f"{artifact} of run {run_id} cannot be fetched: {why}",
        hint="The run has bis's tags, so it was there once: look at the artifact store.",
    )


@contextmanager
def uploading(uri: str, run_id: str) -> Iterator[None]:
    """Map what an artifact store raises: each has its own errors (those of boto3 are not an OSError)."""
    try:
        yield
    except LeftToMLflow:
        raise
    except Exception as error:
        raise StoreUnavailable(
            f"the artifacts of run {run_id} in {shown_uri(uri)} cannot be written: {first_line(error)}",
            hint="Look at the artifact store and at your access to it. The work done so far is kept.",
        ) from error


def shown_uri(uri: str | None) -> str:
    """The address of a store as it may be shown: without a password."""
    return without_password(uri) if uri else "its default location"


def first_line(error: BaseException) -> str:
    """What an error says first, without secrets, at most 300 characters."""
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return Redactor({}).text(line, place="error", assignments=False)[:300]
