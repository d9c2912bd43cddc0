"""What can go wrong, as one tree.

::

    BisError                        the root: message, hint, context, exit code
    ├── UsageError                  2  the arguments or the configuration are invalid
    │   └── ConfigurationError      2  every fault of [tool.bis], collected
    ├── NotFound                    3  a run, file or column that was named is not there
    │   ├── RunNotFound             3  no run has this id, or several match this prefix
    │   └── DataMissing             3  a recorded input file is absent or has changed
    ├── StoreUnavailable            3  the MLflow server or database does not answer
    ├── EvidenceError               3  what was recorded cannot be read
    │   ├── EvidenceDamaged         3  it was read, and its digest or structure is wrong
    │   └── EvidenceTooNew          3  it was written by a newer bis
    ├── EnvironmentBuildError       3  the recorded environment cannot be rebuilt
    │   └── WrongPython             3  the recorded Python is not on this machine
    ├── ExecutionError              3  a program could not be started, or ran out of time
    ├── ReplayImpossible            3  the record does not contain enough to run the program again
    ├── UnsafeArchive               3  an archive would have written outside its folder
    ├── StorageError                3  the disk is full or may not be written
    ├── MissingExtra                3  an optional dependency is not installed
    └── ConsentRefused              3  running code that was recorded elsewhere was not allowed

Exit codes of the commands: 0 yes, 1 not reproduced or findings, 2 usage, 3 could not run, 4 nothing to look at or to
compare, 5 inconclusive, 70 a defect of bis.
"""

from __future__ import annotations

from typing import ClassVar


class BisError(Exception):
    """Raised when bis cannot do what it was asked to; every error that a user can meet derives from it.

    Parameters
    ----------
    message : str
        What happened, to which object, what was expected and what was found.
    hint : str, optional
        What to do about it, as a sentence.
    **context : object
        Further facts by name, shown in ``--json``.
    """

    exit_code: ClassVar[int] = 3
    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None, **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context = context


class BisWarning(UserWarning):
    """Issued when a part of the work is skipped and the rest can go on."""


class UsageError(BisError):
    """Raised when arguments are invalid or contradict each other."""

    exit_code = 2
    code = "usage"


class ConfigurationError(UsageError):
    """Raised once for all faults found in the configuration."""

    code = "configuration"


class NotFound(BisError):
    """Raised when something that was named does not exist."""

    code = "not-found"


class RunNotFound(NotFound):
    """Raised when a run id, prefix or ``last`` names no run, or more than one."""

    code = "run-not-found"


class DataMissing(NotFound):
    """Raised when an input file of a run is absent or is not the file that was read."""

    code = "data-missing"


class StoreUnavailable(BisError):
    """Raised when the tracking server or database cannot be reached."""

    code = "store-unavailable"


class EvidenceError(BisError):
    """Raised when the evidence of a run cannot be used."""

    code = "evidence"


class EvidenceDamaged(EvidenceError):
    """Raised when evidence is incomplete, malformed or has another digest than recorded."""

    code = "evidence-damaged"


class EvidenceTooNew(EvidenceError):
    """Raised when evidence has a format version that this bis does not know."""

    code = "evidence-too-new"


class EnvironmentBuildError(BisError):
    """Raised when the recorded packages cannot be installed."""

    code = "environment"


class WrongPython(EnvironmentBuildError):
    """Raised when no interpreter of the recorded version is installed."""

    code = "wrong-python"


class ExecutionError(BisError):
    """Raised when a program cannot be started."""

    code = "execution"


class ReplayImpossible(BisError):
    """Raised when something that a replay needs was not recorded."""

    code = "replay-impossible"


class UnsafeArchive(BisError):
    """Raised when unpacking would write outside the folder it was given."""

    code = "unsafe-archive"


class StorageError(BisError):
    """Raised when the file system refuses a write: no space, no permission, read-only."""

    code = "storage"


class MissingExtra(BisError):
    """Raised when a feature needs an optional dependency that is not installed."""

    code = "missing-extra"


class ConsentRefused(BisError):
    """Raised when code recorded elsewhere was not allowed to run."""

    code = "consent-refused"
